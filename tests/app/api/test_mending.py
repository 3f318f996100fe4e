"""Mending over the interface: looked at, carried out, signed; refused where somebody was quicker or the day is past."""

from __future__ import annotations

import csv
import io
import json

import pytest

from belvedere.sources.ingest import ingest
from belvedere.store import quarantine
from tests.app.api.test_contract import API, answer, keeps_to_its_model
from tests.app.demo_workspace import FLOWS, NOW
from tests.app.mistyped import DAY, MEANT, TYPED, load_mistyped

REASON = "told on the phone by the agency"


@pytest.fixture
def mending(demo_copy, client_of):
    """The interface on a copy of the demonstration with its five entries."""
    return client_of(demo_copy)


def asked(client, path: str, body: dict, status: int = 200) -> dict:
    response = client.post(f"{API}/quarantine/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def entries(client, query: str = "") -> list[dict]:
    return answer(client, f"/quarantine?feed={FLOWS}{query}")["entries"]


def row_of(client, entry: dict) -> dict:
    return asked(client, "preview", {"feed": FLOWS, "ids": [entry["id"]]})["rows"][0]


def a_mendable(client) -> tuple[dict, dict]:
    """An entry about one cell, and the row it stands in."""
    entry = next(e for e in entries(client) if e["mendable"] and e["rule"] == "not-a-number")
    return entry, row_of(client, entry)


def test_an_entry_tells_its_reason_in_both_languages_and_what_to_do(mending):
    page = answer(mending, f"/quarantine?feed={FLOWS}")
    assert keeps_to_its_model("quarantine", page)
    assert sum(group["count"] for group in page["groups"]) == page["total"] == 5
    for entry in page["entries"]:
        assert entry["title"]["fr"] != entry["title"]["en"] and entry["action"]["fr"] and entry["action"]["en"]
    group = page["groups"][0]
    column = f"&column={group['column']}" if group["column"] else ""
    assert len(entries(mending, f"&rule={group['rule']}{column}")) == group["count"]


def test_a_correction_is_judged_by_the_rules_before_it_is_accepted(mending, demo_copy):
    entry, row = a_mendable(mending)
    body = {"feed": FLOWS, "ids": [entry["id"]], "cells": {str(entry["id"]): {entry["column"]: "lots"}}}
    refused = asked(mending, "preview", body)
    assert (refused["loads"], refused["fails"]) == (0, 1) and refused["rows"][0]["fault"]["column"] == entry["column"]
    assert refused["rows"][0]["before"] == row["before"] and refused["rows"][0]["after"][entry["column"]] == "lots"
    assert "1 ligne" not in refused["summary"]["en"] and refused["summary"]["fr"].endswith("1 reste en faute.")
    done = asked(mending, "mend", {**body, "reason": REASON})
    assert done["settled"] == 0 and len(quarantine.entries(demo_copy)) == 5


def test_a_mended_row_makes_its_day_more_complete(mending, demo_copy, tmp_path):
    file = load_mistyped(demo_copy, tmp_path)
    before = answer(mending, f"/feeds/{FLOWS}")["feed"]
    entry = next(e for e in entries(mending) if e["file"] == file and TYPED in e["found"])
    body = {"feed": FLOWS, "ids": [entry["id"]], "cells": {str(entry["id"]): {"dep": MEANT}}, "reason": REASON}
    told = asked(mending, "preview", {name: value for name, value in body.items() if name != "reason"})
    assert {(f["key"]["place"], f["key"]["date"], f["change"]) for f in told["rows"][0]["figures"]} == {("FR-60", DAY, "new")}
    asked(mending, "mend", body)
    after = answer(mending, f"/feeds/{FLOWS}")["feed"]
    assert after["completeness"] > before["completeness"] and after["quarantine"] == before["quarantine"] - 1
    assert "FR-60" in [m["place"] for m in before["missing"]] and "FR-60" not in [m["place"] for m in after["missing"]]


def test_a_corrected_row_loads_and_is_signed(mending, demo_copy):
    entry, row = a_mendable(mending)
    body = {"feed": FLOWS, "ids": [entry["id"]], "cells": {str(entry["id"]): {entry["column"]: "7"}}}
    (told,) = asked(mending, "preview", body)["rows"]
    figure = next(f for f in told["figures"] if f["says"] == 7)
    assert told["fault"] is None and (figure["held"] is None) == (figure["change"] == "new")
    done = asked(mending, "mend", {**body, "reason": REASON})
    assert done["settled"] == len(row["ids"]) and entry["id"] not in [e["id"] for e in entries(mending)]
    query = "&".join(f"filter={name}:{value}" for name, value in figure["key"].items())
    (lineage,) = answer(mending, f"/origin?{query}")["figures"]
    assert lineage["value"] == 7
    assert lineage["correction"]["signed_by"] == "local operator" and lineage["correction"]["reason"] == REASON
    assert lineage["correction"]["changes"] == [
        {"column": entry["column"], "before": row["before"][entry["column"]], "after": "7"}
    ]
    kinds = [node["kind"] for node in lineage["nodes"]]
    assert kinds.index("file") < kinds.index("correction") < kinds.index("figure")
    assert entry["file"] in lineage["citation"]["en"] and "corrigé à la main" in lineage["citation"]["fr"]


def test_many_at_once_say_beforehand_how_many_load_and_how_many_still_fail(mending):
    group = next(g for g in answer(mending, f"/quarantine?feed={FLOWS}")["groups"] if g["column"])
    chosen = {"feed": FLOWS, "group": {"rule": group["rule"], "column": group["column"]}}
    plain = asked(mending, "preview", chosen)
    assert plain["loads"] == 0 and plain["fails"] == sum(text["rows"] for text in plain["texts"])
    text = plain["texts"][0]
    change = {"column": group["column"], "values": {text["value"]: ""}}
    told = asked(mending, "preview", {**chosen, "replace": change})
    assert told["loads"] + told["fails"] == plain["fails"]
    done = asked(mending, "mend", {**chosen, "replace": change, "reason": REASON})
    assert done["done"][0]["loads"] == told["loads"] and done["done"][0]["fails"] == told["fails"]


def test_set_aside_for_good_keeps_the_reason(mending, demo_copy):
    first = entries(mending)[0]
    assert asked(mending, "dismiss", {"feed": FLOWS, "ids": [first["id"]], "reason": "closed hospital"})["settled"] == 1
    settled = quarantine.entries(demo_copy, settled=True).set_index("id").loc[first["id"]]
    assert (settled.resolution, settled.reason) == ("dismissed", "closed hospital")
    assert asked(mending, "dismiss", {"feed": FLOWS, "ids": [first["id"]], "reason": "again"}, 404)["status"] == 404


def test_a_sheet_goes_out_and_comes_back_and_is_loaded_once_approved(mending, demo_copy):
    entry, row = a_mendable(mending)
    out = mending.get(f"{API}/quarantine/sheet.csv?feed={FLOWS}&lang=fr")
    assert out.headers["content-disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(out.text.lstrip("\ufeff")), delimiter=";"))
    for found in rows:
        if found["belvedere_row"].startswith(f"{entry['row']} of {entry['file']} "):
            found[entry["column"]] = "7"
    back = io.StringIO()
    writer = csv.DictWriter(back, rows[0], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    sheet = {"name": "mended.csv", "text": back.getvalue()}
    told = asked(mending, "sheet", sheet)
    assert (told["approved"], [f["loads"] for f in told["feeds"]]) == (False, [1])
    (changed,) = told["feeds"][0]["rows"]
    assert {k: v for k, v in changed["after"].items() if v != changed["before"][k]} == {entry["column"]: "7"}
    assert len(quarantine.entries(demo_copy)) == 5
    done = asked(mending, "sheet", {**sheet, "approve": True, "reason": REASON})
    assert done["approved"] and len(quarantine.entries(demo_copy)) == 5 - len(row["ids"])
    assert asked(mending, "sheet", sheet, 400)["detail"].count("no open entry") == 1


def test_who_comes_second_is_told_so_and_nothing_is_written(mending, demo_copy, monkeypatch):
    """Between judging and loading, an ingest tells the history again: the entries are others now."""
    from belvedere.sources import mend

    entry, _ = a_mendable(mending)
    before = demo_copy.frame("indicators", feed=FLOWS)
    judge, again = mend.judge, demo_copy.mappings / f"{FLOWS}.toml"

    def slow(workspace, feed, lines):
        judged = judge(workspace, feed, lines)
        again.write_text(again.read_text() + "\n# another day\n")
        ingest(workspace, list((demo_copy.path.parent).glob("nothing")), feed=FLOWS, now=NOW)
        mend.tell_again(workspace, feed)
        return judged

    monkeypatch.setattr(mend, "judge", slow)
    body = {"feed": FLOWS, "ids": [entry["id"]], "cells": {str(entry["id"]): {entry["column"]: "7"}}, "reason": REASON}
    problem = asked(mending, "mend", body, 409)
    assert "no longer wait" in problem["detail"] and problem["title"]["fr"]
    monkeypatch.undo()
    assert len(quarantine.entries(demo_copy)) == 5
    assert len(demo_copy.frame("indicators", feed=FLOWS)) == len(before)


@pytest.mark.parametrize("path", ["preview", "mend", "dismiss", "sheet"])
def test_the_past_is_read_not_mended(mending, path):
    entry = entries(mending)[0]
    body = {"name": "x", "text": "y"} if path == "sheet" else {"feed": FLOWS, "ids": [entry["id"]]}
    body |= {"reason": REASON} if path in ("mend", "dismiss") else {}
    assert "past day" in asked(mending, f"{path}?as_of=2026-11-17", body, 400)["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("mend", {"feed": FLOWS, "ids": [1]}, 422),
        ("mend", {"feed": FLOWS, "ids": [10**6], "reason": REASON}, 404),
        ("mend", {"feed": FLOWS, "reason": REASON}, 400),
        ("preview", {"feed": "nobody", "ids": [1]}, 404),
        ("sheet", {"name": "x.csv", "text": "a,b\n1,2\n"}, 400),
    ],
)
def test_what_is_not_understood_is_refused_with_the_reason(mending, path, body, status):
    assert asked(mending, path, body, status)["detail"]


def test_a_column_the_row_does_not_have_is_named(mending):
    entry, _ = a_mendable(mending)
    body = {"feed": FLOWS, "ids": [entry["id"]], "cells": {str(entry["id"]): {"nothing": "7"}}}
    assert "'nothing'" in asked(mending, "preview", body, 400)["detail"]


def test_every_asking_stands_in_the_log_without_the_cells(mending, demo_copy):
    entry, _ = a_mendable(mending)
    body = {"feed": FLOWS, "ids": [entry["id"]], "cells": {str(entry["id"]): {entry["column"]: "7"}}, "reason": REASON}
    asked(mending, "mend", body)
    lines = [json.loads(x) for f in (demo_copy.path / "audit").glob("*.jsonl") for x in f.read_text().splitlines()]
    (done,) = [line for line in lines if line["asked"].endswith("/quarantine/mend")]
    assert done["operator"] == "local operator" and done["outcome"] == "done"
    assert done["told"]["entries"] == [str(entry["id"])] and not {"cells", "reason"} & set(done["told"])
