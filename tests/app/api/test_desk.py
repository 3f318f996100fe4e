"""People act through the interface: states, conflicts, past days, notes, other sites kept out, everything in the log."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from fastapi.testclient import TestClient

from belvedere.app.api import attending
from belvedere.app.api import desk as acts
from belvedere.app.api.asked import Asked
from belvedere.app.api.models_desk import WatchActionRequest
from belvedere.app.serve import make_app
from belvedere.desk.watch import Facts
from belvedere.trust.gate import LOG, OPERATOR
from tests.app.api.outlook_workspace import COUNTRY, PLACE, REPLAYED, SILENT
from tests.app.demo_workspace import NOW

API = "/api/v1"
ACTIONS = f"{API}/watch/{PLACE}/icu/actions"
NOTES = f"{API}/regions/{PLACE}/notes"
REASON = "two beds open tomorrow"
TOMORROW = (NOW + dt.timedelta(days=1)).date().isoformat()
NOTE = {"date": "2026-11-20", "kind": "event", "text": "Ward B opened, 12 beds", "language": "en"}


class Clock:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(looking_copy, clock) -> TestClient:
    return TestClient(make_app(looking_copy, now=clock), raise_server_exceptions=False)


def row(client, place: str = PLACE, *, more: str = "") -> dict:
    rows = client.get(f"{API}/watch?level=icu{more}").json()["rows"]
    return next(r for r in rows if r["place"] == place)


def act(client, action: str, *, status: int = 201, place: str = PLACE, query: str = "", **more) -> dict:
    body = {"action": action, "seen": row(client, place)["seen"], **more}
    response = client.post(f"{API}/watch/{place}/icu/actions{query}", json=body)
    assert response.status_code == status, response.text
    return response.json()


# -- acting --------------------------------------------------------------------------------------------------------------


def test_a_row_is_open_until_somebody_takes_it(desk):
    before = row(desk)
    assert (before["state"], before["owner"], before["seen"], before["state_text"]) == ("open", None, 0, None)
    assert before["actions"] == ["take", "assign", "snooze", "acknowledge"]
    done = act(desk, "take")
    assert (done["state"], done["owner"], done["seen"]) == ("taken", OPERATOR, 1) and done == row(desk)
    assert done["actions"] == ["assign", "release", "snooze", "acknowledge"]
    assert done["state_text"] == {"fr": f"Suivi par {OPERATOR}", "en": f"Taken by {OPERATOR}"}
    assert next(r for r in desk.get(f"{API}/situation").json()["watch"] if r["place"] == PLACE) == done
    level = next(r for r in desk.get(f"{API}/regions/{PLACE}").json()["levels"] if r["level"] == "icu")
    assert level["state"] == "taken"


def test_the_actor_is_who_is_signed_in_whatever_the_browser_says(desk):
    body = {"action": "take", "seen": 0}
    assert desk.post(ACTIONS, json=body | {"actor": "Somebody Else"}).status_code == 422
    desk.post(ACTIONS, json=body, headers={"X-User": "Somebody Else", "Remote-User": "Somebody Else"})
    assert row(desk)["owner"] == OPERATOR


def test_assigning_and_releasing(desk):
    assert act(desk, "assign", assignee=" C. Haddad ")["owner"] == "C. Haddad"
    assert act(desk, "release")["state"] == "open"
    history = desk.get(ACTIONS).json()["actions"]
    assert [a["action"] for a in history] == ["release", "assign"] and history[1]["text"]["en"] == "assigned to C. Haddad"


def test_a_snoozed_row_comes_back_by_itself_when_its_day_begins_at_the_place(desk, clock):
    done = act(desk, "snooze", reason=REASON, until=TOMORROW)
    assert (done["state"], done["state_reason"], done["until"]) == ("snoozed", REASON, "2026-11-22T23:00:00Z")
    tag = desk.get(f"{API}/watch").headers["etag"]
    assert desk.get(f"{API}/watch", headers={"If-None-Match": tag}).status_code == 304
    clock.now = dt.datetime(2026, 11, 22, 22, 59, tzinfo=dt.UTC)
    assert row(desk)["state"] == "snoozed"
    clock.now = dt.datetime(2026, 11, 22, 23, 0, tzinfo=dt.UTC)
    assert desk.get(f"{API}/watch", headers={"If-None-Match": tag}).status_code == 200
    back = row(desk)
    assert (back["state"], back["since"]) == ("open", "2026-11-22T23:00:00Z")
    assert back["state_text"]["en"] == f"Back from a snooze by {OPERATOR}: {REASON}"


def test_the_situation_shows_the_gravest_that_are_not_snoozed_and_then_the_snoozed(desk):
    act(desk, "snooze", reason=REASON, until=TOMORROW)
    shown = desk.get(f"{API}/situation").json()["watch"]
    assert [r["state"] for r in shown].index("snoozed") == len(shown) - 1 and shown[-1]["place"] == PLACE


def test_an_acknowledged_row_that_got_graver_says_so(looking_copy, desk, monkeypatch):
    act(desk, "acknowledge", reason=REASON)
    assert row(desk)["state"] == "acknowledged"
    monkeypatch.setattr(attending, "facts_of", lambda found: Facts(None, "failed"))
    back = row(TestClient(make_app(looking_copy, now=lambda: NOW)))
    assert back["state"] == "open" and back["graver"]["en"].startswith("graver since acknowledged: ")
    assert back["graver"]["en"].endswith(" → no forecast") and "plus grave" in back["graver"]["fr"]


def test_only_open_rows_count_for_the_badge(desk):
    likely = [r for r in desk.get(f"{API}/watch").json()["rows"] if (r["chance_14"] or 0) > 0.5]
    assert desk.get(f"{API}/frame").json()["watch_open"] == len(likely) > 0
    act(desk, "take", place=likely[0]["place"])
    assert desk.get(f"{API}/frame").json()["watch_open"] == len(likely) - 1


# -- what is refused -----------------------------------------------------------------------------------------------------


def test_of_two_who_act_at_once_the_second_is_told_who_was_first(desk):
    body = {"action": "take", "seen": 0}
    assert desk.post(ACTIONS, json=body).status_code == 201
    second = desk.post(ACTIONS, json=body)
    problem = second.json()
    assert second.status_code == 409 and problem["title"]["en"] == "Somebody else was first"
    assert problem["text"]["en"].startswith(
        f"{OPERATOR} was first: taken, Sun 22 Nov, 08:40".replace(" 22 Nov", "\u00a022\u00a0Nov")
    )
    assert row(desk)["seen"] == 1


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [({"action": "snooze", "until": TOMORROW}, "reason", "Give the reason"),
     ({"action": "snooze", "reason": "  ", "until": TOMORROW}, "reason", "Give the reason"),
     ({"action": "snooze", "reason": REASON}, "until", "Say until when"),
     ({"action": "snooze", "reason": REASON, "until": "2026-11-22"}, "until", "still to come"),
     ({"action": "snooze", "reason": REASON, "until": "2027-11-22"}, "until", "At most 28 days"),
     ({"action": "acknowledge"}, "reason", "Give the reason"), ({"action": "assign"}, "assignee", "Say to whom"),
     ({"action": "release"}, None, "State: open"), ({"action": "reopen"}, None, "State: open")],
)  # fmt: skip
def test_what_is_lacking_is_said_under_its_field(desk, body, field, words):
    response = desk.post(ACTIONS, json={"seen": 0, **body})
    problem = response.json()
    assert response.status_code == 400 and problem["field"] == field
    assert words in problem["text"]["en"] and problem["text"]["fr"] != problem["text"]["en"]
    assert row(desk)["seen"] == 0


def test_a_past_day_and_a_scenario_are_only_looked_at(desk):
    day = REPLAYED[-1]
    past = row(desk, more=f"&as_of={day}")
    assert past["actions"] == [] and past["state"] == "open"
    problem = act(desk, "take", status=400, query=f"?as_of={day}")
    assert problem["text"]["en"].startswith("This is a past day") and problem["text"]["fr"].startswith("C’est un jour passé")
    assert "people act on the current course" in act(desk, "take", status=400, query="?scenario=any")["detail"]
    act(desk, "take")
    assert row(desk, more=f"&as_of={day}")["state"] == "open" and row(desk)["state"] == "taken"
    assert desk.get(f"{ACTIONS}?as_of={day}").json()["actions"] == []


@pytest.mark.parametrize(("place", "level", "status"), [("FR-XX", "icu", 404), ("FR-75", "icu", 400), (PLACE, "hdu", 422)])
def test_a_row_that_does_not_exist(desk, place, level, status):
    assert desk.post(f"{API}/watch/{place}/{level}/actions", json={"action": "take", "seen": 0}).status_code == status


def test_a_place_that_could_not_be_foretold_can_be_taken_too(desk):
    assert act(desk, "take", place=SILENT)["mark"] == "failed"


# -- other sites ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403), ({"Origin": "https://evil.example"}, 403),
     ({"Origin": "null"}, 403), ({"Content-Type": "text/plain"}, 415),
     ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
     ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 201), ({"Sec-Fetch-Site": "none"}, 201),
     ({"Content-Type": "application/json; charset=utf-8"}, 201)],
)  # fmt: skip
def test_another_site_cannot_act(desk, headers, status):
    sent = {"Content-Type": "application/json", **headers}
    response = desk.post(ACTIONS, content=json.dumps({"action": "take", "seen": 0}), headers=sent)
    assert response.status_code == status, response.text
    assert row(desk)["state"] == ("taken" if status == 201 else "open")


def test_the_guard_stands_before_every_address_that_changes_something(desk):
    ways = {(path, method.upper()) for path, ops in desk.app.openapi()["paths"].items() for method in ops} - {("", "")}
    acts = {(path, method) for path, method in ways if method != "GET" and path.startswith(API)}
    assert {path for path, _ in acts} >= {f"{API}/outlooks", f"{API}/watch/{{place}}/{{level}}/actions"}
    for path, method in acts:
        address = re.sub(r"\{\w+\}", "1", path)
        assert desk.request(method, address, json={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403, path


def test_every_act_and_every_refusal_stands_in_the_log_without_what_people_wrote(looking_copy, desk):
    act(desk, "acknowledge", reason=REASON)
    desk.post(ACTIONS, json={"action": "take", "seen": 0})
    desk.post(ACTIONS, json={"action": "take", "seen": 1}, headers={"Origin": "https://evil.example"})
    desk.post(NOTES, json=NOTE)
    desk.post(f"{API}/outlooks", json={"country": "XX"})
    text = "".join(file.read_text(encoding="utf-8") for file in (looking_copy.path / LOG).glob("acts-*.jsonl"))
    found = [json.loads(line) for line in text.splitlines()]
    assert [(e["asked"], e["outcome"]) for e in found] == [
        (f"POST {ACTIONS}", "done"), (f"POST {ACTIONS}", "refused: Told"), (f"POST {ACTIONS}", "refused: HTTPException"),
        (f"POST {NOTES}", "done"), (f"POST {API}/outlooks", "refused: UnknownName"),
    ]  # fmt: skip
    assert all(e["operator"] == OPERATOR and e["at"] for e in found) and found[0]["told"] == {
        "action": "acknowledge",
        "seen": 0,
    }
    assert REASON not in text and NOTE["text"] not in text


# -- tags and what is kept -----------------------------------------------------------------------------------------------


def test_an_action_changes_tags_and_leaves_the_figures_kept(looking_copy, office_of):
    office = office_of(looking_copy)
    before = office.library.open(Asked.plain())
    ground, said, data = before.ground, before.said, before.state.data
    tag = office.watch(Asked("/w"), "icu", 14, "json").headers["etag"]
    acts.take_action(office.library, Asked.plain(), PLACE, "icu", WatchActionRequest(action="take", seen=0), OPERATOR)
    after = office.library.open(Asked.plain())
    assert office.watch(Asked("/w"), "icu", 14, "json").headers["etag"] != tag
    assert after.state.sequence > before.state.sequence and after.state.data == data
    assert after.ground is ground and after.said is said


# -- notes ---------------------------------------------------------------------------------------------------------------


def test_a_note_is_on_the_time_axis_and_in_the_list(desk):
    made = desk.post(NOTES, json=NOTE)
    assert made.status_code == 201 and made.json()["author"] == OPERATOR and made.json()["may_withdraw"] is True
    listed = desk.get(NOTES).json()
    assert [n["text"] for n in listed["notes"]] == [NOTE["text"]] and listed["may_write"] is True
    events = desk.get(f"{API}/regions/{PLACE}").json()["events"]
    assert {
        "date": NOTE["date"],
        "text": {"fr": NOTE["text"], "en": NOTE["text"]},
        "author": OPERATOR,
        "kind": "event",
    } in events
    assert [e["date"] for e in events] == sorted(e["date"] for e in events)


def test_a_note_of_the_country_concerns_its_parts_and_not_the_other_way_round(desk):
    desk.post(f"{API}/regions/{COUNTRY}/notes", json=NOTE | {"kind": "measure", "text": "Curfew"})
    desk.post(NOTES, json=NOTE)
    assert {n["text"]: n["place_name"] for n in desk.get(NOTES).json()["notes"]} == {"Curfew": "France", NOTE["text"]: "Nord"}
    assert [n["text"] for n in desk.get(f"{API}/regions/{COUNTRY}/notes").json()["notes"]] == ["Curfew"]


def test_a_withdrawn_note_stays_in_the_list_with_its_reason_and_leaves_the_axis(desk, clock):
    id = desk.post(NOTES, json=NOTE).json()["id"]
    clock.now = NOW + dt.timedelta(hours=1)
    gone = desk.post(f"{API}/notes/{id}/withdraw", json={"reason": "wrong hospital"})
    assert gone.status_code == 200 and gone.json()["withdrawn_reason"] == "wrong hospital"
    listed = desk.get(NOTES).json()["notes"][0]
    assert listed["text"] == NOTE["text"] and listed["withdrawn_by"] == OPERATOR and listed["may_withdraw"] is False
    assert all(e["kind"] == "holiday" for e in desk.get(f"{API}/regions/{PLACE}").json()["events"])
    then = desk.get(f"{NOTES}?as_of={NOW.isoformat().replace('+', '%2B')}").json()
    assert then["notes"][0]["withdrawn_at"] is None and then["may_write"] is False
    assert desk.get(f"{NOTES}?as_of=2026-11-20").json()["notes"] == []
    again = desk.post(f"{API}/notes/{id}/withdraw", json={"reason": "again"})
    assert again.status_code == 409 and again.json()["text"]["fr"].startswith("Déjà retirée")


@pytest.mark.parametrize(
    ("path", "change", "status", "field"),
    [(NOTES, {"text": "  "}, 400, "text"), (NOTES, {"date": "2062-11-20"}, 400, "date"),
     (NOTES, {"kind": "holiday"}, 422, None),
     (f"{NOTES}?as_of=2026-11-15", {}, 400, None), (f"{API}/regions/FR-XX/notes", {}, 404, None)],
)  # fmt: skip
def test_a_note_that_cannot_be_is_refused(desk, path, change, status, field):
    response = desk.post(path, json=NOTE | change)
    assert response.status_code == status and response.json()["field"] == field
    assert desk.get(NOTES).json()["notes"] == []


def test_a_note_that_does_not_exist_and_one_without_reason(desk):
    assert desk.post(f"{API}/notes/7/withdraw", json={"reason": "none"}).status_code == 404
    id = desk.post(NOTES, json=NOTE).json()["id"]
    assert desk.post(f"{API}/notes/{id}/withdraw", json={"reason": ""}).json()["field"] == "reason"
