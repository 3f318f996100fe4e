"""The generated documentation: up to date, complete, and readable by others."""

import json
import re
import runpy
import sys
from pathlib import Path

import pytest

from belvedere.ontology import table, tables
from belvedere.ontology.pages import frictionless, ontology_page, pages

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", pages())
def test_the_committed_page_is_up_to_date(name):
    committed = (REFERENCE / name).read_text(encoding="utf-8")
    assert committed == pages()[name], "run: python -m belvedere.ontology.pages docs/reference"


def test_no_page_is_left_over():
    assert {p.relative_to(REFERENCE).as_posix() for p in REFERENCE.glob("schemas/*")} == set(pages()) - {"ontology.md"}


def test_the_page_shows_every_table_column_and_code():
    page = ontology_page()
    for t in tables().values():
        assert f"\n## {t.name}\n" in page and all(f"- {c}".replace("|", "\\|") in page for c in t.caveats)
        for column in t.columns.values():
            assert f"| `{column.name}` | {column.kind} |" in page
            assert all(f"| `{code}` | " in page for code in column.codes or ())


def test_every_link_leads_somewhere():
    page = ontology_page()
    targets = set(re.findall(r"\{#([\w-]+)\}", page)) | set(re.findall(r"^## ([\w-]+)$", page, flags=re.MULTILINE))
    assert set(re.findall(r"\]\(#([\w-]+)\)", page)) <= targets


def test_every_line_of_a_grid_has_its_columns():
    for grid in re.findall(r"(?:^\|.*\n)+", ontology_page(), flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in grid.splitlines()}
        assert len(widths) == 1, grid


def test_a_frictionless_schema_says_what_the_table_says():
    schema = frictionless(table("flows"))
    fields = {f["name"]: f for f in schema["fields"]}
    assert schema["primaryKey"] == table("flows").keys()
    assert [link["fields"] for link in schema["foreignKeys"]] == [["origin"], ["destination"]]
    assert fields["value"]["type"] == "number" and fields["value"]["constraints"] == {"minimum": 0}
    assert fields["date"]["constraints"] == {"required": True, "minimum": "1800-01-01", "maximum": "2200-12-31"}
    assert fields["mode"]["constraints"]["enum"] == ["all", "air", "rail", "road", "sea", "several"]
    assert "foreignKeys" not in frictionless(table("products"))


def test_the_module_writes_every_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["pages", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "belvedere.ontology.pages")
    runpy.run_module("belvedere.ontology.pages", run_name="__main__")
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} == set(pages())
    assert json.loads((tmp_path / "schemas" / "stays.schema.json").read_text())["name"] == "stays"
    assert len(capsys.readouterr().out.splitlines()) == len(pages())


def test_the_module_asks_for_a_folder(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pages"])
    monkeypatch.delitem(sys.modules, "belvedere.ontology.pages")
    with pytest.raises(SystemExit, match="DIR"):
        runpy.run_module("belvedere.ontology.pages", run_name="__main__")
