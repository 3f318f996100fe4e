"""The sentences of the pages, made from facts: what, where, how likely, what limits, who has not reported.

    lede = situation_lede("fr", facts)      # stretches of text; facts among them are marked
    both(lambda lang: row_reason(lang, row))

Chances come from sampled futures: never 0 and never 100 %. An estimate has its interval beside it; a count says it is counted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from belvedere.app import formats
from belvedere.app.sentences_words import (
    Stretch,
    chance,
    day,
    estimates,
    feminine,
    main_reason,
    names,
    number_word,
    places_word,
    say,
    stretches,
    unbroken,
)  # fmt: skip

LIKELY = 0.5
"""More likely than not."""
NAMES_OF_SILENT = 2
BINDING = ("staffed", "equipped", "physical")

Kind = Literal["passing", "calm", "stale", "failed", "none"]


@dataclass(frozen=True)
class PlaceFacts:
    """What an outlook concludes for one place and level of care; None where not known.

    day: the outlook's last complete day. peak, r: (5 % quantile, median, 95 % quantile).
    """

    name: str
    level: str
    status: str
    day: dt.date
    status_reason: str | None = None
    chance_14: float | None = None
    chance_28: float | None = None
    first_day: dt.date | None = None
    present: float | None = None
    beds: float | None = None
    binding: str | None = None
    others_known: bool | None = None
    peak: tuple[float | None, float | None, float | None] = (None, None, None)
    r: tuple[float | None, float | None, float | None] = (None, None, None)
    growing: float | None = None


@dataclass(frozen=True)
class SituationFacts:
    """What the lede of a country (or of the places inside one) tells.

    places: of the level of care shown, the gravest first. place_level: department, region … of those places.
    today: the day of the reading. silent: names that have not reported, of `expected`. stale_days: from which age on a last
    day is said first. name: of the place they lie in, where that is not the whole country. ended: the day by which the last
    figures were known, where that is too long ago to look ahead from today.
    """

    places: Sequence[PlaceFacts]
    place_level: str
    today: dt.date
    stale_days: int
    reference_date: dt.date | None = None
    silent: Sequence[str] = ()
    expected: int = 0
    as_of: dt.date | None = None
    ended: dt.date | None = None
    name: str | None = None
    level: str = "icu"
    lost: Sequence[str] = field(default=())


# -- the situation -------------------------------------------------------------------------------------------------------


def situation_kind(facts: SituationFacts) -> Kind:
    """Which of the ledes applies; age comes first, for everything else rests on it."""
    if facts.reference_date is None:
        return "none"
    if facts.places and all(p.status == "failed" for p in facts.places):
        return "failed"
    if _age(facts) >= facts.stale_days:
        return "stale"
    return "passing" if _passing(facts) else "calm"


def situation_lede(lang: str, facts: SituationFacts) -> list[Stretch]:
    """The state of a country, or of the places inside a larger region, in a few sentences."""
    kind = situation_kind(facts)
    if kind == "none":
        if facts.ended is not None:
            return stretches(say(lang, "none_ended", day=formats.date(lang, facts.ended)))
        name = "none" if facts.as_of is None else "none_then"
        return stretches(say(lang, name, **({} if facts.as_of is None else {"day": formats.date(lang, facts.as_of)})))
    said = [_stale(lang, facts)] if kind == "stale" else []
    said += [_all_failed(lang, facts)] if kind == "failed" else _chances(lang, facts)
    if kind != "failed":
        said.append(_lost(lang, facts))
    said.append(_silent(lang, facts))
    return stretches(" ".join(text for text in said if text))


def _passing(facts: SituationFacts) -> list[PlaceFacts]:
    found = [p for p in facts.places if p.chance_14 is not None and p.chance_14 > LIKELY]
    return sorted(found, key=lambda p: -p.chance_14)


def _age(facts: SituationFacts) -> int:
    return (facts.today - facts.reference_date).days


def _stale(lang: str, facts: SituationFacts) -> str:
    return say(lang, "stale", _age(facts), day=day(lang, facts.reference_date, facts.today))


def _chances(lang: str, facts: SituationFacts) -> list[str]:
    ranked = [p for p in facts.places if p.chance_14 is not None]
    if not ranked:
        return _without_beds(lang, facts)
    passing = _passing(facts)
    until = day(lang, facts.reference_date + dt.timedelta(days=14), facts.today)
    beds = say(lang, f"beds_{facts.level}")
    said = [_who_passes(lang, facts, passing, beds, until, len(ranked)), _limit(lang, facts, passing)]
    if not passing and not facts.name:
        most = max(ranked, key=lambda p: p.chance_14)
        said.append(say(lang, "most_exposed", name=unbroken(most.name), chance=chance(lang, most.chance_14)))
    if not all(p.others_known for p in ranked):
        said.append(say(lang, "others_unknown"))
    return said


def _who_passes(lang: str, facts: SituationFacts, passing, beds: str, until: str, of: int) -> str:
    n, level = len(passing), facts.place_level
    shown = {"beds": beds, "day": until}
    if n == 0:
        none = {"none": ("aucune" if feminine(lang, level) else "aucun") if lang == "fr" else "no"}
        if facts.name:
            return say(lang, "sum_calm", name=unbroken(facts.name), of=of, places=places_word(lang, level, of), **none, **shown)
        none = {k: v.capitalize() for k, v in none.items()}
        return say(lang, "calm", place=places_word(lang, level, 1), **none, **shown)
    shown |= {"places": places_word(lang, level, n), "names": names(lang, [p.name for p in passing])}
    if facts.name:
        of = len(facts.places)
        return say(lang, "sum_passing", n, name=unbroken(facts.name), of=of, places_of=places_word(lang, level, of), **shown)
    count = number_word(lang, n, feminine=feminine(lang, level), capital=True)
    return say(lang, "passing", n, count=count, **shown)


def _limit(lang: str, facts: SituationFacts, passing: Sequence[PlaceFacts]) -> str:
    """What limits in most of the places that pass; nothing where it is not known of most of them."""
    known = Counter(p.binding for p in passing if p.binding)
    if not known:
        return ""
    binding = max(BINDING, key=lambda kind: known[kind])
    n = known[binding]
    if n == len(passing):
        return say(lang, f"limit_all_{binding}")
    if 2 * n <= len(passing):
        return ""
    gender = feminine(lang, facts.place_level)
    count = number_word(lang, n, feminine=gender)
    return say(lang, f"limit_some_{binding}", n, count=count, them="elles" if gender else "eux")


def _without_beds(lang: str, facts: SituationFacts) -> list[str]:
    said = [say(lang, "no_chances")]
    known = [p for p in facts.places if p.growing is not None]
    if known:
        n = sum(p.growing > LIKELY for p in known)
        said.append(say(lang, "growing", n, places=places_word(lang, facts.place_level, n), of=len(known)))
    return said


def _all_failed(lang: str, facts: SituationFacts) -> str:
    n = len(facts.places)
    reasons = {main_reason(lang, p.status_reason) for p in facts.places}
    shown = {"n": n, "places": places_word(lang, facts.place_level, n)}
    if len(reasons) == 1 and (reason := reasons.pop()):
        return say(lang, "failed_all", reason=reason, **shown)
    return say(lang, "failed_all_mixed", **shown)


def _lost(lang: str, facts: SituationFacts) -> str:
    failed = [p.name for p in facts.places if p.status == "failed"]
    if not failed:
        return ""
    if len(failed) <= NAMES_OF_SILENT:
        said = say(lang, "failed_some", names=names(lang, failed))
    else:
        said = say(lang, "failed_many", len(failed), places=places_word(lang, facts.place_level, len(failed)))
    return said if _age(facts) >= facts.stale_days else f"{said} {say(lang, 'failed_rest')}"


def _silent(lang: str, facts: SituationFacts) -> str:
    if not facts.silent:
        return ""
    if len(facts.silent) <= NAMES_OF_SILENT:
        return say(lang, "not_reported", names=names(lang, facts.silent))
    n = facts.expected - len(facts.silent)
    level = facts.place_level
    return say(lang, "reported", n, of=facts.expected, places=places_word(lang, level, facts.expected),
               places_n=places_word(lang, level, n))  # fmt: skip


# -- one place -----------------------------------------------------------------------------------------------------------


def place_lede(lang: str, facts: PlaceFacts | None, *, name: str, today: dt.date, stale_days: int) -> list[Stretch]:
    """One place in a few sentences. facts: of its gravest level of care; None where nothing can be foretold."""
    if facts is None:
        return stretches(say(lang, "place_nothing", name=unbroken(name)))
    age = (today - facts.day).days
    said = [say(lang, "stale", age, day=day(lang, facts.day, today))] if age >= stale_days else []
    if facts.status == "failed":
        said.append(say(lang, "place_failed", name=unbroken(name), reason=main_reason(lang, facts.status_reason) or "–"))
        return stretches(" ".join(said))
    said.append(_place_ahead(lang, facts, unbroken(name), today))
    if facts.present is not None and facts.beds is not None:
        said.append(say(lang, "place_now", round(facts.present), day=day(lang, facts.day, today), present=round(facts.present),
                        beds=round(facts.beds), kind=bed_kind(lang, facts.binding, facts.beds)))  # fmt: skip
    if facts.chance_14 is not None and not facts.others_known:
        said.append(say(lang, "others_unknown"))
    if facts.status == "doubtful" and facts.status_reason and age < stale_days:
        said.append(say(lang, "place_doubtful", reason=main_reason(lang, facts.status_reason)))
    return stretches(" ".join(said))


def _place_ahead(lang: str, facts: PlaceFacts, name: str, today: dt.date) -> str:
    if facts.chance_14 is not None:
        earliest = "" if facts.first_day is None else say(lang, "earliest", day=day(lang, facts.first_day, today))
        return say(lang, "place_chance", name=name, chance=chance(lang, facts.chance_14),
                   beds=say(lang, f"beds_{facts.binding or 'physical'}_{facts.level}"), earliest=earliest,
                   day=day(lang, facts.day + dt.timedelta(days=14), today))  # fmt: skip
    low, middle, high = facts.peak
    if None not in (low, middle, high) and facts.level in ("icu", "ward"):
        peak, low, high = estimates(lang, middle, low, high, low=low, high=high)
        return say(lang, "place_peak" if facts.level == "icu" else "place_peak_ward", name=name, peak=peak, low=low, high=high)
    low, middle, high = facts.r
    if None not in (low, middle, high):
        r, low, high = estimates(lang, middle, low, high, low=low, high=high, whole=False)
        return say(lang, "place_rising", name=name, r=r, low=low, high=high)
    return say(lang, "place_nothing", name=name)


def bed_kind(lang: str, binding: str | None, n: float) -> str:
    """staffed beds, lits armés."""
    return say(lang, f"kind_{binding or ''}", n)


# -- a row of the watch list ---------------------------------------------------------------------------------------------


def row_reason(lang: str, facts: PlaceFacts) -> str:
    """Why a place stands where it stands: how full it is, and where the epidemic goes."""
    if facts.status == "failed":
        return say(lang, "row_failed", reason=main_reason(lang, facts.status_reason) or "–")
    said = [_fullness(lang, facts)]
    low, middle, high = facts.r
    if None not in (low, middle, high):
        r, low, high = estimates(lang, middle, low, high, low=low, high=high, whole=False)
        said.append(say(lang, "row_r", r=r, low=low, high=high))
    elif None not in facts.peak:
        peak, low, high = estimates(lang, facts.peak[1], facts.peak[0], facts.peak[2], low=facts.peak[0], high=facts.peak[2])
        said.append(say(lang, "row_rising", peak=peak, low=low, high=high))
    return f"{formats.NO_BREAK if lang == 'fr' else ''}; ".join(said)


def _fullness(lang: str, facts: PlaceFacts) -> str:
    if facts.present is None:
        return say(lang, "row_unknown")
    n = round(facts.present)
    if facts.beds is None:
        return say(lang, "row_no_beds", n, present=n)
    shown = {"present": n, "beds": round(facts.beds), "kind": bed_kind(lang, facts.binding, facts.beds)}
    if facts.present > facts.beds or facts.beds == 0:
        return say(lang, "row_over", n, **shown)
    return say(lang, "row_occupancy", n, share=formats.percent(lang, facts.present / facts.beds), **shown)
