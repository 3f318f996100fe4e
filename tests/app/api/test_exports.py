"""Files of what is on screen: they say which rows these are, and nothing in them can be taken for a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest

from belvedere.app.api.exports import Sheet, _csv, _xlsx
from belvedere.app.api.models import Meta
from tests.app.api.outlook_workspace import PLACE, REPLAYED, SILENT
from tests.app.demo_workspace import NOW

API = "/api/v1"
PAGES = ["/situation", "/watch?level=icu", f"/regions/{PLACE}", f"/compare?places={PLACE},FR-60"]


def table(text: str) -> tuple[list[str], list[dict]]:
    """The certificate's lines, and the rows under them."""
    lines = text.splitlines()
    about = [line for line in lines if line.startswith(("# ", '"# '))]
    return about, list(csv.DictReader(lines[len(about) :]))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("as_of", [None, REPLAYED[1]])
def test_a_file_says_filters_as_of_and_source(client, path, as_of):
    joint = "&" if "?" in path else "?"
    asked = f"{API}{path}{joint}format=csv" + (f"&as_of={as_of}" if as_of else "")
    response = client.get(asked)
    assert (
        response.headers["content-type"] == "text/csv; charset=utf-8"
        and "attachment" in response.headers["content-disposition"]
    )
    about, rows = table(response.text)
    said = "\n".join(about)
    assert f"page={path.split('?')[0].join([API, ''])}" in said and ("as of: now" in said) == (as_of is None)
    assert as_of is None or f"as_of={as_of}" in said
    assert "indicators" in said or "outlooks" in said
    assert "synthetic: yes" in said and "not for the care of one patient" in said and rows


@pytest.mark.parametrize("path", PAGES)
def test_a_workbook_holds_the_same_numbers_as_the_csv(client, path):
    joint = "&" if "?" in path else "?"
    about, rows = table(client.get(f"{API}{path}{joint}format=csv").text)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{API}{path}{joint}format=xlsx").content))
    sheet, certificate = book.worksheets
    cells = list(sheet.iter_rows(values_only=True))
    assert list(cells[0]) == list(rows[0]) and len(cells) == len(rows) + 1
    column = next(name for name in ("value", "chance_14") if name in rows[0])
    at = list(rows[0]).index(column)
    written = ["" if row[at] is None else float(row[at]) for row in cells[1:]]
    # a workbook keeps fifteen digits
    assert written == ["" if row[column] == "" else pytest.approx(float(row[column]), rel=1e-14) for row in rows]
    assert {f"# {a}: {b}" for a, b in certificate.iter_rows(values_only=True)} >= {
        a.strip('"') for a in about if "now" not in a[:9] and "read at" not in a
    }


def test_a_watch_list_as_a_file_leaves_empty_what_is_not_known(client):
    _, rows = table(client.get(f"{API}/watch?format=csv").text)
    failed = next(row for row in rows if row["place"] == SILENT)
    assert (failed["chance_14"], failed["status"]) == ("", "failed") and failed["reason_fr"].startswith(
        "Prévision indisponible"
    )


def test_a_region_as_a_file_has_every_series(client):
    _, rows = table(client.get(f"{API}/regions/{PLACE}?format=csv").text)
    series = {row["series"] for row in rows if row["target"] == "icu_census"}
    assert {"observed", "everyone in the beds", "projected, q50", "beds, least"} <= series
    day = next(
        row for row in rows if row["target"] == "icu_census" and row["date"] == "2026-11-15" and row["series"] == "observed"
    )
    region = client.get(f"{API}/regions/{PLACE}").json()["panels"]["icu_census"]["observed"]
    assert float(day["value"]) == region["raw"][region["dates"].index("2026-11-15")]


def sheet(*rows) -> Sheet:
    meta = Meta(country="FR", as_of=None, now=NOW, sequence=1, feed=None, reference_date=None, run_at=None, run_sequence=None,
                last_day=None, basis=None, scenario=None, synthetic=False)  # fmt: skip
    return Sheet("test", ("name", "value", "day"), list(rows), meta, {}, "none")


def test_a_text_is_never_a_formula_and_a_negative_number_stays_one():
    one = sheet(("=1+1", -3.5, dt.date(2026, 11, 22)), ("@x", None, None))
    _, rows = table(_csv(one))
    assert rows == [{"name": "'=1+1", "value": "-3.5", "day": "2026-11-22"}, {"name": "'@x", "value": "", "day": ""}]
    cells = list(openpyxl.load_workbook(io.BytesIO(_xlsx(one))).worksheets[0].iter_rows(min_row=2))
    assert (cells[0][0].value, cells[0][0].data_type, cells[0][1].value) == ("=1+1", "s", -3.5)
    assert cells[0][2].value == dt.datetime(2026, 11, 22) and cells[1][1].value is None
