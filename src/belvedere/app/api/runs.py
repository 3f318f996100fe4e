"""Which outlooks were committed, and which of them answers a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from belvedere.outlook.notes import Note, notes_of
from belvedere.outlook.run import BASE, REPLAY
from belvedere.store import register
from belvedere.store.engine import reading
from belvedere.store.snapshot import moment
from belvedere.store.workspace import Workspace


@dataclass(frozen=True)
class Run:
    """A committed outlook of one country. then: the moment whose knowledge it used; as_of: the day as asked, of a replay.

    code: version of the program; settings: numbers set in place of the shipped ones. sums: (place, target) -> what the sums of
    larger regions are made of; see `outlook.sums.Sum`.
    """

    commit_id: int
    sequence: int
    feed: str
    country: str
    scenario: str | None
    reference_date: dt.date
    made_at: dt.datetime
    as_of: str | None
    then: dt.datetime
    notes: tuple[Note, ...]
    code: str = ""
    settings: Mapping[str, float] = field(default_factory=dict)
    sums: Mapping[tuple[str, str], Mapping] = field(default_factory=dict)

    @property
    def replay(self) -> bool:
        """Whether it looks from a past day, as that was known."""
        return self.as_of is not None


def runs(workspace: Workspace) -> tuple[Run, ...]:
    """Every committed outlook, newest first."""
    c = register.commits.c
    query = (
        sa.select(c.id, c.sequence, c.feed, c.started_at, c.parameters, c.code_version)
        .where(c.kind == "run", c.state == "committed", c.superseded_by.is_(None))
        .where(sa.or_(c.feed.like(f"{BASE}%"), c.feed.like(f"{REPLAY}%")))
        .order_by(c.sequence.desc())
    )
    with reading(workspace.engine) as connection:
        return tuple(_run(row) for row in connection.execute(query))


def _run(row: sa.Row) -> Run:
    told, made_at = row.parameters, row.started_at
    return Run(
        commit_id=row.id, sequence=row.sequence, feed=row.feed, country=told["country"], scenario=told["scenario"],
        reference_date=dt.date.fromisoformat(told["reference_date"]), made_at=made_at, as_of=told["as_of"],
        then=moment(told["as_of"]) or made_at, notes=notes_of(told["notes"]),
        code=row.code_version, settings=told.get("settings", {}),
        sums={(s["place"], s["target"]): s for s in told.get("sums", ())},
    )  # fmt: skip


def answering(found: Sequence[Run], country: str, until: dt.datetime | None, scenario: str | None) -> Run | None:
    """The outlook shown for a country: now the newest that is no replay; of a past moment the one that knew most of what was
    known then, replays among them."""
    own = [run for run in found if run.country == country and run.scenario == scenario]
    if until is None:
        own = [run for run in own if not run.replay]
        return max(own, key=lambda run: run.sequence, default=None)
    return max((run for run in own if run.then <= until), key=lambda run: (run.then, run.sequence), default=None)


def before(found: Sequence[Run], run: Run, days: int) -> tuple[Run, ...]:
    """Outlooks of the days before, newest first, one a reference date: what was said at the time goes before a replay."""
    first = run.reference_date - dt.timedelta(days=days)
    by_day: dict[dt.date, Run] = {}
    for other in sorted(found, key=lambda r: (r.replay, -r.sequence)):
        same = other.country == run.country and other.scenario is None
        if same and first <= other.reference_date < run.reference_date:
            by_day.setdefault(other.reference_date, other)
    return tuple(by_day[day] for day in sorted(by_day, reverse=True))
