"""A mapping in plain words, and tried on a file: what the command `belvedere mapping check` shows."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from belvedere.problems import Problem
from belvedere.reference.places import Places
from belvedere.sources.mapping import Binding, Mapping, ValueColumn, load_mapping
from belvedere.sources.read_file import translate_file

FIRST_ROWS = 10
COVERS = {
    "whole_history": "each file holds everything; what is absent was withdrawn",
    "window": "each file holds a window of days; what is absent within it was withdrawn",
    "increment": "each file adds; what is absent says nothing",
}


@dataclass(frozen=True)
class MappingReport:
    """A mapping that reads well, and what it makes of a file.

    problems: set aside from the file. first: the first rows of the result, None where no file was tried. counts: of cells, by
    what became of them. notes: what is no problem but should be seen. refused: why nothing could be loaded, or None.
    """

    mapping: Mapping
    problems: tuple[Problem, ...] = ()
    first: pa.Table | None = None
    counts: Dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    refused: Problem | None = None

    @property
    def good(self) -> bool:
        """Whether nothing was refused or set aside."""
        return self.refused is None and not self.problems

    def text(self) -> str:
        """The report as lines for a person."""
        lines = [describe(self.mapping)]
        if self.refused is not None:
            return "\n".join([*lines, "", f"Nothing could be loaded. {self.refused.sentence()}"])
        if self.first is not None:
            counts = self.counts
            parts = ("loaded", "empty", "set_aside", "excluded")
            each = ", ".join(f"{counts[part]:,} {part.replace('_', ' ')}" for part in parts)
            lines += ["", f"{counts['rows']:,} rows, {counts['cells']:,} cells: {each}."]
        lines += self.notes
        kinds = Counter((p.rule, p.column) for p in self.problems)
        lines += [f"{n:,} × {rule}" + (f" in column {column!r}" if column else "") for (rule, column), n in kinds.most_common()]
        return "\n".join([*lines, *(f"  {p.sentence()}" for p in self.problems[:FIRST_ROWS])])


def check_mapping(path: Path, data_file: Path | None = None, places: Places | None = None) -> MappingReport:
    """Reads a mapping, and tries it on a file if one is given; raises MappingError where the mapping contradicts itself."""
    mapping = load_mapping(path, places)
    if data_file is None:
        return MappingReport(mapping)
    throwaway_key = secrets.token_bytes(32)  # persons are shown under pseudonyms that mean nothing elsewhere
    done = translate_file(Path(data_file), mapping, places or Places.load(), throwaway_key)
    if done.refused is not None:
        return MappingReport(mapping, refused=done.refused)
    return MappingReport(mapping, tuple(done.problems), done.rows.slice(0, FIRST_ROWS), done.counts, tuple(done.notes))


def describe(mapping: Mapping) -> str:
    """The mapping as plain text: what the feed is, when it comes, and what becomes of each column."""
    lines = [
        f"{mapping.feed}: {mapping.title}",
        f"Producer: {mapping.producer}. Licence: {mapping.licence}.",
        f"Table {mapping.table}, from {mapping.format.kind} files named {', '.join(mapping.files)}: {COVERS[mapping.covers]}.",
        _clock_sentence(mapping),
        "Columns:",
        *(f"  {name} = {_origin(binding)}" for name, binding in mapping.columns.items()),
        *(f"  {value.column} -> {_meaning(value)}" for value in mapping.values),
        *(f"  rows taken: {name} {_condition(where.only, where.all_but)}" for name, where in mapping.where.items()),
    ]
    if mapping.ignored:
        lines.append(f"Not taken: {', '.join(mapping.ignored)}.")
    return "\n".join([*lines, *(f"Note: {caveat}" for caveat in mapping.caveats)])


def _clock_sentence(mapping: Mapping) -> str:
    clock = mapping.clock
    zone = f" ({clock.timezone})" if clock.timezone else ""
    if clock.published is not None and clock.published.column is not None:
        return f"Comes {clock.rhythm}; each row says in {clock.published.column!r} since when it holds{zone}."
    said = ", and says in its file name when it was published" if clock.published else ""
    return f"Comes {clock.rhythm}; a day is usually known after: {clock.lag}{zone}{said}."


def _origin(binding: Binding) -> str:
    if binding.column is None:
        return f"{binding.constant!s} in every row"
    details = [f"scheme {' or '.join(binding.schemes)}"] * bool(binding.schemes)
    details += [f"written {' or '.join(binding.formats)}"] * bool(binding.formats)
    details += [f"the part {binding.extract}"] * (binding.extract is not None)
    details += [", ".join(f"{old} is {new}" for old, new in binding.codes.items())] * bool(binding.codes)
    details += [f"else {binding.otherwise}"] * (binding.otherwise is not None)
    return f"column {binding.column}" + (f" ({'; '.join(details)})" if details else "")


def _meaning(value: ValueColumn) -> str:
    words = [value.into, *(f"{name} {constant}" for name, constant in value.constants.items())]
    words += [] if value.scale is None else [f"times {value.scale:g}"]
    words += ["may be absent"] * value.optional + ["0 may mean not reported"] * value.zero_may_be_missing
    return ", ".join(words)


def _condition(only: list[str], all_but: list[str]) -> str:
    return f"is {' or '.join(only)}" if only else f"is not {' or '.join(all_but)}"
