"""What an ingest did, for the person who asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from belvedere.problems import Problem
from belvedere.store.load import SET_ASIDE, VersionReport


@dataclass(frozen=True)
class FeedReport:
    """One feed's share of an ingest. already: files that had been loaded before, byte for byte.

    aside_before: files that had been set aside whole before, byte for byte and under the same mapping; not tried again.
    still_at_fault: rows of a mended export that could not be loaded yet; they stay in quarantine as they were.
    """

    feed: str
    title: str
    versions: list[VersionReport]
    already: int = 0
    aside_before: int = 0
    still_at_fault: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows written."""
        return sum(v.rows for v in self.versions)

    @property
    def set_aside(self) -> int:
        """Entries put in quarantine."""
        return sum(len(v.problems) for v in self.versions)


@dataclass(frozen=True)
class IngestReport:
    """Everything an ingest did. unclaimed: files no mapping names, with what to do; failed: addresses that could not be
    fetched, with why."""

    feeds: list[FeedReport] = field(default_factory=list)
    unclaimed: dict[Path, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether every file was claimed and loaded, with nothing set aside."""
        whole = all(v.outcome != SET_ASIDE and not v.problems for f in self.feeds for v in f.versions)
        return whole and not self.unclaimed and not self.failed
