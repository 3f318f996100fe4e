"""The state of all feeds at one moment, and what the frame of every page tells of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from belvedere.app.sentences_feeds import LATE
from belvedere.app.status import ONE_DAY, RECENT_DAYS, FeedStatus
from belvedere.demo import is_demo
from belvedere.errors import UnknownName


@dataclass(frozen=True)
class Overview:
    """The state of all feeds."""

    feeds: list[FeedStatus]

    @property
    def late(self) -> list[FeedStatus]:
        """Feeds that are late, the worst first."""
        return sorted((f for f in self.feeds if f.state in LATE), key=lambda f: (f.state == "late", f.title))

    @property
    def waiting(self) -> int:
        """Entries in quarantine."""
        return sum(f.quarantine for f in self.feeds)

    @property
    def demo(self) -> bool:
        """Whether any feed is of the demonstration."""
        return any(is_demo(f.feed) for f in self.feeds)

    @property
    def oldest(self) -> FeedStatus | None:
        """The feed that goes on and has been silent longest."""
        waiting = [f for f in self.feeds if f.age is not None and f.state != "ended"]
        return max(waiting, key=lambda f: f.age, default=None)

    @property
    def axis(self) -> list[dt.date]:
        """The last days, the same for every feed, so that what is late shows."""
        newest = max((f.last_date for f in self.feeds if f.last_date is not None and f.state != "ended"), default=None)
        newest = newest or max((f.last_date for f in self.feeds if f.last_date is not None), default=None)
        return [] if newest is None else [newest - n * ONE_DAY for n in range(RECENT_DAYS - 1, -1, -1)]

    def feed(self, name: str) -> FeedStatus:
        """One feed by id. Raises UnknownName."""
        found = next((f for f in self.feeds if f.feed == name), None)
        if found is None:
            raise UnknownName("feed", name, [f.feed for f in self.feeds])
        return found
