"""Every address: its schema, what is null and what is 0, tags, errors, other days and scenarios."""

from __future__ import annotations

import datetime as dt
import json
import math
from importlib import import_module
from pkgutil import iter_modules

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from belvedere.app import api
from belvedere.app.api.openapi import description, text
from belvedere.app.serve import make_app
from belvedere.outlook.scenarios import new_scenario
from belvedere.store.commits import Commit
from tests.app.api.outlook_workspace import COUNTRY, PART, PLACE, REPLAYED, SILENT, look_ahead
from tests.app.demo_workspace import FLOWS, NOW, STOCKS
from tests.project.repository import REPOSITORY

API = "/api/v1"
MODELS = [import_module(f"{api.__name__}.{m.name}") for m in iter_modules(api.__path__) if m.name.startswith("models_")]
WHOLE = "filter=indicator:icu_census&filter=sex:all&filter=condition:covid19"
ORIGIN = f"/origin?filter=place:{PLACE}&filter=date:2026-11-15&{WHOLE}"
READS = {
    "/frame": "frame", "/situation": "situation", "/changes": "changes", "/changes?since=2026-11-15": "changes",
    "/glossary": "glossary", "/watch": "watch", "/watch?level=all&within=28": "watch",
    f"/regions/{PLACE}": "region", f"/regions/{SILENT}": "region", f"/regions/{PART}": "region",
    f"/regions/{COUNTRY}": "region", f"/compare?places={PLACE},FR-60&target=hospital_admissions": "compare",
    "/search?q=nor": "search", "/feeds": "feeds", f"/feeds/{FLOWS}": "feed", "/quarantine": "quarantine", ORIGIN: "origin",
    "/cube?target=icu_census": "cube", "/jobs": "jobs", f"/regions/{PLACE}/notes": "notes",
    f"/watch/{PLACE}/icu/actions": "watch_history",
}  # fmt: skip


def answer(client, path: str, status: int = 200) -> dict:
    response = client.get(API + path)
    assert response.status_code == status, response.text
    return response.json()


def keeps_to_its_model(operation: str, found: dict) -> bool:
    """Whether an answer has every field of the operation's model, no other, and values of the right kind."""
    schemas = {op["operationId"]: op["responses"]["200"] for path in description()["paths"].values() for op in path.values()
               if "200" in op["responses"]}  # fmt: skip
    name = schemas[operation]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    module = next(m for m in MODELS if hasattr(m, name))
    return json.loads(getattr(module, name).model_validate(found).model_dump_json()) == found


@pytest.mark.parametrize("path", READS)
def test_an_answer_is_what_the_description_says(client, path):
    assert keeps_to_its_model(READS[path], answer(client, path))


@pytest.mark.parametrize("path", [p for p in READS if "regions" not in p and "compare" not in p and "feeds/" not in p
                                  and "actions" not in p and "origin" not in p and "cube" not in p])  # fmt: skip
def test_a_workspace_that_holds_nothing_has_an_answer_too(empty_client, path):
    assert keeps_to_its_model(READS[path], answer(empty_client, path))


def test_the_committed_description_is_the_one_of_the_code():
    assert (REPOSITORY / "web" / "openapi.json").read_text(encoding="utf-8") == text()


def test_every_operation_has_a_name_of_its_own():
    named = [op["operationId"] for path in description()["paths"].values() for op in path.values()]
    assert len(named) == len(set(named)) and {"frame", "situation", "watch", "region", "cube", "start_outlook"} <= set(named)


def numbers(value: object):
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, float):
        yield value


@pytest.mark.parametrize("path", READS)
def test_no_number_is_nan_or_a_stand_in(client, path):
    assert all(math.isfinite(number) and number not in (-1.0, -999.0) for number in numbers(answer(client, path)))


# -- what is said --------------------------------------------------------------------------------------------------------


