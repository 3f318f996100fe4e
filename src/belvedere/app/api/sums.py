"""What the figures of larger regions and the country are made of: how many places, holding how much of what is counted."""

from __future__ import annotations

from collections.abc import Mapping

from belvedere.app import formats
from belvedere.app.api.common import text
from belvedere.app.api.models import SumOf
from belvedere.app.api.reading import Reading
from belvedere.app.api.said import EVERYONE, R
from belvedere.app.sentences_words import main_reason, names, places_word, say

FLOWS = (R, "hospital_admissions", "icu_admissions")


def sum_of(reading: Reading, place: str, target: str) -> SumOf | None:
    """Of a projected or estimated sum; None of a place that is no sum, or where the run kept nothing of it."""
    kept = None if reading.run is None else reading.run.sums.get((place, target))
    if kept is None or reading.ground is None:
        return None
    return SumOf(
        made=kept["made"], of=kept["of"], share=kept["share"], carried=list(kept["carried"]), lost=list(kept["lost"]),
        status=kept["status"], short=text(lambda lang: _short(lang, reading, kept)),
        text=text(lambda lang: _long(lang, reading, kept)),
    )  # fmt: skip


def of_row(parameters: Mapping, key: Mapping[str, object]) -> dict[str, object]:
    """Of one row of `forecasts`, for its certificate: made, of, share, from the parameters of its run."""
    found = (s for s in parameters.get("sums", ()) if (s["place"], s["target"]) == (key.get("place"), key.get("target")))
    return next(({name: s[name] for name in ("made", "of", "share")} for s in found), {})


def _short(lang: str, reading: Reading, kept: Mapping) -> str:
    """4 of 5 départements."""
    level = reading.ground.level
    return say(lang, "sum_short", kept["made"], of=kept["of"], places=places_word(lang, level, kept["of"]),
               places_n=places_word(lang, level, kept["made"]))  # fmt: skip


def _long(lang: str, reading: Reading, kept: Mapping) -> str:
    known = reading.state.places
    away = [known.name(place) for place in (*kept["carried"], *kept["lost"])]
    shown = {
        "short": _short(lang, reading, kept), "names": names(lang, away),
        "share": formats.percent(lang, kept["share"]),
        "what": say(lang, "sum_admissions" if kept["target"] in FLOWS else "sum_patients"),
        "everyone": say(lang, "sum_others") if kept["target"] in EVERYONE.values() else "",
    }  # fmt: skip
    if kept["status"] == "failed":
        reason = main_reason(lang, kept["reason"])
        said = say(lang, "sum_none_r" if kept["target"] == R else "sum_none", **shown)
        return f"{said} {reason[:1].upper()}{reason[1:]}." if reason else said
    if not away:
        return say(lang, "sum_whole", short=shown["short"])
    return say(lang, "sum_r" if kept["target"] == R else "sum_carried", len(away), **shown)
