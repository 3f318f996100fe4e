"""What is wrong with one place in a file, in words a data manager can act on.

Readers, mappings and checks all speak of trouble as `Problem`; the store keeps them in quarantine.
"""

from __future__ import annotations

from dataclasses import dataclass

FOUND_LIMIT = 200


def shorten(value: object, limit: int = FOUND_LIMIT) -> str:
    """The value as text, cut so that one broken cell cannot flood a report."""
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= limit else f"{shown[:limit]}… ({len(shown):,} characters)"


@dataclass(frozen=True)
class Problem:
    """One thing set aside.

    rule: short name of what was broken, from a closed vocabulary ("not-a-number", "unknown-code", "bad-date", …).
    row: row in the source file, counted as the source does (None: the whole file).
    column: column as the source names it (None: the whole row).
    found, expected: what stands there, and what should.
    key_known: whether the row's key could be read, so that its absence is not taken for a withdrawal.
    """

    rule: str
    found: str
    expected: str
    row: int | None = None
    column: str | None = None
    key_known: bool = False

    def sentence(self) -> str:
        """One line: where, what was found, what was expected."""
        where = "file" if self.row is None else f"row {self.row:,}"
        if self.column:
            where += f", column {self.column!r}"
        return f"{where}: found {self.found}, expected {self.expected} [{self.rule}]"
