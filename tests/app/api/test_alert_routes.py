"""The addresses of the alerts: what is open, rules, channels, the log, and who may send what."""

from __future__ import annotations

import json
import smtplib

import pytest

from belvedere.app.alert_clock import AlertClock
from belvedere.app.alerting import Alerting
from belvedere.app.api import models_alerts
from belvedere.desk import alert_book as book
from belvedere.trust.gate import LOG
from tests.app.api.outlook_workspace import PLACE, SILENT
from tests.app.demo_workspace import NOW

ALERTS = "/api/v1/alerts"


@pytest.fixture
def client(looking_copy, client_of):
    return client_of(looking_copy)


def plain(sentence: list[dict]) -> str:
    return "".join(part["text"] for part in sentence).replace("\u00a0", " ").replace("\u2011", "-")


def asked_in_log(workspace) -> list[str]:
    files = sorted((workspace.path / LOG).glob("*.jsonl"))
    return [json.loads(line)["asked"] for file in files for line in file.open(encoding="utf-8")]


def test_a_look_opens_what_the_outlook_says_with_interval_day_and_completeness(client, looking_copy):
    answer = client.post(f"{ALERTS}/check", json={})
    assert answer.status_code == 200 and models_alerts.AlertsAnswer.model_validate(answer.json())
    found = {(row["rule"], row["subject"]): row for row in answer.json()["open"]}
    lost, watched = found["place-failed", SILENT], next(row for (rule, _), row in found.items() if rule == "beds-icu")
    chances = {row["place"]: row["chance_14"] for row in client.get("/api/v1/watch").json()["rows"]}
    assert watched["value"] == chances[watched["subject"]] >= 0.5
    assert {s for (rule, s) in found if rule == "beds-icu"} == {p for p, chance in chances.items() if (chance or 0) >= 0.5}
    said = plain(watched["sentence"]["en"])
    assert "(90%)" in said and "by 3 Dec" in said and plain(lost["sentence"]["fr"]).startswith("Aisne : prévision indisponible")
    assert next(plain(text["en"]) for text in watched["basis"]) == "These figures end on 19 Nov, 3 days ago."
    assert any("have reported" in plain(text["en"]) for text in watched["basis"])
    assert watched["synthetic"] and watched["address"].startswith("/region/FR-")
    again = client.post(f"{ALERTS}/check", json={}).json()
    assert [row["id"] for row in again["open"]] == [row["id"] for row in answer.json()["open"]]
    assert client.get("/api/v1/frame").json()["alerts_open"] == len(again["open"])
    assert client.get(f"{ALERTS}/history").json() == {"rows": []}


def test_a_rule_is_made_changed_tried_out_and_taken_away_and_all_of_it_stands_in_the_log(client, looking_copy):
    body = {"id": "nord", "kind": "beds", "threshold": 0.9, "clear_at": 0.5, "least_hours": 12, "place": PLACE, "level": "icu",
            "within_days": 14}  # fmt: skip
    tried = client.post(f"{ALERTS}/preview", json=body).json()
    assert plain(tried["text"]["en"]).startswith(
        "With this threshold 1 place would alert now. Over the 8 weeks before (3 past outlooks)"
    )
    assert (tried["alerts_now"], tried["past_outlooks"]) == (1, 3)
    assert client.post(f"{ALERTS}/rules", json=body).status_code == 201
    assert client.post(f"{ALERTS}/rules", json=body).status_code == 400
    assert client.patch(f"{ALERTS}/rules/nord", json={"threshold": 0.95, "owner": "A. Martin"}).status_code == 200
    row = next(row for row in client.get(f"{ALERTS}/rules").json() if row["rule"]["id"] == "nord")
    assert (row["rule"]["threshold"], row["rule"]["owner"], row["scope"]["fr"], row["shipped"]) == (
        0.95,
        "A. Martin",
        "Nord",
        False,
    )
    assert client.delete(f"{ALERTS}/rules/nord").status_code == 200
    assert client.delete(f"{ALERTS}/rules/nord").status_code == 404
    changes = client.get(ALERTS).json()["changes"]
    assert [(c["id"], c["text"]["en"]) for c in changes][:2] == [("nord", "removed"), ("nord", "opens at 95%, closes at 50%")]
    log = asked_in_log(looking_copy)
    assert {f"POST {ALERTS}/preview", f"POST {ALERTS}/rules", f"PATCH {ALERTS}/rules/nord", f"DELETE {ALERTS}/rules/nord"} <= {
        *log
    }


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"clear_at": 0.9}, 400),
        ({"place": "FR-XX"}, 404),
        ({"channels": ["nobody"]}, 404),
        ({"within_days": 10}, 422),
        ({"colour": 1}, 422),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(client, change, status):
    answer = client.patch(f"{ALERTS}/rules/beds-icu", json=change)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert next(row for row in client.get(f"{ALERTS}/rules").json() if row["rule"]["id"] == "beds-icu")["shipped"]


