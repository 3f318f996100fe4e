"""Writes the documentation page of the reference tables from the tables themselves.

python -m belvedere.reference.page docs/reference/reference-tables.md
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from belvedere.ontology.places import PLACE_LEVELS
from belvedere.reference.places import Places
from belvedere.reference.tables import STATUSES, Figure, ReferenceTable, load, table_names

TITLES = {
    "feed_rules": "Limits of the health rules",
    "delays": "Delays: infection, onset, report, admission, death",
    "length_of_stay": "Length of stay",
    "staffing_rules": "Staff per patient or bed, and working time",
    "consumption_norms": "Use of goods and medicines",
    "capacity": "Intensive care beds",
    "measure_effects": "Effect of measures and vaccines",
    "thresholds": "Thresholds used by authorities",
    "outlook": "Settings of the outlook",
    "desk": "Rules of the desk",
    "alerts": "Alerts: shipped rules, messages, delivery",
}

INTRODUCTION = """# Reference tables

<!-- Made by `python -m belvedere.reference.page`; do not edit. -->

Figures from outside that models and rules start from. Each has a unit, a basis, a source and a status; none is built into code.
Sources that contradict one another are all kept: choose by definition. A note that opens with `weak:` says why to lean on
the figure lightly. A local estimate should replace any of them:
put `<table>.csv` with the same columns in the folder `overrides` of the workspace. Rows replace shipped ones of the same `id`
and unit, and every result that used one says so.
"""


def page() -> str:
    """The whole page, Markdown."""
    parts = [INTRODUCTION, _listed("Status", STATUSES.items())]
    names = [*TITLES, *(name for name in table_names() if name not in TITLES)]
    parts += [_section(load(name)) for name in names]
    return "\n".join([*parts, _places_section(Places.load())])


def _section(table: ReferenceTable) -> str:
    rows = [(f"`{f.id}`", f.quantity, _shown(f), f.unit, _about(f), f.source, _remark(f)) for f in table]
    heading = f"## {TITLES.get(table.name, table.name)}\n\nTable `{table.name}`, {len(table)} figures.\n"
    return f"{heading}\n{_grid(('id', 'quantity', 'value', 'unit', 'basis', 'source', 'note'), rows)}"


def _shown(figure: Figure) -> str:
    value = "" if figure.value is None else f"{figure.value:g}"
    if figure.low is None and figure.high is None:
        return f"{value} ({figure.interval})" if figure.interval else value
    bounds = " to ".join("…" if bound is None else f"{bound:g}" for bound in (figure.low, figure.high))
    return f"{value} ({bounds}{', ' if figure.interval else ''}{figure.interval})".strip()


def _about(figure: Figure) -> str:
    period = " to ".join(dict.fromkeys(filter(None, (figure.valid_from, figure.valid_to))))
    return "; ".join(
        filter(None, (figure.basis, figure.population, period, figure.policy_tier and f"tier: {figure.policy_tier}"))
    )


def _remark(figure: Figure) -> str:
    return "; ".join(filter(None, ("" if figure.status == "read" else figure.status, figure.note)))


def _places_section(places: Places) -> str:
    counts = Counter((row.country, row.level) for row in places.rows.values() if row.level != "country")
    rows = [(country, level, f"{n}") for (country, level), n in sorted(counts.items())]
    schemes = [(f"`{scheme}`", f"{len(places.codes[scheme]):,}") for scheme in places.schemes]
    whole = sum(row.level == "country" for row in places.rows.values())
    return "\n".join(
        [
            "## Places\n",
            f"{len(places)} places: {whole} countries and territories of ISO 3166-1, and inside them:\n",
            _grid(("country", "level", "places"), rows),
            _listed("Levels", PLACE_LEVELS.codes.items()),
            "Codes a mapping may name as the scheme of its places:\n",
            _grid(("scheme", "codes"), schemes),
        ]
    )


def _listed(title: str, items: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"{title}:\n", *(f"- `{name}`: {meaning}" for name, meaning in items), ""])


def _grid(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join([*_lines(header, rows), ""])


def _lines(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
