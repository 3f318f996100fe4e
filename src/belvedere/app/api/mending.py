"""Mending from the page: what a change would do, carrying it out, setting aside for good, sheets out and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from belvedere.app.api import models_mending as model
from belvedere.app.api.common import text
from belvedere.app.api.models import Text
from belvedere.app.api.reading import Reading
from belvedere.app.sentences_entries import entry_words
from belvedere.app.sentences_words import say
from belvedere.errors import DataError, UnknownName
from belvedere.problems import Problem
from belvedere.sources import mend
from belvedere.store import quarantine
from belvedere.store.commits import last_sequence

ROWS_SHOWN = 100
TEXTS_SHOWN = 50


def need_now(reading: Reading) -> None:
    """Raises DataError where a past day is looked at: what was known then cannot be changed."""
    if reading.asked.until is not None:
        raise DataError("as_of: found a past day, expected now. The past can be read, not mended; go back to now.")


def preview(reading: Reading, asked: model.MendRequest) -> model.MendPreview:
    """What the changes would do. Nothing is written. Raises UnknownName; DataError for a column that is not there."""
    workspace = reading.library.workspace
    chosen = chosen_entries(reading, asked)
    lines = _changed(mend.open_lines(workspace, asked.feed, ids=chosen["id"]), asked)
    return _preview(reading, asked.feed, mend.judge(workspace, asked.feed, lines), chosen, asked.group)


def carry_out(reading: Reading, asked: model.Approved, signed_by: str) -> model.MendResult:
    """Loads what is without fault, signed. Without changes and under a changed mapping, the whole feed is read again."""
    workspace = reading.library.workspace
    chosen = chosen_entries(reading, asked)
    if not asked.cells and asked.replace is None and mend.mapping_changed(workspace, asked.feed):
        told = mend.tell_again(workspace, asked.feed)
        settled = max(0, told.waiting_before - told.waiting_after)
        return model.MendResult(done=[], again=True, settled=settled, sequence=last_sequence(workspace))
    lines = _changed(mend.open_lines(workspace, asked.feed, ids=chosen["id"]), asked)
    done = mend.mend_lines(workspace, asked.feed, lines, reason=asked.reason, signed_by=signed_by, now=reading.now)
    told = _preview(reading, asked.feed, done.judged, chosen, asked.group, done=True)
    settled = sum(len(j.line.ids) for j in done.judged if j.problem is None)
    return model.MendResult(done=[told], again=False, settled=settled, sequence=last_sequence(workspace))


def dismiss(reading: Reading, asked: model.DismissRequest, signed_by: str) -> model.MendResult:
    """Settles entries as not worth mending."""
    ids = [int(i) for i in chosen_entries(reading, asked)["id"]]
    count = quarantine.dismiss(reading.library.workspace, ids, asked.reason, signed_by=signed_by)
    return model.MendResult(done=[], again=False, settled=count, sequence=last_sequence(reading.library.workspace))


def sheet_out(reading: Reading, feed: str, lang: str) -> str:
    """The rows that wait, for a spreadsheet; separated as those of the language expect it."""
    return "\ufeff" + mend.export_text(mend.open_lines(reading.library.workspace, feed), ";" if lang == "fr" else ",")


def sheet_in(reading: Reading, sheet: model.Sheet, signed_by: str) -> model.SheetAnswer:
    """What a mended sheet would do, or its carrying out. Raises DataError for a sheet that is none of ours."""
    workspace = reading.library.workspace
    told = []
    for feed, lines in mend.lines_of_text(workspace, sheet.text, sheet.name).items():
        touched = [line for line in lines if line.changes]
        if sheet.approve:
            judged = mend.mend_lines(
                workspace, feed, touched, reason=sheet.reason, signed_by=signed_by, now=reading.now
            ).judged  # fmt: skip
        else:
            judged = mend.judge(workspace, feed, touched)
        told.append(_preview(reading, feed, judged, pd.DataFrame({"id": [], "row": []}), None, done=sheet.approve))
    return model.SheetAnswer(
        approved=sheet.approve,
        summary=_summary(sum(t.loads for t in told), sum(t.fails for t in told), done=sheet.approve),
        feeds=told,
        sequence=last_sequence(workspace),
    )


def chosen_entries(reading: Reading, asked: model.Chosen) -> pd.DataFrame:
    """The open entries meant. Raises UnknownName where one does not wait; DataError where none is meant."""
    entries = quarantine.entries(reading.library.workspace, feed=asked.feed)
    if asked.group is not None:
        entries = in_group(entries, asked.group.rule, asked.group.column)
    else:
        unknown = set(asked.ids) - set(entries["id"])
        if unknown:
            raise UnknownName("open quarantine entry", min(unknown), map(str, entries["id"]))
        entries = entries[entries["id"].isin(asked.ids)]
    if entries.empty:
        raise DataError("No open entry is meant: found neither a number nor a group with entries that wait.")
    if len(entries) > model.ROWS_AT_ONCE:
        raise DataError(f"Found {len(entries):,} entries at once, expected at most {model.ROWS_AT_ONCE:,}: use a sheet.")
    return entries


def in_group(entries: pd.DataFrame, rule: str, column: str | None) -> pd.DataFrame:
    """The entries with this reason in this column."""
    where = entries["column"].isna() if column is None else entries["column"] == column
    return entries[(entries["rule"] == rule) & where]


def _changed(lines: Sequence[mend.Line], asked: model.MendRequest) -> list[mend.Line]:
    made = []
    for line in lines:
        cells = {name: cell for entry in line.ids for name, cell in asked.cells.get(entry, {}).items()}
        chosen = any(entry in asked.cells for entry in line.ids)
        if asked.replace is not None and asked.replace.column in line.before:
            old = line.before[asked.replace.column]
            cells = {asked.replace.column: asked.replace.values.get(old, old), **cells}
        made.append(line.with_cells(cells, chosen=chosen))
    return made


def _preview(
    reading: Reading, feed: str, judged: Sequence[mend.Judged], chosen: pd.DataFrame, group: model.Group | None, *,
    done: bool = False,
) -> model.MendPreview:  # fmt: skip
    workspace = reading.library.workspace
    loads = sum(j.problem is None for j in judged)
    reached = {entry for j in judged for entry in j.line.ids}
    whole = chosen[chosen["row"].isna()]
    files = mend.readable_now(workspace, feed, whole["file_id"]) if len(whole) and not done else {}
    column = group.column if group else None
    texts = Counter(j.line.before[column] for j in judged if column in j.line.before) if column else Counter()
    return model.MendPreview(
        feed=feed,
        summary=_summary(loads, len(judged) - loads, done=done),
        loads=loads,
        fails=len(judged) - loads,
        replaces=sum(f.change == "changed" for j in judged for f in j.figures),
        without_copy=len(set(chosen.loc[chosen["row"].notna(), "id"]) - reached),
        mapping_changed=mend.mapping_changed(workspace, feed),
        files=[
            model.WholeFile(id=int(e.id), file=e.file, readable=e.file_id in files and files[e.file_id] is None)
            for e in whole.itertuples()
        ],
        texts=[model.CellText(value=value, rows=n) for value, n in texts.most_common(TEXTS_SHOWN)],
        rows=[_row(j) for j in _failing_first(judged)[:ROWS_SHOWN]],
    )


def _failing_first(judged: Iterable[mend.Judged]) -> list[mend.Judged]:
    return sorted(judged, key=lambda j: j.problem is None)


def _summary(loads: int, fails: int, *, done: bool) -> Text:
    def told(lang: str) -> str:
        first = say(lang, "rows_loaded" if done else "rows_would_load", loads)
        return f"{first}, {say(lang, 'rows_still_fail', fails)}." if fails else f"{first}."

    return text(told)


def _row(judged: mend.Judged) -> model.MendedRow:
    line = judged.line
    figures = [
        model.FigureChange(
            key={name: _plain(value) for name, value in figure.key.items()}, column=column,
            held=None if figure.held is None else _plain(figure.held[column]), says=_plain(says), change=figure.change,
        )
        for figure in judged.figures
        for column, says in figure.says.items()
        if column == "value" or ("value" not in figure.says and says is not None)
    ]  # fmt: skip
    fault = None if judged.problem is None else _fault(judged.problem)
    return model.MendedRow(
        ids=list(line.ids), feed=line.feed, file=line.file, row=line.row, before=dict(line.before), after=dict(line.after),
        fault=fault, figures=figures,
    )  # fmt: skip


def _fault(problem: Problem) -> model.Fault:
    return model.Fault(
        rule=problem.rule, column=problem.column, found=problem.found, expected=problem.expected,
        title=text(lambda lang: entry_words(lang, problem.rule)[0]),
    )  # fmt: skip


def _plain(value: object) -> str | int | float | None:
    if value is None or isinstance(value, (int, float, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