def test_the_frame_tells_days_states_and_who_is_late(client):
    frame = answer(client, "/frame")
    assert frame["countries"] == [{"id": "FR", "name": {"fr": "France", "en": "France"}, "outlook": True}]
    assert [day["as_of"] for day in frame["days"]] == [None, *sorted(REPLAYED, reverse=True)]
    assert frame["synthetic"] is True and frame["operator"] and set(frame["languages"]) == {"fr", "en"}
    assert frame["reported"]["n"] < frame["reported"]["of"] == 5
    assert frame["first_day"] < frame["last_day"] <= "2026-11-21"
    assert frame["meta"]["now"].startswith("2026-11-22T07:40") and frame["meta"]["as_of"] is None


def test_a_failed_place_has_no_chance_and_is_last(client):
    rows = answer(client, "/watch")["rows"]
    chances = [row["chance_14"] for row in rows]
    known = [chance for chance in chances if chance is not None]
    assert known == sorted(known, reverse=True) and chances[: len(known)] == known
    failed = next(row for row in rows if row["place"] == SILENT)
    assert (failed["status"], failed["mark"], failed["chance_14"], failed["peak"]) == ("failed", "failed", None, None)
    assert failed["reason"]["fr"].startswith("Prévision indisponible") and failed["status_reason"]["en"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


def test_the_watch_list_is_ranked_by_the_days_asked_for(client):
    for within in (7, 14, 28):
        rows = answer(client, f"/watch?within={within}&level=ward")["rows"]
        known = [row[f"chance_{within}"] for row in rows if row[f"chance_{within}"] is not None]
        assert known == sorted(known, reverse=True) and {row["level"] for row in rows} == {"ward"}


def test_the_situation_says_of_each_figure_how_sure_it_is(client):
    found = {figure["id"]: figure for figure in answer(client, "/situation")["figures"]}
    assert list(found) == ["admissions_7d", "hospital_census", "icu_census", "reproduction_number", "places_passing_icu"]
    census = found["icu_census"]
    assert census["kind"] == "counted" and census["low"] is None and "compté" in census["text"]["fr"]
    came = found["admissions_7d"]  # of the days that are all reported: a count, dated by the last of them
    assert came["kind"] == "counted" and came["low"] is None and came["date"] < census["date"]
    # A département failed: R is that of what all report, and says how many are in it; no sum takes the name of the country.
    r = found["reproduction_number"]
    assert r["low"] < r["value"] < r["high"] and r["kind"] == "estimated" and r["sum"]["of"] == 5
    assert census["sum"]["status"] == "failed" and "Pas de somme" in census["sum"]["text"]["fr"]
    assert all(median is None for median in census["spark"]["median"])
    assert 0 < census["completeness"] < 1


def test_the_map_marks_what_is_not_known(client):
    shown = answer(client, "/situation")["map"]
    at = shown["places"].index(SILENT)
    columns = ("value", "status", "rank", "value_status")
    assert [shown[column][at] for column in columns] == [None, "failed", None, "missing"]
    elsewhere = shown["places"].index("FR-75")
    assert (shown["value"][elsewhere], shown["status"][elsewhere], shown["value_status"][elsewhere]) == (None, None, "missing")
    fine = shown["places"].index(PLACE)
    assert shown["value"][fine] is not None and shown["value_status"][fine] == "reported" and shown["rank"][fine]


def test_a_region_shows_what_is_observed_projected_and_there_to_hold_it(client):
    region = answer(client, f"/regions/{PLACE}")
    panel = region["panels"]["icu_census"]
    last = panel["observed"]["dates"][-1]
    assert last == region["meta"]["last_day"] and panel["projected"]["dates"][0] > last
    assert len(panel["projected"]["dates"]) == 28
    ordered = zip(*(panel["projected"][q] for q in ("q025", "q05", "q25", "q50", "q75", "q95", "q975")), strict=True)
    assert all(list(day) == sorted(day) for day in ordered)
    capacity = panel["capacity"]
    assert len({len(capacity[k]) for k in ("dates", "physical", "equipped", "staffed", "least", "binding")}) == 1
    assert capacity["binding"][-1] == region["levels"][0]["binding"]
    assert capacity["least"][-1] == region["levels"][0]["beds"]
    everyone = panel["everyone"]["observed"]["raw"][-1]
    assert everyone == region["levels"][0]["present"] > panel["observed"]["raw"][-1]
    assert [past["made"] for past in panel["past"]] == sorted(past["made"] for past in panel["past"]) and panel["past"]
    flow = region["panels"]["hospital_admissions"]
    assert flow["nowcast"]["dates"][-1] == last
    assert flow["observed"]["values"][-1] is None and flow["observed"]["raw"][-1] is not None
    received, low, high = (flow["nowcast"][k] for k in ("received", "low", "high"))
    assert all(a <= b <= c for a, b, c in zip(received, low, high, strict=True))
    assert region["panels"]["reproduction_number"]["estimated"]["q50"] and region["events"][0]["kind"] == "holiday"


def test_where_there_are_too_few_past_outlooks_the_reason_is_said(client):
    (first, *_rest) = answer(client, f"/regions/{PLACE}")["scores"]
    assert first["target"] == "icu_census" and first["rows"] == [] and first["missing"]["fr"].startswith("Trop peu")


def test_a_silent_place_has_nulls_and_no_projection(client):
    panel = answer(client, f"/regions/{SILENT}")["panels"]["hospital_admissions"]
    assert panel["projected"] is None
    observed = panel["observed"]
    assert observed["raw"][-1] is None and observed["status"][-1] == "missing"
    assert 0 in observed["raw"] or any(value for value in observed["raw"])


def test_a_sum_names_its_members(client):
    region = answer(client, f"/regions/{PART}")
    assert {member["place"] for member in region["members"]} == {"FR-02", "FR-59", "FR-60", "FR-62", "FR-80"}
    assert region["levels"] == [] and region["status"] is None
    assert "Hauts\u2011de\u2011France: 3 of 5 départements are" in "".join(s["text"] for s in region["lede"]["en"])
    # a sum with an unknown member is unknown, not smaller
    assert region["panels"]["icu_census"]["observed"]["raw"][-1] is None


def test_compared_places_share_their_days(client):
    found = answer(client, f"/compare?places={PLACE},FR-60,{PLACE}&target=icu_census")
    assert [one["place"]["id"] for one in found["places"]] == [PLACE, "FR-60"]
    assert all(len(one["observed"]) == len(found["dates"]) == len(one["status"]) for one in found["places"])


@pytest.mark.parametrize(
    ("query", "first"),
    [("nord", ("place", PLACE)), ("NORD", ("place", PLACE)), ("pas de cal", ("place", "FR-62")),
     ("reanimation", ("indicator", None)), ("quarant", ("page", "quarantine")), (FLOWS, ("feed", FLOWS))],
)  # fmt: skip
def test_search_forgives_accents_case_and_hyphens(client, query, first):
    hits = answer(client, f"/search?q={query}")["hits"]
    kind, id = first
    assert hits and (hits[0]["kind"], hits[0]["id"] if id else None) == (kind, id)


def test_origin_leads_to_file_and_row(client):
    (figure,) = answer(client, ORIGIN)["figures"]
    assert [node["kind"] for node in figure["nodes"]] == ["file", "mapping", "commit", "table", "figure"]
    assert {edge["source"] for edge in figure["edges"]} == {"file", "mapping", "commit", "table"}
    used = next(cell for cell in figure["raw"] if cell["used"])
    assert float(used["value"]) == figure["value"] and figure["nodes"][0]["detail"]["row"] > 1
    assert figure["history"][-1]["value"] == figure["value"]


def test_origin_of_an_outlook_leads_to_its_run_and_the_tables_it_read(client):
    rows = answer(client, "/watch")["rows"]
    where = rows[0]["origin"]
    query = "&".join(f"filter={k}:{v}" for k, v in where["filters"].items())
    (figure,) = answer(client, f"/origin?table={where['table']}&{query}")["figures"]
    assert [n["kind"] for n in figure["nodes"] if n["kind"] not in ("file", "feed")] == [
        "table", "table", "run", "table", "figure"
    ]  # fmt: skip
    feeds = {n["id"]: n for n in figure["nodes"] if n["kind"] == "feed"}
    assert FLOWS in {n["detail"]["feed"] for n in feeds.values()}
    assert all(n["detail"]["sha256"] for n in figure["nodes"] if n["kind"] == "file")
    assert {e["target"] for e in figure["edges"] if e["source"].startswith("file-")} == set(feeds)
    inputs = [n for n in figure["nodes"] if n["id"].startswith("input-")]
    assert {n["label"]["en"] for n in inputs} == {"indicators", "capacity"}
    (run,) = (n for n in figure["nodes"] if n["kind"] == "run")
    assert run["detail"]["seed"] and run["detail"]["samples"] == 100


def test_every_origin_of_the_situation_has_an_answer(client):
    for figure in answer(client, "/situation")["figures"]:
        query = "&".join(f"filter={k}:{v}" for k, v in figure["origin"]["filters"].items())
        if figure["value"] is not None:
            assert answer(client, f"/origin?table={figure['origin']['table']}&{query}")["total"] > 0, figure["id"]


def test_no_filter_finds_nothing_instead_of_everything(client):
    assert answer(client, "/origin?table=indicators")["total"] == 0


# -- other days, scenarios -----------------------------------------------------------------------------------------------


def test_a_past_day_is_shown_as_it_was_known(client):
    now, then = answer(client, "/situation"), answer(client, f"/situation?as_of={REPLAYED[0]}")
    assert then["meta"]["feed"] == "replay" and now["meta"]["feed"] == "outlook"
    assert then["meta"]["as_of"].startswith(REPLAYED[0])
    assert then["meta"]["last_day"] < now["meta"]["last_day"] and then["meta"]["reference_date"] < REPLAYED[0]
    assert then["figures"][1]["value"] != now["figures"][1]["value"]
    region = answer(client, f"/regions/{PLACE}?as_of={REPLAYED[0]}")
    assert region["panels"]["icu_census"]["observed"]["dates"][-1] < REPLAYED[0]


def test_between_two_replays_the_earlier_one_is_shown(client):
    found = answer(client, "/watch?as_of=2026-11-05")
    assert found["meta"]["reference_date"] == answer(client, f"/watch?as_of={REPLAYED[0]}")["meta"]["reference_date"]


def test_before_any_outlook_the_figures_stand_alone(client):
    found = answer(client, "/situation?as_of=2026-10-20")
    assert found["lede_kind"] == "none" and found["watch"] == [] and found["meta"]["reference_date"] is None
    assert found["figures"][2]["value"] is not None and found["figures"][4]["value"] is None
    assert "".join(s["text"] for s in found["lede"]["en"]).endswith("20 Oct 2026.".replace(" ", "\u00a0"))


def test_figures_that_ended_long_ago_name_the_day_to_look_from(client, looking):
    assert answer(client, "/situation")["meta"]["ahead_from"] is None
    later = TestClient(make_app(looking, now=lambda: NOW + dt.timedelta(days=1_000)), raise_server_exceptions=False)
    day = answer(later, "/situation")["meta"]["ahead_from"]
    assert day == str(looking.frame("indicators", feed=FLOWS).known_at.max().date())
    assert answer(later, f"/situation?as_of={day}")["meta"]["ahead_from"] is None


def test_a_scenario_without_an_outlook_says_so(looking_copy, client_of):
    new_scenario(looking_copy, "curfew", title="Curfew", author="A. Martin", now=NOW)
    client = client_of(looking_copy)
    assert answer(client, "/frame")["scenarios"] == [
        {"id": "curfew", "title": "Curfew", "author": "A. Martin", "expires_on": None, "state": "draft", "outlook": False}
    ]
    found = answer(client, "/watch?scenario=curfew")
    assert found["rows"] == [] and found["meta"]["scenario"] == "curfew"


# -- tags, errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in READS if path != "/jobs"])
def test_an_answer_that_did_not_change_is_not_sent_again(client, path):
    first = client.get(API + path)
    tag = first.headers["etag"]
    again = client.get(API + path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    weak = client.get(API + path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert weak.status_code == 304


def test_the_tag_changes_with_the_question_and_with_the_state(looking_copy, client_of):
    client = client_of(looking_copy)
    tags = {client.get(API + path).headers["etag"] for path in ("/watch", "/watch?within=7", "/watch?as_of=2026-11-15")}
    assert len(tags) == 3
    before = client.get(f"{API}/watch")
    look_ahead(looking_copy, now=NOW + dt.timedelta(minutes=5))
    after = client.get(f"{API}/watch")
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["meta"]["run_sequence"] == before.json()["meta"]["run_sequence"] + 1


def test_a_new_outlook_leaves_the_figures_kept(looking_copy, office_of):
    from belvedere.app.api.asked import Asked

    library = office_of(looking_copy).library
    before = library.open(Asked.plain())
    ground = before.ground
    look_ahead(looking_copy)
    after = library.open(Asked.plain())
    assert after.state.sequence == before.state.sequence + 1 and after.ground is ground
    with Commit.begin(looking_copy, "mend", parameters={}) as commit:
        assert commit.id
    assert library.open(Asked.plain()).ground is not ground


ERRORS = {
    "/regions/FR-XX": (404, "FR-XX"), "/regions/FR-69": (200, ""), "/regions/IT": (404, "IT"), "/watch?country=IT": (404, "IT"),
    "/watch?country=france": (422, "country"), "/watch?as_of=yesterday": (400, "yesterday"),
    "/watch?as_of=2026-11-15T10:00": (400, "time zone"), "/watch?scenario=none": (404, "none"),
    "/watch?within=15": (422, "within"),
    "/compare?places=FR-59,FR-XX": (404, "FR-XX"), "/compare?places=a,b,c,d,e,f": (422, "places"),
    "/compare?places=FR-59&target=reproduction_number": (400, "reproduction_number"), "/feeds/none": (404, "none"),
    "/quarantine?feed=none": (404, "none"), "/origin?filter=place": (400, "column:value"), "/origin?table=none": (404, "none"),
    "/origin?filter=colour:red": (404, "colour"), "/origin?filter=date:soon": (400, "soon"),
    "/nothing": (404, "/api/v1/nothing"),
    "/search?q=": (422, "q"),
}  # fmt: skip


@pytest.mark.parametrize("path", ERRORS)
def test_errors_say_what_is_wrong_in_both_languages(client, path):
    status, said = ERRORS[path]
    response = client.get(API + path)
    assert response.status_code == status, response.text
    if status != 200:
        problem = response.json()
        assert response.headers["content-type"] == "application/problem+json"
        assert set(problem) == {"type", "title", "status", "detail", "request", "text", "field"} and problem["status"] == status
        assert problem["title"]["fr"] and problem["title"]["en"] and said in problem["detail"]


def test_a_fault_of_the_program_is_told_without_its_inside(client, monkeypatch):
    from belvedere.app.api import office

    def broken(*_args):
        raise RuntimeError("secret")

    monkeypatch.setattr(office, "watch_list", broken)
    response = client.get(f"{API}/watch?within=7&level=all&as_of=2026-11-14")
    assert response.status_code == 500 and "secret" not in response.text
    assert response.json()["title"]["fr"] == "Une erreur de Belvedere"
    monkeypatch.undo()
    assert client.get(f"{API}/watch?within=7&level=all&as_of=2026-11-14").status_code == 200  # what failed is not kept


# -- bulk ----------------------------------------------------------------------------------------------------------------


def test_the_cube_is_the_same_as_arrow_and_as_json(client):
    path = f"{API}/cube?target=icu_census&start=2026-11-10&end=2026-11-30"
    told = client.get(path).json()
    response = client.get(path, headers={"Accept": "application/vnd.apache.arrow.stream"})
    assert response.headers["content-type"] == "application/vnd.apache.arrow.stream"
    rows = pa.ipc.open_stream(response.content).read_all()
    assert rows.column_names == ["place", "date", "quantile", "value", "status"]
    assert rows["value"].to_pylist() == told["value"] and rows["place"].to_pylist() == told["place"]
    observed = [(p, d) for p, d, q in zip(told["place"], told["date"], told["quantile"], strict=True) if q is None]
    assert (PLACE, "2026-11-15") in observed and max(d for _, d in observed) < "2026-11-22"
    values = dict(zip(zip(told["place"], told["date"], told["quantile"], strict=True), told["value"], strict=True))
    assert values[SILENT, "2026-11-15", None] is None
    (figure,) = answer(client, ORIGIN)["figures"]
    assert values[PLACE, "2026-11-15", None] == figure["value"] and figure["key"]["feed"] == STOCKS