@pytest.mark.parametrize("path", ["check", "rules", "preview", "channels/desk/test", "1/acknowledge"])
def test_a_form_of_another_site_cannot_post(client, path):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert client.post(f"{ALERTS}/{path}", content=b"{}", headers={"Content-Type": kind}).status_code == 415


def test_acknowledging_needs_a_reason_and_is_shown(client):
    number = client.post(f"{ALERTS}/check", json={}).json()["open"][0]["id"]
    assert client.post(f"{ALERTS}/{number}/acknowledge", json={"reason": ""}).status_code == 422
    row = client.post(f"{ALERTS}/{number}/acknowledge", json={"reason": "beds are being opened"}).json()
    assert row["acknowledged_reason"] == "beds are being opened" and row["acknowledged_by"]
    assert client.get(ALERTS).json()["open"][0]["acknowledged_at"] is not None
    assert client.post(f"{ALERTS}/999/acknowledge", json={"reason": "x"}).status_code == 404


def test_a_channel_that_fails_is_told_loudly_on_the_page_and_in_the_frame(client, looking_copy):
    settings = looking_copy.path / "belvedere.toml"
    settings.write_text(
        settings.read_text() + "\n[alerts.channels.desk]\nkind = 'email'\nhost = '127.0.0.1'\nport = 1\nsecurity = 'none'\n"
        "sender = 'b@example.org'\nto = ['c@example.org']\n"
    )
    client.patch(f"{ALERTS}/rules/beds-icu", json={"channels": ["desk"]})
    assert client.get("/api/v1/frame").json()["alert_faults"] == []
    tried = client.post(f"{ALERTS}/channels/desk/test", json={"language": "fr"}).json()
    assert tried["outcome"] == "again" and "cannot be reached" in tried["reason"]
    answer = client.get(ALERTS).json()
    assert answer["channels"][0]["state"] == "again" and "desk" in plain(answer["lede"]["en"])
    assert client.get("/api/v1/frame").json()["alert_faults"][0]["en"] == "Alerts do not reach the channel desk."
    assert client.post(f"{ALERTS}/channels/nobody/test", json={"language": "fr"}).status_code == 404


def test_a_message_says_synthetic_first_its_age_its_page_and_that_it_is_no_medical_advice(client, looking_copy, monkeypatch):
    settings = looking_copy.path / "belvedere.toml"
    settings.write_text(
        settings.read_text() + "\n[alerts]\nbase_url = 'https://b.example.org'\n[alerts.channels.desk]\nkind = 'email'\n"
        "host = 'mail.example.org'\nsender = 'b@example.org'\nto = ['c@example.org']\n"
    )

    def away(*_args, **_more):
        raise smtplib.SMTPConnectError(421, "away")

    monkeypatch.setattr("belvedere.desk.channels.smtplib.SMTP", away)
    client.patch(f"{ALERTS}/rules/beds-icu", json={"channels": ["desk"], "language": "fr"})
    client.post(f"{ALERTS}/check", json={})
    message = book.messages(looking_copy, newest=1)[0]
    lines = message.body.replace("\u00a0", " ").splitlines()
    assert message.subject.startswith("DONNÉES SYNTHÉTIQUES") and lines[0].startswith("DONNÉES SYNTHÉTIQUES")
    assert lines[2].startswith("Ces chiffres s’arrêtent au 19 nov., il y a 3 jours.") and "Nouveau." in lines[3]
    assert (
        lines[4].startswith("https://b.example.org/region/FR-")
        and lines[-1] == "Aide à la planification, pas au soin d’un patient."
    )
    first = message.content["alerts"][0]
    assert (message.content["version"], message.content["synthetic"], first["stale_days"], first["unit"]) == (
        1,
        True,
        3,
        "chance",
    )


def test_an_empty_workspace_has_an_answer_too(empty_client):
    answer = empty_client.get(ALERTS).json()
    assert (answer["open"], answer["channels"], len(answer["rules"])) == ([], [], 6)


def test_the_clock_looks_after_a_commit_and_keeps_what_stopped_it(looking_copy, office_of):
    alerting = Alerting(office_of(looking_copy).library, environ={})
    clock = AlertClock(alerting)
    clock.after_commit()
    assert alerting.looked.at == NOW and book.open_alerts(looking_copy)
    alerting.looked = alerting.looked.__class__(None, "")
    clock.after_commit()
    assert alerting.looked.at is None  # nothing was committed since
    (looking_copy.path / "overrides" / "alerts.csv").write_text("id\n")
    clock.look()
    assert "alerts.csv" in alerting.looked.error
