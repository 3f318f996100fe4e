"""The report on past forecasts: one file that needs nothing, says what it is about, and hides nothing."""

from __future__ import annotations

import datetime as dt
import re
import string
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from belvedere.app import backtest_charts as charts
from belvedere.app.backtest_report import Report, report
from belvedere.app.sentences_backtest import LANGUAGES, report_words
from belvedere.errors import UnknownName
from belvedere.outlook.backtest import TABLES, Backtest, Plan, replay
from belvedere.outlook.units import past_counts
from belvedere.reference.places import Places
from tests.outlook.fake_country import FakeTruth, honest, inputs_at, world

NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
DAYS = (dt.date(2020, 8, 2), dt.date(2020, 9, 6), dt.date(2020, 11, 1))


def made(basis: str = "assumed") -> Backtest:
    """Three days, Corse-du-Sud failed on one of them; a fourth of which nothing was known."""
    truth, plan = world(), Plan("FR", (dt.date(2019, 1, 1), *DAYS), at=7, samples=40, shares=(1.0, 0.6))
    parts = []
    for day in DAYS:
        failed = ("FR-2A",) if day.month == 9 else ()
        inputs = inputs_at(truth, np.datetime64(day), basis=basis)
        parts.append(
            replay(
                SimpleNamespace(), day, plan, truth=FakeTruth(truth), read=lambda _s, i=inputs: i,
                forecast=lambda i, seed, f=failed: honest(truth, i, seed=seed, samples=40, failed=f),
            )
        )  # fmt: skip
    tables = {name: pd.concat([part[name].to_pandas() for part in parts], ignore_index=True) for name in TABLES}
    missed = pd.DataFrame([{"date": pd.Timestamp("2019-01-01"), "reason": "FR: no <daily> admissions"}])
    tables["dates"] = pd.concat([missed, tables["dates"]], ignore_index=True)
    return Backtest(plan=plan, **tables, came=past_counts(truth.counts), groups=inputs.groups)


@pytest.fixture(scope="module")
def found():
    return made()


@pytest.fixture(scope="module")
def page(found):
    return report(found, lang="en", now=NOW, places=Places.load())


def test_the_page_needs_nothing_from_outside_and_no_script(page):
    assert not re.search(r"<script|<link|<img|@import|url\(\s*[\"']?(?:https?:)?//|\bsrc=", page)
    assert page.count("<html") == 1
    assert "prefers-color-scheme: dark" in page


def test_every_colour_of_a_chart_is_a_token_of_the_page(page):
    drawn = "".join(re.findall(r'<svg viewBox="[^"]*" role="img".*?</svg>', page, flags=re.DOTALL))
    assert drawn.count("var(--") > 100
    assert re.findall(r"#[0-9a-f]{6}\b", drawn.replace("#ffffff", "")) == []
    assert "DejaVu" not in drawn


def test_the_same_backtest_gives_the_same_page(found, page):
    assert report(found, lang="en", now=NOW, places=Places.load()) == page


def test_it_says_which_days_how_many_and_on_what_basis(found, page):
    assert "3 days, 2 Aug–1 Nov 2020".replace(" ", "\u00a0") in page.replace(" ", "\u00a0")
    assert f"{len(found.units):,}" in page
    assert "assumed dates" in page
    assert "corrections made later are already in it" in page
    kept = report(made("published"), lang="en", now=NOW, places=Places.load())
    assert "corrections made later are already in it" not in kept


def test_what_failed_is_shown(page):
    assert "Corse-du-Sud" in page
    assert "nothing is known" in page
    assert "not replayed: FR: no &lt;daily&gt; admissions" in page
    assert "without the regions that failed that day" in page


def test_the_verdict_follows_the_figures(found):
    about = Report(found, Places.load(), report_words("en"), NOW)
    better, held, warned = about.verdict
    lead = about.overall[about.overall["level"] == "region"].iloc[0]
    assert (lead["target"], lead["period"]) == ("hospital_admissions", "week")
    assert f"{about.say.percent(1 - lead['hub_ratio'])} less error" in better
    assert about.say.percent(lead["cover_90"]) in held
    assert "today’s occupancy" in warned
    bad = found.units.assign(wis=100 * found.units["wis"], place_in_forecast=0.999)
    worse = Report(Backtest(**{**vars(found), "units": bad}), Places.load(), report_words("en"), NOW).verdict
    assert "more error" in worse[0]
    assert "too narrow" in worse[1]


def test_nothing_to_score_is_said(found):
    empty = Backtest(found.plan, *(pd.DataFrame() for _ in range(3)), found.series.iloc[:0], found.dates.iloc[:1])
    page = report(empty, lang="en", now=NOW, places=Places.load())
    assert "Nothing could be scored" in page
    assert "not replayed" in page


def test_the_page_speaks_french(found):
    page = report(found, lang="fr", now=NOW, places=Places.load())
    assert '<html lang="fr">' in page
    assert "Prévisions passées, France" in page
    assert "dates supposées" in page
    assert not re.search(r"\bbt_\w+", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    with pytest.raises(UnknownName, match="en, fr"):
        report(found, lang="xx", now=NOW, places=Places.load())


def fields(text: str | tuple[str, str]) -> set[str]:
    texts = (text,) if isinstance(text, str) else text
    return {name for t in texts for _, name, _, _ in string.Formatter().parse(t) if name}


def test_both_languages_have_the_same_texts_with_the_same_fields():
    english, french = LANGUAGES["en"], LANGUAGES["fr"]
    assert english.keys() == french.keys()
    assert {name for name in english if fields(english[name]) != fields(french[name])} == set()


def test_a_fan_shows_what_came_only_as_dots():
    days = pd.date_range("2020-10-01", periods=60)
    quantiles = pd.DataFrame({f"q{q}": np.full(28, 9.0) for q in ("05", "25", "50", "75", "95")}, index=days[32:])
    fan = charts.Fan(days[31], pd.Series(range(60), days, dtype=float), quantiles)
    drawn = charts.fan(fan, "en", 'a "label"', "salt")
    assert 'aria-label="a &quot;label&quot;"' in drawn
    assert drawn.count("<use ") >= 28
    assert drawn == charts.fan(fan, "en", 'a "label"', "salt")
