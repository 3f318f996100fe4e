"""What stands behind the addresses: the log of reads, compression, events, runs asked for."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from belvedere.app.api import office as office_module
from belvedere.app.api.asked import Asked
from belvedere.app.api.reading import STATUS_AGE
from belvedere.app.serve import make_app
from belvedere.store.jobs import DONE, ask, job_record, start
from belvedere.trust.gate import LOG
from tests.app.api.outlook_workspace import PLACE
from tests.app.demo_workspace import NOW

API = "/api/v1"


def entries(workspace) -> list[dict]:
    files = sorted((workspace.path / LOG).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.open(encoding="utf-8")]


def test_every_giving_of_an_answer_stands_in_the_log(looking_copy, client_of):
    client = client_of(looking_copy)
    for _ in range(2):
        client.get(f"{API}/regions/{PLACE}?as_of=2026-11-15")
    client.get(f"{API}/watch?format=csv")
    found = entries(looking_copy)
    region = [e for e in found if e["asked"] == f"{API}/regions/{PLACE}?as_of=2026-11-15"]
    assert {e["table"] for e in region} >= {"indicators", "capacity", "outlooks", "forecasts"}
    assert [e["kept"] for e in region] == [False] * (len(region) // 2) + [True] * (len(region) // 2)
    assert all(e["as_of"].startswith("2026-11-15") and e["operator"] and e["purpose"] for e in region)
    assert any("format=csv" in e["asked"] for e in found)


def test_a_large_answer_is_sent_compressed_to_those_who_take_it_so(client):
    plain = client.get(f"{API}/regions/{PLACE}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and len(plain.content) > 50_000
    with client.stream("GET", f"{API}/regions/{PLACE}", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip" and len(raw) < len(plain.content) / 4
    assert gzip.decompress(raw) == plain.content


def test_an_answer_is_not_stored_by_anyone_else(client):
    headers = client.get(f"{API}/watch").headers
    assert headers["cache-control"] == "private, no-cache" and "Accept" in headers["vary"]
    assert "default-src 'none'" in headers["content-security-policy"]


# -- events --------------------------------------------------------------------------------------------------------------


def heard(office, until: int, *, meanwhile=lambda second: None) -> list[tuple[str, dict]]:
    """The events of the first looks, told of by name and body."""

    async def listen() -> list[str]:
        looks = 0

        async def gone() -> bool:
            nonlocal looks
            looks += 1
            meanwhile(looks)
            return looks > until

        return [text async for text in office.events(gone)]

    found = []
    with ThreadPoolExecutor(1) as alone:  # a browser test of the same process may leave its own loop running
        told = alone.submit(lambda: asyncio.run(listen())).result()
    for text in told:
        lines = dict(line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


@pytest.fixture
def quick(monkeypatch):
    """Looks as often as it is asked, and waits for nobody."""
    monkeypatch.setattr("belvedere.app.api.pulse.EVERY_SECONDS", 0.0)

    async def at_once(_seconds):
        return None

    monkeypatch.setattr(office_module.asyncio, "sleep", at_once)


def test_events_tell_the_state_first_and_then_only_what_changes(looking_copy, office_of, quick):
    office = office_of(looking_copy)
    clock = lambda: NOW  # noqa: E731
    job_id = ask(looking_copy, "outlook", {"country": "FR"}, clock=clock)

    def meanwhile(look: int) -> None:
        if look == 3:
            with start(looking_copy, job_id, clock=clock) as job:
                job.step("half way", 1, 2)

    found = heard(office, 5, meanwhile=meanwhile)
    assert [body for event, body in found if event == "sequence"] == [{"sequence": looking_copy.snapshot().at}]
    told = [body["state"] for event, body in found if event == "job" and body["id"] == job_id]
    assert told == ["waiting", "done"]
    assert found[-1][1]["step"] == "half way" and found[-1][1]["total"] == 2


# -- runs asked for ------------------------------------------------------------------------------------------------------


def test_a_run_asked_for_is_carried_out_in_another_process_and_shown(looking_copy):
    with TestClient(make_app(looking_copy)) as client:  # the real clock: another process writes the same workspace
        response = client.post(f"{API}/outlooks", json={"country": "FR", "as_of": "2026-11-10", "samples": 100})
        assert response.status_code == 202, response.text
        job_id = response.json()["job"]
        patience = time.monotonic() + 120
        while (record := job_record(looking_copy, job_id)).state != DONE and time.monotonic() < patience:
            assert record.state in ("waiting", "running"), record.error
            time.sleep(0.5)
        listed = client.get(f"{API}/jobs").json()["jobs"][0]
        assert (listed["id"], listed["state"]) == (job_id, DONE) and listed["result"] == record.result
        assert listed["title"]["en"].replace("\u00a0", " ") == "Outlook of France as known on 10 Nov 2026"
        assert listed["title"]["fr"].replace("\u00a0", " ") == "Prévision : France, état connu au 10 nov. 2026"
        assert client.get(f"{API}/watch?as_of=2026-11-10").json()["meta"]["run_sequence"] == record.result
        assert [d["as_of"] for d in client.get(f"{API}/frame").json()["days"]].count("2026-11-10") == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [({"country": "IT"}, 404), ({"country": "France"}, 422), ({"country": "FR", "scenario": "none"}, 404),
     ({"country": "FR", "samples": 5}, 422), ({"country": "FR", "as_of": "soon"}, 422)],
)  # fmt: skip
def test_a_run_that_cannot_be_is_refused_and_not_put_in_the_table(client, looking, body, status):
    before = client.get(f"{API}/jobs").json()["jobs"][0]["id"]
    assert client.post(f"{API}/outlooks", json=body).status_code == status
    assert client.get(f"{API}/jobs").json()["jobs"][0]["id"] == before


def test_feeds_states_grow_old_and_are_worked_out_beside_the_answers(looking, office_of):
    office = office_of(looking)
    library = office.library
    first = library.open(Asked.plain()).statuses
    library.clock = lambda: NOW + STATUS_AGE + dt.timedelta(seconds=1)
    assert library.open(Asked.plain()).statuses is first  # the old ones once more, meanwhile
    patience = time.monotonic() + 60
    while library.open(Asked.plain()).statuses is first and time.monotonic() < patience:
        time.sleep(0.1)
    assert library.open(Asked.plain()).statuses is not first
