"""Exports keep types, leave out nothing, and say what they are."""

from __future__ import annotations

import datetime as dt
import json

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from belvedere.app.export import METADATA_KEY, write
from belvedere.app.selection import Selection, select
from belvedere.errors import BelvedereError, UnknownName
from tests.app.demo_workspace import FLOWS, NOW, STOCKS

DAY = dt.date(2026, 11, 20)
PARIS = Selection("indicators", feeds=(STOCKS,), places=("FR-59",), indicators=("icu_census",), start=DAY, end=DAY)


def test_filters_hold_together_and_rows_come_in_the_order_of_keys(demo):
    rows = select(demo, PARIS).arrow().to_pandas()
    assert list(rows["sex"]) == ["all", "female", "male"]
    assert set(rows["place"]) == {"FR-59"} and set(rows["indicator"]) == {"icu_census"}
    women = select(demo, Selection(**{**vars(PARIS), "where": (("sex", "female"),)})).arrow()
    assert women.num_rows == 1
    assert rows["value"].iloc[0] == rows["value"].iloc[1:].sum()


def test_several_values_of_one_filter_are_alternatives(demo):
    both = Selection(
        "indicators",
        feeds=(FLOWS,),
        places=("FR-59", "FR-62"),
        indicators=("icu_admissions", "hospital_deaths"),
        start=DAY,
        end=DAY,
    )
    assert select(demo, both).count() == 4


@pytest.mark.parametrize(
    ("changes", "near"),
    [
        ({"table": "indicatrs"}, "indicators"), ({"places": ("FR-7",)}, "FR-59|FR-79"),
        ({"indicators": ("icu_cencus",)}, "icu_census"),
        ({"where": (("sexe", "all"),)}, "sex"),
    ],
)  # fmt: skip
def test_unknown_names_come_with_near_ones(demo, changes, near):
    with pytest.raises(UnknownName, match=near):
        select(demo, Selection(**{**vars(PARIS), **changes}))


def test_a_filter_of_the_wrong_type_says_so(demo):
    with pytest.raises(BelvedereError, match="value"):
        select(demo, Selection("indicators", where=(("value", "many"),)))


def test_as_of_and_history_show_the_correction(demo):
    history = (
        select(demo, Selection("indicators", feeds=(FLOWS,), indicators=("hospital_admissions",), history=True))
        .arrow()
        .to_pandas()
    )
    times = history.groupby(["place", "date"])["known_at"].agg(["size", "max"]).reset_index()
    twice = times[(times["size"] == 2) & (times["max"] >= "2026-11-22")]
    place, date = twice.iloc[0][["place", "date"]]
    told = [
        select(
            demo,
            Selection(
                "indicators",
                feeds=(FLOWS,),
                indicators=("hospital_admissions",),
                places=(place,),
                start=date,
                end=date,
                as_of=as_of,
            ),
        )
        .arrow()["value"][0]
        .as_py()
        for as_of in ("2026-11-21", None)
    ]
    assert told[0] < told[1]
    assert told == sorted(history[(history.place == place) & (history.date == date)]["value"])


def test_a_workbook_has_numbers_as_numbers_days_as_days_and_says_what_it_is(demo, tmp_path):
    made = write(select(demo, PARIS), tmp_path / "paris.xlsx", NOW)
    book = openpyxl.load_workbook(made.path)
    head, *rows = list(book["indicators"].values)
    records = [dict(zip(head, row, strict=True)) for row in rows]
    assert made.rows == len(records) == 3
    assert all(isinstance(r["value"], (int, float)) and isinstance(r["date"], dt.datetime) for r in records)
    assert records[0]["date"].date() == DAY
    about = dict(list(book["about"].values))
    assert about["filter place"] == "FR-59"
    assert about[f"feed {STOCKS}: licence"] == "Apache-2.0, synthetic figures"
    assert about["made_at"] == NOW.isoformat()


def test_a_suppressed_or_withdrawn_figure_is_an_empty_cell_with_its_reason(demo_copy, tmp_path):
    import pyarrow as pa

    from belvedere.ontology import schema
    from belvedere.store.commits import Commit
    from belvedere.store.series import rest_schema

    key = {
        "feed": "test",
        "place": "FR-59",
        "date": DAY,
        "indicator": "icu_census",
        "condition": "covid19",
        "age_group": "all",
        "sex": "all",
        "period": "day",
    }
    given = [
        key | {"value": None, "status": "suppressed"},
        key | {"place": "FR-13", "value": None, "status": None, "withdrawn": True},
        key | {"place": "FR-69", "value": 0.0, "status": "reported"},
    ]
    names = [f for f in rest_schema(schema.table("indicators")) if f.name in {*key, "value", "status", "withdrawn"}]
    rows = pa.Table.from_pylist([{"withdrawn": False} | g for g in given], schema=pa.schema(names))
    with Commit.begin(demo_copy, "run") as commit:
        commit.append("indicators", rows, known_at=NOW, basis="ingested")
    chosen = Selection("indicators", feeds=("test",), withdrawn=True)
    sheet = openpyxl.load_workbook(write(select(demo_copy, chosen), tmp_path / "x.xlsx", NOW).path)["indicators"]
    head, *told = list(sheet.values)
    found = {r[head.index("place")]: (r[head.index("value")], r[head.index("status")]) for r in told}
    assert found == {"FR-59": (None, "suppressed"), "FR-13": (None, "withdrawn"), "FR-69": (0, "reported")}
    assert select(demo_copy, Selection("indicators", feeds=("test",))).count() == 2


def test_parquet_keeps_types_and_carries_the_certificate(demo, tmp_path):
    made = write(select(demo, PARIS), tmp_path / "paris.parquet", NOW)
    table = pq.read_table(made.path)
    assert str(table.schema.field("date").type) == "date32[day]"
    stated = json.loads(table.schema.metadata[METADATA_KEY])
    assert stated["at_sequence"] == 8 and stated["as_of"] is None and stated["rows"] == 3
    assert stated["feeds"][0]["producer"] == "Belvedere demonstration country (synthetic)"


def test_csv_has_its_certificate_beside_it_and_reads_back_the_same(demo, tmp_path):
    chosen = Selection(**{**vars(PARIS), "as_of": "2026-11-21", "origin": True})
    made = write(select(demo, chosen), tmp_path / "paris.csv", NOW)
    stated = json.loads((tmp_path / "paris.about.json").read_text(encoding="utf-8"))
    assert stated["as_of"].startswith("2026-11-21T23:59") and stated["filters"]["from"] == "2026-11-20"
    frame = pd.read_csv(made.path, dtype={"value": float})
    assert frame["value"].tolist() == select(demo, chosen).arrow()["value"].to_pylist()
    assert frame["known_at"].str.endswith("Z").all() and frame["source_row"].notna().all()


@pytest.mark.parametrize(("name", "words"), [("x.ods", "ending"), ("no/such/x.csv", "folder"), ("there.csv", "exists")])
def test_a_bad_target_is_refused_and_nothing_is_overwritten(demo, tmp_path, name, words):
    (tmp_path / "there.csv").write_text("kept", encoding="utf-8")
    with pytest.raises(BelvedereError, match=words):
        write(select(demo, PARIS), tmp_path / name, NOW)
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "kept"
