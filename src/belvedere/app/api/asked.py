"""What a reader asked for, apart from the page itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from belvedere.store.snapshot import moment


@dataclass(frozen=True)
class Asked:
    """Country, day of knowledge and scenario of a read, and the whole question as a key.

    until: the moment whose knowledge is asked for; None: now. query: all arguments, sorted. tags: of answers the reader has
    already. gzip: whether it takes answers compressed.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    country: str | None = None
    until: dt.datetime | None = None
    scenario: str | None = None
    tags: str = ""
    gzip: bool = False

    @classmethod
    def of(cls, path: str, query: Iterable[tuple[str, str]], country: str | None, as_of: str | None, scenario: str | None,
           tags: str | None, encodings: str | None) -> Asked:  # fmt: skip
        """Raises WorkspaceError for an `as_of` that is no day and no instant with a zone."""
        packed = "gzip" in (encodings or "")
        return cls(path, tuple(sorted(query)), country or None, moment(as_of or None), scenario or None, tags or "", packed)

    @classmethod
    def plain(cls) -> Asked:
        """What is known now, of the first country."""
        return cls("")

    @property
    def address(self) -> str:
        """Path and arguments, for the log."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def has(self, tag: str) -> bool:
        """Whether the reader has the answer with this tag."""
        return tag in {part.strip().removeprefix("W/") for part in self.tags.split(",")}
