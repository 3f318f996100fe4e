"""Forecasts, in the words of the hubverse, so that any hub's tools can read them."""

from __future__ import annotations

from belvedere.ontology.codes import AGE_GROUP_PATTERN, EARLIEST_DAY, FEED_PATTERN, LATEST_DAY, PLACE_PATTERN
from belvedere.ontology.rules import TextMatchesCode
from belvedere.ontology.schema import CodeList, Shelf, Table, integer, number, text
from belvedere.ontology.schema import date as day

OUTPUT_TYPES = CodeList(
    "output_type",
    {
        "mean": "mean of the predictive distribution",
        "median": "its median",
        "quantile": "the quantile at the level in output_type_id",
        "cdf": "the chance of at most the value in output_type_id",
        "pmf": "the chance of the category in output_type_id",
        "sample": "one sampled future; output_type_id names the sample",
    },
    source="hubverse, model output format",
)


class Forecasts(Table):
    """What a model said, when it said it, of which place and day: one row is one number of one predictive distribution.

    The fields are those of the hubverse model output format; `location` is called `place` as everywhere in the house.
    """

    shelf = Shelf.SERIES
    caveats = (
        "What a horizon of 1 means differs from hub to hub: `target_end_date` is what counts. Nowcasts have horizons below 1.",
        "Rows of one distribution belong together: a quantile that is missing makes the forecast incomplete.",
        "Quantiles may cross as published; they are sorted before scoring, not here.",
    )
    rules = (
        TextMatchesCode(
            "output_type_id", by="output_type", patterns={"quantile": r"0|1|0\.\d*[1-9]", "mean": "NA", "median": "NA"}
        ),
    )

    feed = text("The feed, or the run, that brought it.", key=True, pattern=FEED_PATTERN)
    model_id = text("Team and model.", key=True)
    reference_date = day("The day the horizons count from.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    target = text("What is predicted, as the hub names it: `wk inc covid hosp`.", key=True)
    horizon = integer("Steps from the reference date to the target.", unit="target's steps", key=True)
    target_end_date = day("Last day of the period predicted.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    place = text("Where.", key=True, place=True, pattern=PLACE_PATTERN)
    age_group = text("Among whom: the age class.", key=True, pattern=AGE_GROUP_PATTERN, default="all")
    output_type = text("Which kind of number.", key=True, codes=OUTPUT_TYPES)
    output_type_id = text("Which one: a level (0.025, no trailing zeros), a bound, a sample; `NA` for mean, median.", key=True)
    value = number("The number, in the target's unit.")
