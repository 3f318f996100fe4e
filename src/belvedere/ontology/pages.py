"""The documentation page of the ontology and the Frictionless schema of each table, written from the declarations themselves.

python -m belvedere.ontology.pages docs/reference
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from belvedere.ontology.clocks import CLOCK_COLUMNS
from belvedere.ontology.dimensions import DIMENSIONS
from belvedere.ontology.schema import CodeList, Column, Kind, Table, tables

FRICTIONLESS_TYPES: dict[Kind, str] = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "datetime",
}
PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"


# --- Frictionless ---


def frictionless(table: type[Table]) -> dict:
    """The table as a Frictionless (Data Package 2.0) table schema: fields, constraints, primary key, links to `places`."""
    places = [c.name for c in table.columns.values() if c.place]
    schema = {
        "$schema": PROFILE,
        "name": table.name,
        "description": table.description(),
        "fields": [_field(column) for column in table.columns.values()],
        "primaryKey": table.keys(),
        "missingValues": [""],
    }
    if places:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": "places", "fields": ["place"]}} for name in places
        ]
    return schema


def _field(column: Column) -> dict:
    constraints = {
        "required": column.required,
        "enum": list(column.codes) if column.codes else None,
        "pattern": column.pattern,
        "minimum": _plain(column.minimum),
        "maximum": _plain(column.maximum),
    }
    found = {
        "name": column.name,
        "type": FRICTIONLESS_TYPES[column.kind],
        "description": column.description,
        "constraints": {name: value for name, value in constraints.items() if value is not None and value is not False},
    }
    if column.unit:
        found["unit"] = column.unit
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


# --- Markdown ---


def ontology_page() -> str:
    """The whole ontology as one Markdown page."""
    declared = tables()
    parts = [
        "# What exists",
        "<!-- Written by `python -m belvedere.ontology.pages`: change the declarations in src/belvedere/ontology. -->",
        "Every table of the house, each column with its type, unit and allowed values, and every code list. "
        "What comes in is checked against these declarations; a row that breaks one is set aside with its reason.",
        _grid(
            ["table", "shelf", "what"],
            ([f"[`{name}`](#{name})", str(t.shelf), _first_sentence(t.description())] for name, t in sorted(declared.items())),
        ),
        *(part for _, table in sorted(declared.items()) for part in _table_parts(table)),
        "## Columns of every row at rest",
        "The store adds these to each row: since when it was known, and the trail back to its source.",
        _column_grid(CLOCK_COLUMNS.values()),
        "## Code lists",
        *(part for codes in _code_lists(declared.values()) for part in _code_list_parts(codes)),
    ]
    return "\n\n".join(parts) + "\n"


def _table_parts(table: type[Table]) -> list[str]:
    keys = ", ".join(f"`{c.name}`" for c in table.columns.values() if c.key)
    parts = [f"## {table.name}", table.description(), f"Shelf: {table.shelf}. Key: {keys}."]
    parts.append(_column_grid(table.columns.values()))
    if table.rules:
        parts.append("Between columns:")
        parts.append("\n".join(f"- `{rule.column}`: {_text(rule.expected)}." for rule in table.rules))
    if table.caveats:
        parts.append("Before using it:")
        parts.append("\n".join(f"- {_text(caveat)}" for caveat in table.caveats))
    return parts


def _column_grid(columns: Iterable[Column]) -> str:
    rows = ([f"`{c.name}`", str(c.kind), c.unit or "", _standing(c), c.description + _privacy(c), _allowed(c)] for c in columns)
    return _grid(["column", "type", "unit", "standing", "what", "allowed"], rows)


def _standing(column: Column) -> str:
    needed = "key" if column.key else "required" if column.required else "may be empty"
    return f"{needed}; absent: `{column.default}`" if column.default else needed


def _privacy(column: Column) -> str:
    return " Names a person: replaced by a keyed pseudonym before the first write." if column.identity else ""


def _allowed(column: Column) -> str:
    allowed = []
    if column.codes:
        allowed.append(f"list [`{column.codes.name}`](#list-{column.codes.name})")
    if column.pattern:
        allowed.append(f"form `{column.pattern}`")
    if column.minimum is not None:
        allowed.append(f"from {_plain(column.minimum)}")
    if column.maximum is not None:
        allowed.append(f"to {_plain(column.maximum)}")
    return " ".join(allowed)


def _code_lists(declared: Iterable[type[Table]]) -> list[CodeList]:
    """Every list once, by name."""
    columns = [c for table in declared for c in table.columns.values()] + list(CLOCK_COLUMNS.values())
    lists = {c.codes.name: c.codes for c in columns if c.codes} | {DIMENSIONS.name: DIMENSIONS}
    return [lists[name] for name in sorted(lists)]


def _code_list_parts(codes: CodeList) -> list[str]:
    facts = list(next(iter(codes.facts.values()), {}))
    rows = ([f"`{code}`", meaning, *(codes.facts[code][fact] for fact in facts)] for code, meaning in codes.codes.items())
    parts = [f"### List: {codes.name} {{#list-{codes.name}}}", _grid(["code", "meaning", *facts], rows)]
    return [*parts, f"Source: {_text(codes.source)}."] if codes.source else parts


def _grid(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *([_text(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def _first_sentence(description: str) -> str:
    return description.split("\n\n")[0].replace("\n", " ")


# --- files ---


def pages() -> dict[str, str]:
    """Relative path -> text, for every file that is generated."""
    schemas = {
        f"schemas/{name}.schema.json": json.dumps(frictionless(table), ensure_ascii=False, indent=2) + "\n"
        for name, table in sorted(tables().items())
    }
    return {"ontology.md": ontology_page(), **schemas}


def write(folder: Path) -> list[Path]:
    """Writes every generated file under the folder; returns their paths."""
    written = []
    for name, content in pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m belvedere.ontology.pages DIR")
    for path in write(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
