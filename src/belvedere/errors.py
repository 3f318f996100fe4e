"""Every error Belvedere raises on purpose, in one tree.

BelvedereError
├── WorkspaceError        the workspace is missing, older, locked or damaged
│   ├── ConflictError     another writer changed the same feed first
│   └── BackupError       a backup cannot be written, or does not verify
├── DataError             what came in cannot be used as it stands
│   ├── UnreadableFile    nothing in the file can be loaded
│   ├── MappingError      a mapping text contradicts itself or the ontology
│   ├── FetchError        a file could not be brought from its address
│   └── ReferenceError    a reference table lacks or contradicts what was asked
├── Refused               a person asked for what is not allowed now (says which rule, and of which field)
├── UnknownName           no such table, place, feed, code … (says what there is)
└── MissingTool           the machine lacks something (says the command that installs it)

Each message is written for the person who must put it right: what was found, what was expected, where.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BelvedereError(Exception):
    """Root of every error raised on purpose."""


class WorkspaceError(BelvedereError):
    """The workspace is missing, of another version, locked or damaged."""


class ConflictError(WorkspaceError):
    """Another writer committed to the same feed first; nothing of this commit was kept."""


class BackupError(WorkspaceError):
    """A backup could not be written, or what is there does not verify."""


class DataError(BelvedereError):
    """What came in cannot be used as it stands."""


class UnreadableFile(DataError):
    """Nothing in the file can be loaded; carries the one problem that says why."""

    def __init__(self, problem) -> None:
        super().__init__(problem.sentence())
        self.problem = problem


class MappingError(DataError):
    """A mapping text contradicts itself or the ontology."""


class FetchError(DataError):
    """A file could not be brought from its address."""


class ReferenceError(DataError):
    """A reference table lacks, or contradicts, what was asked of it."""


class Refused(BelvedereError):
    """What a person asked for is not allowed now.

    rule: its name, for who says it in another language; values: what its sentence is made with. field: of the form, if one is
    wrong. overtaken: somebody else was first.
    """

    def __init__(self, rule: str, message: str, *, field: str | None = None, overtaken: bool = False, **values: object) -> None:
        super().__init__(message)
        self.rule, self.field, self.overtaken, self.values = rule, field, overtaken, values


class UnknownName(BelvedereError):
    """A name that does not exist, with the nearest ones that do."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        names = sorted(str(k) for k in known)
        near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {', '.join(near)}?" if near else f"Known: {', '.join(names[:20])}{' …' if len(names) > 20 else ''}."
        )
        super().__init__(f"There is no {kind} {str(name)!r}. {hint}")
        self.kind, self.name, self.near = kind, name, near


class MissingTool(BelvedereError):
    """The machine lacks something; the message gives the command that installs it."""
