"""Where a figure comes from, drawn: source file, mapping, commit, table row, run; down to the row of the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis

from belvedere.app import formats
from belvedere.app.api import common
from belvedere.app.api import models_data as data
from belvedere.app.api.common import same, text
from belvedere.app.api.models import Text
from belvedere.app.api.reading import Reading
from belvedere.app.api.sums import of_row
from belvedere.app.selection import typed
from belvedere.app.sentences_words import say
from belvedere.demo import is_demo
from belvedere.errors import BelvedereError, UnknownName
from belvedere.ontology import schema
from belvedere.sources.ingest import workspace_mappings
from belvedere.sources.mend import correction_behind, source_row
from belvedere.store.corrections import Correction
from belvedere.store.lineage import CommitRecord, Origin, feeds_held, origins
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
    """Keys of the first rows, the newest days first, then in their order; and how many there are."""
    names = declared.keys()
    # Results of runs became known when they were made: a replay is not hidden by the day it looks from.
    rows = where(_snapshot(reading, declared).table(declared.name, include_withdrawn=True), equal).select(*names)
    order = [ibis.desc(name) if name == "date" else name for name in sorted(names, key=lambda name: name != "date")]
    return rows.order_by(order).limit(FIGURES_SHOWN).to_pyarrow().to_pylist(), int(rows.count().execute())


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
    mended = correction_behind(reading.library.workspace, found)
    nodes, edges = _graph(reading, declared, found, mended)
    return data.Lineage(
        key={name: _plain(value) for name, value in key.items()},
        value=_value(found.row),
        status=_status(found.row),
        nodes=nodes,
        edges=edges,
        raw=None if raw is None else [_cell(found, name, value) for name, value in raw.items()],
        correction=None if mended is None or withheld else _correction(*mended),
        history=[_said(other) for other in told],
        citation=text(lambda lang: _citation(lang, reading, declared, found, key, mended)),
    )


def _correction(correction: Correction, file: str) -> data.CorrectionMade:
    changes = [data.CellChange(column=name, before=a, after=b) for name, (a, b) in correction.changes.items()]
    return data.CorrectionMade(
        signed_by=correction.signed_by, signed_at=correction.signed_at, reason=correction.reason, file=file,
        row=correction.source_row, changes=changes,
    )  # fmt: skip


def _citation(
    lang: str, reading: Reading, declared: type[schema.Table], found: Origin, key: Mapping[str, object],
    mended: tuple[Correction, str] | None,
) -> str:  # fmt: skip
    """One figure with its way, as text to be cited. Times in UTC."""

    def at(instant: dt.datetime) -> str:
        return f"{formats.moment(lang, instant, 'UTC')} UTC"

    named = ", ".join(f"{name} {_plain(value)}" for name, value in key.items() if value is not None)
    basis = say(lang, f"cite_basis_{found.row['known_basis']}")
    parts = [
        f"{declared.name}: {named}",
        say(lang, "cite_value", value=_shown(lang, _value(found.row), _status(found.row))),
        say(lang, "cite_known", moment=at(found.row["known_at"]), basis=basis),
    ]
    if mended is not None:
        correction, file = mended
        parts.append(say(lang, "cite_corrected", file=file, row=correction.source_row, by=correction.signed_by,
                         moment=at(correction.signed_at), reason=correction.reason))  # fmt: skip
    elif found.file is not None:
        sha = found.file.sha256[:12]
        parts.append(say(lang, "cite_file", file=found.file.name, row=found.source_row or formats.NOTHING, sha=sha))
    parts += [say(lang, "cite_input", table=read.table, at=read.at) for read in found.commit.tables]
    parts.append(say(lang, "cite_commit", n=found.commit.sequence, code=found.commit.code_version))
    parts.append(say(lang, "cite_seen", moment=at(reading.moment), at=reading.state.sequence))
    return "\n".join(parts)


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


@dataclass
class Drawing:
    """What lies before the commit. sources: the steps it came from; behind: those they came from in turn."""

    sources: list[data.LineageNode] = field(default_factory=list)
    behind: list[data.LineageNode] = field(default_factory=list)
    edges: list[data.LineageEdge] = field(default_factory=list)


def _graph(
    reading: Reading, declared: type[schema.Table], found: Origin, mended: tuple[Correction, str] | None
) -> tuple[list[data.LineageNode], list[data.LineageEdge]]:
    """Steps from left to right, each leading to the next."""
    if found.commit.kind == RUN:
        drawn = _of_run(reading, found.commit)
    else:
        drawn = Drawing(_of_files(found)) if mended is None else _of_correction(found, *mended)
    step = _commit_node(found.commit)
    row = _node("table", "table", same(declared.name), {"table": declared.name, "commit": found.commit.sequence})
    value = _value(found.row)
    shown = Text(**{lang: _shown(lang, value, _status(found.row)) for lang in ("fr", "en")})
    figure = _node(
        "figure", "figure", shown, {"value": value, "status": _status(found.row), **of_row(found.commit.parameters, found.row)}
    )
    edges = [*drawn.edges, *(_edge(source, step) for source in drawn.sources), _edge(step, row), _edge(row, figure)]
    return [*drawn.behind, *drawn.sources, step, row, figure], edges


def _edge(source: data.LineageNode, target: data.LineageNode) -> data.LineageEdge:
    return data.LineageEdge(source=source.id, target=target.id)


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


def _of_correction(found: Origin, correction: Correction, file: str) -> Drawing:
    """A row mended by hand: the source's file leads to the signed correction, which stands beside the mapping."""
    source = _node("file", "file", same(file), {"row": correction.source_row, "column": found.source_column})
    label = text(lambda lang: say(lang, "correction" if correction.changes else "read_again"))
    detail = {"signed_by": correction.signed_by, "signed_at": correction.signed_at, "reason": correction.reason}
    signed = _node("correction", "correction" if correction.changes else "file", label, detail)
    mapping = [node for node in _of_files(found) if node.kind == "mapping"]
    return Drawing([signed, *mapping], [source], [_edge(source, signed)])


