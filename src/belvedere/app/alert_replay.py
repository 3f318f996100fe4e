"""What a rule would do: how many places alert now, and what it would have said over the past weeks, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from belvedere.app import formats
from belvedere.app.alert_words import say
from belvedere.app.sentences_words import Stretch, stretches
from belvedere.desk.alert_rules import BEDS, FEED, OUTLOOK, Rule
from belvedere.desk.alerts import Judged, Replayed, reaches


def effect(lang: str, rule: Rule, judged: Sequence[Judged], replayed: Replayed | None, *, weeks: int) -> list[Stretch]:
    """With this threshold … now; over the last weeks …. replayed: None where the past is not kept for the kind."""
    return stretches(f"{_now(lang, rule, judged)} {_past(lang, rule, replayed, weeks)}")


def _now(lang: str, rule: Rule, judged: Sequence[Judged]) -> str:
    n = sum(reaches(rule, found) for found in judged)
    unknown = sum(found.value is None and not found.forced for found in judged)
    what = say(lang, f"what_{rule.kind}", n)
    said = [say(lang, "would_now", n, what=what) if n else say(lang, "would_none")]
    if unknown:
        said.append(say(lang, "cannot_judge", unknown))
    return f"{_joined(lang, said)}."


def _past(lang: str, rule: Rule, replayed: Replayed | None, weeks: int) -> str:
    if rule.kind in (FEED, OUTLOOK) or replayed is None:
        return say(lang, "no_replay")
    if not replayed.outlooks:
        return say(lang, "no_past")
    outlooks = say(lang, "past_outlooks", replayed.outlooks)
    return say(lang, "replay", replayed.alerts, weeks=weeks, outlooks=outlooks, outcome=_outcome(lang, rule, replayed))


def _outcome(lang: str, rule: Rule, replayed: Replayed) -> str:
    """What came of them; a mean of days only over those that came true."""
    if rule.kind != BEDS or not replayed.alerts:
        return ""
    said = []
    if replayed.came:
        mean = round(sum(replayed.lead_days) / replayed.came)
        said.append(say(lang, "lead", replayed.came, days=say(lang, "days", mean)))
    elif replayed.not_come:
        said.append(say(lang, "lead_none"))
    for name in ("already", "not_come", "open_question"):
        n = getattr(replayed, name)
        if n and not (name == "not_come" and not replayed.came and n == replayed.alerts):
            said.append(say(lang, name, n))
    return f"{formats.NO_BREAK if lang == 'fr' else ''}: {_joined(lang, said)}"


def _joined(lang: str, said: Sequence[str]) -> str:
    return f"{formats.NO_BREAK if lang == 'fr' else ''}; ".join(said)
