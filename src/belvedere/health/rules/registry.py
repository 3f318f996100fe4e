"""The list of rules, in the order in which a data manager would read them."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from belvedere.errors import UnknownName
from belvedere.health.findings import gather
from belvedere.health.rules.balance import part_above_whole, stock_flow_day, stock_flow_drift, sum_of_parts
from belvedere.health.rules.base import Evidence, Rule
from belvedere.health.rules.capacity import bed_counts
from belvedere.health.rules.cumulative import cumulative_against_flow, falling_cumulative, negative_count
from belvedere.health.rules.flat import flat_series
from belvedere.health.rules.jumps import jumps, steps, sudden_zero
from belvedere.health.rules.keys import (
    duplicate_keys,
    feeds_disagree,
    impossible_dates,
    indicator_span,
    missing_dates,
    stopped_reporting,
    unknown_codes,
    zero_series,
)
from belvedere.health.rules.recent import recent_incomplete, weekday_change
from belvedere.health.rules.swaps import swapped_columns

_RULES = (
    Rule(
        "missing_dates",
        "Dates missing",
        "Nobody who usually reports has a figure on these dates; or versions of the feed are missing.",
        "Ask the source whether the day was never published; load the file if it exists. Do not fill it in.",
        "{feed}: {n} date(s) without figures, {first_date} to {last_date}.",
        missing_dates,
    ),
    Rule(
        "starts_late",
        "Indicator starts later than its feed",
        "The source began to publish this indicator after the others.",
        "Nothing to mend: compare only dates on which it exists.",
        "{indicator} starts {n} days after the rest of {feed}.",
        indicator_span,
    ),
    Rule(
        "ends_early",
        "Indicator ends before its feed",
        "The source stopped publishing this indicator while the others went on.",
        "Look for a successor; say on every screen that it ended.",
        "{indicator} ended {n} days before the rest of {feed}.",
        indicator_span,
    ),
    Rule(
        "stopped_reporting",
        "Place stopped reporting",
        "This place has sent nothing for longer than the completeness window while others go on.",
        "Ring the place. If it closed or merged, end its validity in the register of places.",
        "{place} has sent nothing, or not all it used to send, since {first_date} ({n} days).",
        stopped_reporting,
    ),
    Rule(
        "zero_throughout",
        "Zero on every day",
        "All figures of this place are zero while most places report more: it may not take part at all.",
        "Ask whether the place takes part; if not, map its zeros as not reported.",
        "{place}: {indicator} is zero on all {n} days.",
        zero_series,
    ),
    Rule(
        "unknown_code",
        "Unknown or blank code",
        "Rows carry a code no list knows, or none at all; they are not loaded.",
        "Add the code to the mapping or the register of places, then load the quarantine again.",
        "{feed}: {n} row(s) with an unknown or blank code.",
        unknown_codes,
    ),
    Rule(
        "duplicate_key",
        "Same key twice",
        "One version gives two different values for the same place, date and indicator.",
        "Find which line of the file is meant; often a column that tells them apart is not mapped.",
        "{feed}: {n} key(s) of {indicator} with two values, first {found} and {expected}.",
        duplicate_keys,
    ),
    Rule(
        "feeds_disagree",
        "Two feeds disagree",
        "Two sources give different figures for the same thing.",
        "Check the definitions (time of count, confirmed or suspected); choose one for the screens and note why.",
        "{place}: {indicator} of {feed} differs from another feed on {n} day(s), at most {found} against {expected}.",
        feeds_disagree,
    ),
    Rule(
        "future_date",
        "Date in the future",
        "A figure is dated after today.",
        "Usually day and month exchanged, or a typing error in the year: mend at the source.",
        "{place}: {indicator} is dated {first_date}, which has not come.",
        impossible_dates,
    ),
    Rule(
        "early_date",
        "Date before the feed began",
        "A figure is dated before the feed can have had any.",
        "Check the year and the date format in the mapping.",
        "{place}: {indicator} is dated {first_date}, before the feed began.",
        impossible_dates,
    ),
    Rule(
        "negative_count",
        "Negative count",
        "A day's count is below zero: a correction of earlier days booked on one; a census or total below zero is an error.",
        "Keep it (sums stay right); do not read the day by itself.",
        "{place}: {indicator} is {found} on {first_date}.",
        negative_count,
    ),
    Rule(
        "falling_cumulative",
        "Running total falls",
        "A total since the start is lower than before: earlier figures were corrected downwards.",
        "Take day counts from the flow where there is one; look for the producer's note.",
        "{place}: {indicator} falls to {found} from {expected} on {first_date}.",
        falling_cumulative,
    ),
    Rule(
        "cumulative_against_flow",
        "Running total and day count differ",
        "The total grew by another number than the day's count: late cases were booked in one of them only.",
        "Decide which of the two the screens use; do not mix them.",
        "{place}: {indicator} is {found}, the day before plus the day's count make {expected} ({n} day(s)).",
        cumulative_against_flow,
    ),
    Rule(
        "stock_flow_day",
        "Census does not follow from entries and exits",
        "The census changed by another number than entries minus exits of the day.",
        "Look for late corrections of the census, transfers, or a place that joined or left.",
        "{place}: {indicator} is {found} on its worst day, entries and exits say {expected} ({n} day(s)).",
        stock_flow_day,
    ),
    Rule(
        "stock_flow_drift",
        "Census drifts from entries and exits",
        "Small differences add up over weeks: exits or transfers nobody counts.",
        "Never rebuild the census from the flows alone; use the published census.",
        "{place}: after four weeks {indicator} is {found} where the flows make {expected}.",
        stock_flow_drift,
    ),
    Rule(
        "part_above_whole",
        "Part above whole",
        "A part is larger than what it is part of.",
        "Check for swapped columns and for two definitions of the same people.",
        "{place}: {indicator} is {found}, above {expected}.",
        part_above_whole,
    ),
    Rule(
        "sum_of_parts",
        "Parts do not make the total",
        "Levels of care, sexes or places do not add up to the published total.",
        "Look for parts not reported (missing is not zero) and for people of unknown sex or place.",
        "{place}: {indicator} is {found}, its parts make {expected} ({n} day(s)).",
        sum_of_parts,
    ),
    Rule(
        "swapped_columns",
        "Columns swapped",
        "For some dates two columns go on where the other left off.",
        "Tell the source; load a corrected version; until then leave these dates out of screens.",
        "{place}: {indicator} seems swapped with another column from {first_date} to {last_date}.",
        swapped_columns,
    ),
    Rule(
        "decimal_slip",
        "Factor of ten or a hundred",
        "The value is about 10 or 100 times, or a tenth or hundredth of, what its neighbours say.",
        "Check the decimal sign and the thousands sign in the mapping, then the source's own figure.",
        "{place}: {indicator} is {found} on {first_date}, its neighbours say {expected}.",
        jumps,
    ),
    Rule(
        "jump",
        "Jump",
        "The value is far from its neighbourhood, beyond noise, weekdays and growth: bulk entries, or a day not reported.",
        "Look for the producer's note; when it is a bulk of late entries, smooth over it with care.",
        "{place}: {indicator} is {found} on {first_date}, its neighbours say {expected}.",
        jumps,
    ),
    Rule(
        "sudden_zero",
        "Zero beside large figures",
        "A census or a moving sum is zero next to large figures: it was not reported, and zero was written.",
        "Map these zeros as not reported, or load a version that has the figures.",
        "{place}: {indicator} is zero from {first_date} to {last_date}, beside {expected}.",
        sudden_zero,
    ),
    Rule(
        "step",
        "Level changes overnight",
        "The census changes its level from one day to the next and stays there.",
        "Look for a changed definition, or a hospital that joined or left.",
        "{place}: {indicator} goes from {expected} to {found} on {first_date}.",
        steps,
    ),
    Rule(
        "flat",
        "Same figure again and again",
        "A large figure is repeated longer than chance allows: yesterday's form was sent again, or a day's total was "
        "carried on.",
        "Ask the place whether it counted on these days.",
        "{place}: {indicator} stays at {found} from {first_date} to {last_date}.",
        flat_series,
    ),
    Rule(
        "weekday_change",
        "Weekday pattern changes",
        "A weekday begins or stops to be reported like the others.",
        "Compare whole weeks; tell those who read daily figures.",
        "{feed}: from {first_date} on one weekday of {indicator} lies at {found} times the week's level, before at "
        "{expected} ({n} place(s)).",
        weekday_change,
    ),
    Rule(
        "recent_incomplete",
        "Last days still filling up",
        "The last days are incomplete: reports arrive late.",
        "Do not read them as a fall; use the nowcast, or the last complete day.",
        "{indicator} of {feed}: the days from {first_date} to {last_date} are not complete.",
        recent_incomplete,
    ),
    Rule(
        "occupied_above_total",
        "More beds in use than there are",
        "Beds in use exceed the total: real overflow, or a total brought up to date late.",
        "Ring the place: is the total out of date, or are patients in beds that are not counted?",
        "{place}: {indicator} is {found}, of {expected} in all ({n} day(s)).",
        bed_counts,
    ),
    Rule(
        "negative_free",
        "Fewer than no free beds",
        "Free beds are below zero: the source subtracts beds in use from a total that is out of date.",
        "As for more beds in use than there are.",
        "{place}: {indicator} is {found} ({n} day(s)).",
        bed_counts,
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _RULES}
"""Rule id -> rule. One function may serve several rules."""


def check(evidence: Evidence, rules: Collection[str] | None = None) -> pd.DataFrame:
    """Run the rules (all of them, or those named); the findings in order of rule, feed, place and date. Raises UnknownName."""
    wanted = list(RULES) if rules is None else list(rules)
    for name in wanted:
        if name not in RULES:
            raise UnknownName("rule", name, RULES)
    functions = dict.fromkeys(RULES[name].function for name in wanted)
    found = gather(function(evidence) for function in functions)
    found = found[found["rule"].isin(wanted)]
    order = found["rule"].map({name: i for i, name in enumerate(RULES)})
    return (
        found.assign(_order=order)
        .sort_values(["_order", "feed", "indicator", "place", "first_date"], kind="stable")
        .drop(columns="_order")
        .reset_index(drop=True)
    )


VARIANTS = {
    "health.jump_growth": "{place}: {indicator} grows by {found} on {first_date}, its neighbours say {expected}.",
    "health.missing_versions": "{feed}: {n} version(s) missing, {first_date} to {last_date}.",
}
"""Sentences of findings whose key is not that of their rule."""


def sentence(finding: pd.Series) -> str:
    """One finding in words."""
    shown = {k: f"{v:,.6g}" if isinstance(v, float) else v for k, v in finding.items()}
    template = VARIANTS.get(finding["sentence_key"]) or RULES[finding["rule"]].sentence
    return template.format(**shown)