def _of_run(reading: Reading, commit: CommitRecord) -> Drawing:
    """The tables a result was made from, as they stood; the country's feeds they then held; the newest file of each."""
    drawn = Drawing()
    mappings = workspace_mappings(reading.library.workspace)
    country = commit.parameters.get("country")
    for n, read in enumerate(commit.tables):
        detail = {"table": read.table, "commit": read.at, "as_of": read.as_of}
        table = _node(f"input-{n}", "table", same(read.table), detail)
        drawn.sources.append(table)
        for held in feeds_held(reading.library.workspace, read.table, at=read.at, as_of=read.as_of):
            mapping = mappings.get(held.feed)
            if mapping is not None and mapping.country not in (None, country):
                continue
            label = same(held.feed if mapping is None else mapping.title)
            feed = _node(f"feed-{n}-{held.feed}", "feed", label, {"feed": held.feed, "versions": held.versions})
            detail = {"received_at": held.file.received_at, "sha256": held.file.sha256, "url": held.file.url}
            file = _node(f"file-{n}-{held.feed}", "file", same(held.file.name), detail)
            drawn.behind += [file, feed]
            drawn.edges += [_edge(file, feed), _edge(feed, table)]
    return drawn


def _commit_node(commit: CommitRecord) -> data.LineageNode:
    detail = {"commit": commit.sequence, "code": commit.code_version, "at": commit.committed_at, "kind": commit.kind}
    if commit.kind != RUN:
        label = Text(fr=f"Écriture {commit.sequence}", en=f"Commit {commit.sequence}")
        return _node("commit", "commit", label, detail)
    told = {name: commit.parameters[name] for name in RUN_PARAMETERS if commit.parameters.get(name) is not None}
    label = Text(fr=f"Calcul {commit.sequence}", en=f"Run {commit.sequence}")
    return _node("run", "run", label, {**detail, **told})
