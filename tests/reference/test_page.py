"""The documentation page is made from the tables, and the committed one is current."""

from __future__ import annotations

from pathlib import Path

from belvedere.reference.page import page
from belvedere.reference.tables import load, table_names

COMMITTED = Path(__file__).resolve().parents[2] / "docs/reference/reference-tables.md"


def test_committed_page_is_current():
    assert COMMITTED.read_text(encoding="utf-8") == page(), (
        "run: python -m belvedere.reference.page docs/reference/reference-tables.md"
    )


def test_page_holds_every_figure():
    text = page()
    for name in table_names():
        for figure in load(name):
            assert f"| `{figure.id}` |" in text
