"""What is said of feeds, of the rules of health, and of what was set aside, in English and French."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest

from belvedere.app import sentences_feeds as say
from belvedere.app.sentences_entries import ENTRIES, entry_words
from belvedere.app.sentences_rules_fr import RULES_FR
from belvedere.app.status import DayShare, FeedStatus, Missing
from belvedere.health import RULES
from tests.app.demo_workspace import NOW, TODAY


def fields(text: str | tuple[str, str]) -> set[str]:
    texts = (text,) if isinstance(text, str) else text
    return {name for t in texts for _, name, _, _ in string.Formatter().parse(t) if name}


def feed(state: str = "fresh", quarantine: int = 0, **changes) -> FeedStatus:
    plain = FeedStatus(
        feed="a", title="A", producer="P", licence="L", table="indicators", country="FR", rhythm="daily", state=state,
        versions=1, last_version=None, last_date=TODAY, expected_at=NOW, age=None, missed=0,
        days=(DayShare(TODAY, 3, 3),), missing=(),
        quarantine=quarantine, findings={}, rows=1, assumed_share=0.0, demo=False, zone="Europe/Paris",
    )  # fmt: skip
    return replace(plain, **changes)


def test_every_rule_of_health_is_told_in_french_with_fields_that_a_finding_has():
    assert RULES_FR.keys() == RULES.keys()
    columns = {"feed", "place", "indicator", "n", "found", "expected", "first_date", "last_date"}
    for name, texts in RULES_FR.items():
        assert fields(texts[3]) <= columns, name
        assert all(texts)


@pytest.mark.parametrize(
    ("lang", "states", "waiting", "expected"),
    [
        ("en", [], 0, "No feed has been loaded yet."),
        ("en", ["fresh"], 0, "The only feed is on time; nothing waits in quarantine."),
        ("en", ["fresh", "ended"], 1, "None of the 2 feeds is late; 1 entry waits in quarantine."),
        ("en", ["late", "fresh", "fresh"], 14, "1 of 3 feeds is late; 14 entries wait in quarantine."),
        ("en", ["late", "very_late"], 2000, "2 of 2 feeds are late; 2,000 entries wait in quarantine."),
        ("fr", ["late", "fresh"], 1, "1 flux sur 2 est en retard\u00a0; 1 entrée attend en quarantaine."),
        ("fr", ["late", "very_late"], 0, "2 flux sur 2 sont en retard\u00a0; rien n’attend en quarantaine."),
    ],
)
def test_the_lede(lang, states, waiting, expected):
    feeds = [feed(state) for state in states]
    if feeds:
        feeds[0] = replace(feeds[0], quarantine=waiting)
    assert say.lede(lang, feeds) == expected


def test_who_is_missing_is_named_until_there_are_too_many():
    gone = tuple(Missing(f"FR-0{n}", name, None) for n, name in enumerate(("Ain", "Aisne", "Allier")))
    assert say.missing("en", feed(missing=gone[:2])) == "Ain, Aisne not received"
    assert say.missing("en", feed(missing=gone)) == "Ain, Aisne and 1 more not received"
    assert say.missing("en", feed()) == "all 3 places reported"


def test_the_sentence_of_freshness_tells_the_zone_of_the_feed():
    assert "08:40" in say.freshness("en", feed("late"))
    assert "attendus" in say.freshness("fr", feed("late"))


def test_every_reason_has_a_title_and_an_advice_in_both_languages():
    for rule, languages in ENTRIES.items():
        assert all(text.strip() for words in languages for text in words), rule
        assert languages[0] != languages[1], rule
    assert entry_words("fr", "a rule between columns")[0] == "Règle non tenue"
