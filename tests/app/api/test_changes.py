"""What changed between two days of knowledge: each kind in both languages, and why."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import pytest

from belvedere.app.api.asked import Asked
from belvedere.app.api.changes import AT_MOST, SHOWN, Found, _ranked, _shown, change_sentence, changes
from belvedere.app.api.models_changes import Kind
from belvedere.app.api.reading import Reading
from belvedere.errors import DataError, WorkspaceError
from belvedere.ontology.schema import table
from belvedere.outlook.scenarios import new_scenario
from belvedere.store.commits import Commit
from tests.app.api.outlook_workspace import PLACE, look_ahead
from tests.app.demo_workspace import NOW, STOCKS

STATUS = SimpleNamespace(title="Beds", age=dt.timedelta(hours=52))
PLACES = {"FR-59": "Nord", "FR-02": "Aisne", "FR-57": "Moselle"}


class Names(dict):
    def name(self, place: str) -> str:
        return self[place]


READING = SimpleNamespace(state=SimpleNamespace(places=Names(PLACES)), today=dt.date(2026, 11, 22))
MOVED = {"place": "FR-59", "level": "icu", "now": 0.78, "was": 0.31}
FIGURE = {"indicator": "icu_census", "places": 2, "level": "department", "place": "FR-57", "day": dt.date(2026, 11, 14),
          "was": 41.0, "now": 53.0}  # fmt: skip
SAID = [
    (Found("method", "method", "change_code", {"before": "0.1+a", "after": "0.1+b"}),
     "0.1+a, maintenant 0.1+b", "0.1+a, now 0.1+b"),
    (Found("method", "method", "change_settings", {"ids": "x"}, n=1), "Un nombre de la méthode", "A number of the method"),
    (Found("method", "method", "change_settings", {"ids": "x, y"}, n=2), "2 nombres", "2 numbers"),
    (Found("source", "data", "change_source", {"indicator": "icu_census", "before": "a", "after": "b"}),
     "non plus dans a", "from a"),
    (Found("passing", "world", "change_passing", MOVED),
     "Nord : 78 % (contre 31 %) de chances de manquer de lits de réanimation sous 14 jours.",
     "Nord: 78% (was 31%) chance of running out of intensive care beds within 14 days."),
    (Found("relieved", "world", "change_relieved", {**MOVED, "level": "ward"}), "non plus 31 %", "no longer 31%"),
    (Found("moved", "data", "change_moved", {**MOVED, "now": 0.999}), "> 99 % (contre 31 %) de chances",
     "> 99% (was 31%) chance"),
    (Found("stopped", "data", "change_stopped", {"names": ["FR-59"]}, n=1), "Dernier jour non reçu : Nord.", "Nord has not"),
    (Found("stopped", "data", "change_stopped", {"names": ["FR-02", "FR-59"]}, n=2),
     "de 2 lieux : Aisne et Nord", "2 places have not"),
    (Found("came", "data", "change_came", {"names": ["FR-59"]}, n=1), "Déclare de nouveau : Nord.", "Nord reports again."),
    (Found("failed", "data", "change_failed", {"names": ["FR-59"]}, n=1),
     "indisponible : Nord", "No forecast for Nord any more."),
    (Found("restored", "data", "change_restored", {"names": ["FR-59"]}, n=1),
     "disponible : Nord", "Nord has a forecast again."),
    (Found("corrected", "data", "change_corrected", FIGURE, n=1), "41 corrigé en 53, Moselle, 14 nov.",
     "41 corrected to 53, Moselle, 14 Nov."),
    (Found("corrected", "data", "change_corrected", FIGURE, n=12),
     "12 chiffres passés corrigés dans 2 départements", "12 past figures corrected in 2"),
    (Found("withdrawn", "data", "change_withdrawn", {**FIGURE, "now": None}, n=1),
     "retiré : Moselle, 14 nov., 41.", "withdrawn: Moselle"),
    (Found("late", "data", "change_late", {"feed": STATUS, "title": "Beds"}), "Beds", "Beds"),
    (Found("caught_up", "data", "change_caught_up", {"feed": STATUS, "title": "Beds"}),
     "Beds n’est plus", "Beds is no longer late."),
    (Found("figures", "world", "change_figures", {"indicator": "icu_census", "now": 1301.0, "was": 1234.0,
           "day": dt.date(2026, 11, 21), "before": dt.date(2026, 11, 20)}),
     "1 301 le 21 nov., 1 234 le 20 nov.", "1,301 on 21 Nov"),
    (Found("run", "work", "change_run", {"day": dt.date(2026, 11, 21), "title": None}), "jusqu’au 21 nov.", "to 21 Nov."),
    (Found("run", "work", "change_run_scenario", {"day": dt.date(2026, 11, 21), "title": "Couvre-feu"}),
     "« Couvre-feu »", "“Couvre-feu”"),
    (Found("scenario", "work", "change_scenario", {"title": "T", "author": "A. Martin", "state": "draft"}),
     "A. Martin : scénario « T », brouillon",
     "A. Martin: scenario “T”, draft"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "fr", "en"), SAID, ids=lambda value: value.name if isinstance(value, Found) else "")
def test_a_change_is_told_in_both_languages(found, fr, en):
    for lang, expected in (("fr", fr), ("en", en)):
        said = "".join(text for text, _ in change_sentence(lang, found, READING))
        said = said.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2011", "-")
        assert expected in said and not re.search(r"[{}*]|\bnan\b|\bNone\b", said)


def test_every_kind_of_change_has_words():
    assert {found.kind for found, _, _ in SAID} == set(get_args(Kind))


def test_the_gravest_come_first_and_not_all_of_one_kind():
    many = [Found("moved", "world", "change_moved", MOVED, place=f"p{n}", size=n / 100) for n in range(20)]
    many += [Found("method", "method", "change_code", {}), Found("passing", "world", "change_passing", MOVED, size=0.4)]
    shown = _shown(_ranked(many))
    assert [one.kind for one in shown[:2]] == ["method", "passing"] and len(shown) <= SHOWN
    moved = [one.size for one in shown if one.kind == "moved"]
    assert moved == [0.19, 0.18, 0.17] and len(moved) == AT_MOST["moved"]


# -- on the small country -------------------------------------------------------------------------------------------------


def reading_of(office_of, workspace, **asked) -> Reading:
    return office_of(workspace).library.open(replace(Asked.plain(), **asked))


def test_since_a_week_ago_another_outlook_answers_and_places_moved_with_their_figures(office_of, looking):
    found = changes(reading_of(office_of, looking), "2026-11-15")
    assert found.new_outlook and not found.new_method and found.reference_before < found.meta.reference_date
    assert found.total >= len(found.rows) > 0 and len(found.rows) <= SHOWN and found.empty is None
    assert {row.cause for row in found.rows} <= {"world", "data", "work"}
    assert next(row for row in found.rows if row.kind == "figures").cause == "world"
    assert all(row.origin is not None for row in found.rows)


def test_a_day_without_news_says_so_and_yesterday_is_the_default(office_of, looking):
    reading = reading_of(office_of, looking)
    found = changes(reading, None)
    assert found.heading.fr == "Depuis hier" and found.since.date() == NOW.date() - dt.timedelta(days=1)
    later = replace(reading, now=NOW + dt.timedelta(minutes=20), reads=[])
    same = changes(later, (NOW + dt.timedelta(minutes=1)).isoformat())
    assert same.rows == [] and not same.new_outlook and same.empty.fr.startswith("Rien n’a changé depuis le 22")


def test_before_anything_was_known_there_is_nothing_to_compare_with(office_of, looking):
    found = changes(reading_of(office_of, looking), "2020-01-01")
    assert found.rows == [] and "2020" in found.empty.en and found.total == 0


@pytest.mark.parametrize(("since", "error"), [("2027-01-01", DataError), ("soon", WorkspaceError)])
def test_since_must_be_a_day_before(office_of, looking, since, error):
    with pytest.raises(error):
        changes(reading_of(office_of, looking), since)


def test_a_corrected_figure_a_new_scenario_and_a_new_method_are_told_apart(office_of, looking_copy, monkeypatch):
    later = NOW + dt.timedelta(hours=2)
    snapshot = looking_copy.snapshot()
    rows = snapshot.arrow("indicators", feed=STOCKS, place=PLACE, indicator="icu_census", sex="all")
    rows = rows.slice(rows.num_rows - 12, 1)
    value = rows["value"][0].as_py()
    with Commit.begin(looking_copy, "load", feed=STOCKS, now=later) as commit:
        declared = rows.select(list(table("indicators").columns))
        commit.append("indicators", declared.set_column(declared.column_names.index("value"), "value", [[value + 30]]),
                      known_at=later, basis="ingested")  # fmt: skip
    new_scenario(looking_copy, "curfew", title="Couvre-feu", author="A. Martin", now=later)
    monkeypatch.setattr("belvedere.store.commits.code_version", lambda: "0.0.0+another")
    look_ahead(looking_copy, now=later + dt.timedelta(hours=1))
    library = office_of(looking_copy).library
    reading = Reading(library, Asked.plain(), library.state(), later + dt.timedelta(hours=2))
    found = changes(reading, (NOW + dt.timedelta(hours=1)).isoformat())
    told = {row.kind: row for row in found.rows}
    assert told["corrected"].cause == "data" and told["corrected"].place == PLACE and told["corrected"].size == 30
    assert told["scenario"].cause == told["run"].cause == "work"
    assert "A. Martin" in "".join(part.text for part in told["scenario"].text.fr)
    assert found.new_method and found.rows[0].kind == "method"
    assert all(row.cause == "method" for row in found.rows if row.kind in ("passing", "relieved", "moved"))
