"""Where a figure comes from, drawn: source file, mapping, commit, table row, run; down to the row of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from belvedere.app import formats
from belvedere.app.api import common
from belvedere.app.api import models_data as data
from belvedere.app.api.common import same
from belvedere.app.api.models import Text
from belvedere.app.api.reading import Reading
from belvedere.app.api.sums import of_row
from belvedere.app.selection import typed
from belvedere.demo import is_demo
from belvedere.errors import BelvedereError, UnknownName
from belvedere.ontology import schema
from belvedere.sources.mend import source_row
from belvedere.store.lineage import CommitRecord, Origin, origins
from belvedere.store.snapshot import where
from belvedere.trust.gate import WITHHELD, Read

FIGURES_SHOWN = 12
RUN = "run"
RUN_PARAMETERS = ("country", "as_of", "reference_date", "seed", "samples", "scenario")


def origin_answer(reading: Reading, table: str, filters: Sequence[str]) -> data.OriginAnswer:
    """The figures that equal the filters, each with its way. Raises UnknownName; BelvedereError for a filter not understood."""
    declared = schema.table(table)
    asked = dict(_filter(text) for text in filters)
    equal = {name: typed(_column(declared, name), value) for name, value in asked.items()}
    keys, total = _keys(reading, declared, equal) if equal else ([], 0)
    figures = [_lineage(reading, declared, key) for key in keys]
    reading.reads.append(Read(table, asked, len(figures)))
    return data.OriginAnswer(
        meta=common.plain_meta(reading, synthetic=any(is_demo(str(key.get("feed", ""))) for key in keys)),
        table=table, filters=asked, total=total, figures=figures,
    )  # fmt: skip


def _filter(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (name and colon and value):
        raise BelvedereError(f"filter: found {text!r}, expected column:value, such as place:FR-57.")
    return name.strip(), value.strip()


def _column(declared: type[schema.Table], name: str) -> schema.Column:
    if name not in declared.columns:
        raise UnknownName("column", name, declared.columns)
    return declared.columns[name]


def _keys(reading: Reading, declared: type[schema.Table], equal: dict) -> tuple[list[dict], int]:
    """Keys of the first rows, in their order, and how many there are."""
    names = declared.keys()
    # Results of runs became known when they were made: a replay is not hidden by the day it looks from.
    rows = where(_snapshot(reading, declared).table(declared.name, include_withdrawn=True), equal).select(*names)
    return rows.order_by(names).limit(FIGURES_SHOWN).to_pyarrow().to_pylist(), int(rows.count().execute())


def _snapshot(reading: Reading, declared: type[schema.Table]):
    if declared.name in ("outlooks", "forecasts"):
        return reading.library.gate.gated(reading.state.taken)
    return reading.snapshot


def _lineage(reading: Reading, declared: type[schema.Table], key: Mapping[str, object]) -> data.Lineage:
    snapshot = _snapshot(reading, declared)
    found = origins(snapshot, declared.name, **key)[-1]
    told = origins(snapshot, declared.name, history=True, **key)
    withheld = found.row.get("status") == WITHHELD
    raw = None if withheld else source_row(reading.library.workspace, found)
    nodes, edges = _graph(declared, found)
    return data.Lineage(
        key={name: _plain(value) for name, value in key.items()},
        value=_value(found.row),
        status=_status(found.row),
        nodes=nodes,
        edges=edges,
        raw=None if raw is None else [_cell(found, name, value) for name, value in raw.items()],
        history=[_said(other) for other in told],
    )


def _cell(found: Origin, name: str, value: object) -> data.RawCell:
    return data.RawCell(column=str(name), value=None if value is None else str(value), used=name == found.source_column)


def _plain(value: object) -> str | int | float | None:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _value(row: Mapping[str, object]) -> float | str | None:
    """What the row says, where it says one thing."""
    return _plain(row.get("value")) if "value" in row else None


def _status(row: Mapping[str, object]) -> str | None:
    return "withdrawn" if row.get("withdrawn") else _plain(row.get("status"))


def _said(found: Origin) -> data.Said:
    return data.Said(
        value=_value(found.row), status=_status(found.row), known_at=found.row["known_at"], basis=found.row["known_basis"],
        sequence=found.commit.sequence, file=found.file and found.file.name, row=found.source_row,
    )  # fmt: skip


# -- the drawing ---------------------------------------------------------------------------------------------------------


def _graph(declared: type[schema.Table], found: Origin) -> tuple[list[data.LineageNode], list[data.LineageEdge]]:
    """Steps from left to right, each leading to the next."""
    sources = _of_run(found.commit) if found.commit.kind == RUN else _of_files(found)
    step = _commit_node(found.commit)
    row = _node("table", "table", same(declared.name), {"table": declared.name, "commit": found.commit.sequence})
    value = _value(found.row)
    shown = Text(**{lang: _shown(lang, value, _status(found.row)) for lang in ("fr", "en")})
    figure = _node(
        "figure", "figure", shown, {"value": value, "status": _status(found.row), **of_row(found.commit.parameters, found.row)}
    )
    chain = [*sources, step, row, figure]
    edges = [data.LineageEdge(source=source.id, target=step.id) for source in sources]
    return chain, [*edges, data.LineageEdge(source=step.id, target=row.id), data.LineageEdge(source=row.id, target=figure.id)]


def _shown(lang: str, value: float | str | None, status: str | None) -> str:
    if isinstance(value, (int, float)):
        return formats.number(lang, value)
    return value or status or formats.NOTHING


def _node(id: str, kind: str, label: Text, detail: Mapping[str, object]) -> data.LineageNode:
    return data.LineageNode(id=id, kind=kind, label=label, detail={k: _plain(v) for k, v in detail.items()})


def _of_files(found: Origin) -> list[data.LineageNode]:
    made = []
    if found.file is not None:
        detail = {"row": found.source_row, "column": found.source_column, "sha256": found.file.sha256, "url": found.file.url,
                  "received_at": found.file.received_at, "bytes": found.file.bytes}  # fmt: skip
        made.append(_node("file", "file", same(found.file.name), detail))
    if found.mapping_text is not None:
        detail = {"text": found.mapping_text, "sha256": found.commit.parameters.get("mapping_sha256")}
        made.append(_node("mapping", "mapping", same(found.commit.feed or ""), detail))
    return made


def _of_run(commit: CommitRecord) -> list[data.LineageNode]:
    """The tables a result was made from, as they stood."""
    return [
        _node(f"input-{n}", "table", same(read.table), {"table": read.table, "commit": read.at, "as_of": read.as_of})
        for n, read in enumerate(commit.tables)
    ]


def _commit_node(commit: CommitRecord) -> data.LineageNode:
    detail = {"commit": commit.sequence, "code": commit.code_version, "at": commit.committed_at, "kind": commit.kind}
    if commit.kind != RUN:
        label = Text(fr=f"Écriture {commit.sequence}", en=f"Commit {commit.sequence}")
        return _node("commit", "commit", label, detail)
    told = {name: commit.parameters[name] for name in RUN_PARAMETERS if commit.parameters.get(name) is not None}
    label = Text(fr=f"Calcul {commit.sequence}", en=f"Run {commit.sequence}")
    return _node("run", "run", label, {**detail, **told})
