"""English and French say the same things, with the right number."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest

from belvedere.app.status import DayShare, FeedStatus, Missing
from belvedere.app.words import LANGUAGES, preferred, words
from belvedere.app.words_rules_fr import RULES_FR
from belvedere.errors import UnknownName
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


def test_both_languages_have_the_same_texts_with_the_same_fields():
    english, french = LANGUAGES["en"], LANGUAGES["fr"]
    assert english.keys() == french.keys()
    different = {name for name in english if fields(english[name]) != fields(french[name])}
    assert different == set()
    assert {n for n in english if isinstance(english[n], tuple) != isinstance(french[n], tuple)} == set()


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
    assert words(lang).lede(feeds) == expected


def test_who_is_missing_is_named_until_there_are_too_many():
    say = words("en")
    gone = tuple(Missing(f"FR-0{n}", name, None) for n, name in enumerate(("Ain", "Aisne", "Allier")))
    assert say.missing(feed(missing=gone[:2])) == "Ain, Aisne not received"
    assert say.missing(feed(missing=gone)) == "Ain, Aisne and 1 more not received"
    assert say.missing(feed()) == "all 3 places reported"


def test_the_sentence_of_freshness_tells_the_zone_of_the_feed():
    assert "08:40" in words("en").freshness(feed("late"))
    assert "attendus" in words("fr").freshness(feed("late"))


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de,en;q=0.5,fr;q=0.4", "en"),
        ("de", "en"),
        (None, "en"),
        ("en;q=0.1, fr", "fr"),
        ("*;q=x", "en"),
    ],
)
def test_the_language_a_browser_prefers(accept, lang):
    assert preferred(accept) == lang


def test_an_unknown_language_names_the_known_ones():
    with pytest.raises(UnknownName, match=r"en, fr"):
        words("xx")
