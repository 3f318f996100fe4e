"""One consistent reading for an answer: which day, country, scenario; which figures and which outlook answer it.

What is heavy is worked out once for each state of the workspace and kept; a new outlook leaves the observed figures kept, for
their key names only the commits that brought data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial

import sqlalchemy as sa

from belvedere.app.api.asked import Asked
from belvedere.app.api.ground import Ground, read_ground
from belvedere.app.api.kept import Kept
from belvedere.app.api.runs import Run, answering, before, runs
from belvedere.app.api.said import Fan, Said, read_past, read_said
from belvedere.app.api.what_if import WhatIf, read_what_if
from belvedere.app.status import FeedStatus, statuses_in
from belvedere.demo import is_demo
from belvedere.desk.actions import Action, actions
from belvedere.desk.notes import Note, versions
from belvedere.errors import UnknownName
from belvedere.outlook.inputs import countries, country_reach
from belvedere.outlook.scenarios import Scenario, scenarios
from belvedere.outlook.settings import Settings
from belvedere.reference.places import Places
from belvedere.sources.ingest import workspace_places
from belvedere.store import register
from belvedere.store.commits import last_sequence
from belvedere.store.engine import reading as reading_records
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace
from belvedere.trust.gate import Gate, GatedSnapshot, Read, Request

PAST_DAYS = 182
"""Outlooks of 26 weeks are looked back on."""
STATUS_AGE = dt.timedelta(minutes=10)
"""After which the state of the feeds is worked out anew, beside the answers."""

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class State:
    """A state of the workspace: what it holds does not change while the sequence stands.

    taken: its commits. data: names those of data, and the installation's own texts.
    """

    taken: Snapshot
    data: str
    runs: tuple[Run, ...]
    places: Places
    settings: Settings

    @property
    def sequence(self) -> int:
        """The newest commit."""
        return self.taken.at


@dataclass(frozen=True)
class Desk:
    """People's work as it is kept. notes: each as it was written and, once more, as it was withdrawn."""

    actions: tuple[Action, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Reading:
    """What one answer is made from; everything is looked up when first wanted."""

    library: Library
    asked: Asked
    state: State
    now: dt.datetime
    reads: list[Read] = field(default_factory=list)

    @cached_property
    def snapshot(self) -> GatedSnapshot:
        """The figures as known at the moment asked for."""
        return self.library.gate.gated(self.state.taken, as_of=self.asked.until)

    @property
    def moment(self) -> dt.datetime:
        """The moment of the answer: the one asked for, or now."""
        return self.now if self.asked.until is None else min(self.now, self.asked.until)

    @property
    def today(self) -> dt.date:
        return self.moment.date()

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries that have figures to look ahead from, those with an outlook first."""
        found = self.library.countries(self)
        made = {run.country for run in self.state.runs}
        return tuple(sorted({*found, *made}, key=lambda c: (c not in made, c)))

    @cached_property
    def country(self) -> str | None:
        """The country asked for, or the first. Raises UnknownName for one without figures."""
        if self.asked.country is None:
            return next(iter(self.countries), None)
        if self.asked.country not in self.countries:
            raise UnknownName("country with figures to look ahead from", self.asked.country, self.countries)
        return self.asked.country

    @cached_property
    def scenario(self) -> str | None:
        """The scenario asked for. Raises UnknownName."""
        wanted = self.asked.scenario
        if wanted is not None and wanted not in self.scenarios:
            raise UnknownName("scenario", wanted, self.scenarios)
        return wanted

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """Every scenario, as it stands."""
        return self.library.small(("scenarios", self.state.sequence), lambda: scenarios(self.state.taken))

    @cached_property
    def run(self) -> Run | None:
        """The outlook that answers, if one was made."""
        return None if self.country is None else answering(self.state.runs, self.country, self.asked.until, self.scenario)

    @cached_property
    def ground(self) -> Ground | None:
        """The figures of the country; None where there are too few to look ahead from."""
        found = None if self.country is None else self.library.ground(self)
        self.reads.extend(found.reads if found else ())
        return found

    @cached_property
    def ahead_from(self) -> dt.date | None:
        """The day to look ahead from, where the figures ended too long ago to look ahead from now; otherwise None."""
        if self.country is None or self.asked.until is not None:
            return None
        too_old = self.state.settings.days("last_day.too_old_days")
        if self.ground is not None and (self.today - self.ground.last_day).days < too_old:
            return None
        key = ("reach", self.state.sequence, self.country)
        make = partial(country_reach, self.snapshot, country=self.country, places=self.state.places)
        held = self.library.small(key, make)
        return held.seen if held is not None and held.ended(self.today, too_old) else None

    @cached_property
    def said(self) -> Said | None:
        """What the outlook said."""
        found = None if self.run is None else self.library.said(self.state, self.run)
        self.reads.extend(found.reads if found else ())
        return found

    @cached_property
    def current(self) -> Said | None:
        """What the outlook without a scenario said; None unless a scenario was asked for, and one without it was made."""
        if self.scenario is None or self.country is None:
            return None
        run = answering(self.state.runs, self.country, self.asked.until, None)
        return None if run is None else self.library.said(self.state, run)

    @cached_property
    def what_if(self) -> WhatIf | None:
        """What the scenario changes against the current course; None where one of the two was not made."""
        if self.current is None or self.run is None or self.ground is None:
            return None
        return self.library.what_if(self.state, self.ground, self.current.run, self.run)

    @cached_property
    def previous(self) -> Said | None:
        """The outlook before, of another day."""
        earlier = () if self.run is None else before(self.state.runs, self.run, PAST_DAYS)
        return self.library.said(self.state, earlier[0]) if earlier else None

    @cached_property
    def past(self) -> list[tuple[Run, dict[tuple[str, str], Fan]]]:
        """Outlooks of the weeks before, newest first, with their fans."""
        return [] if self.run is None else self.library.past(self.state, self.run)

    @cached_property
    def statuses(self) -> list[FeedStatus]:
        """The state of every feed, at most some minutes old."""
        found = self.library.statuses(self)
        self.reads.append(Read("feeds", {}, len(found)))
        return found

    @cached_property
    def desk(self) -> Desk:
        """What people did and wrote, whenever: who shows it says of which moment."""
        found = self.library.desk(self.state)
        self.reads.extend([Read("watch_actions", {}, len(found.actions)), Read("notes", {}, len(found.notes))])
        return found

    @property
    def synthetic(self) -> bool:
        """Whether any feed is of the demonstration."""
        return any(is_demo(status.feed) for status in self.statuses)

    def request(self, address: str) -> Request:
        """Who asks, for the gate."""
        return Request(self.snapshot, address)


@dataclass
class Library:
    """Keeps what readings have in common. gate: every table is read through it."""

    workspace: Workspace
    gate: Gate
    clock: Clock
    _states: Kept = field(default_factory=lambda: Kept(4))
    _grounds: Kept = field(default_factory=lambda: Kept(8))
    _saids: Kept = field(default_factory=lambda: Kept(12))
    _pasts: Kept = field(default_factory=lambda: Kept(4))
    _small: Kept = field(default_factory=lambda: Kept(64))
    _statuses: Kept = field(default_factory=lambda: Kept(8))
    _turns: dict[tuple, int] = field(default_factory=dict)
    _refreshing: set[tuple] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, asked: Asked) -> Reading:
        """A reading of the newest state."""
        return Reading(self, asked, self.state(), self.clock())

    def state(self) -> State:
        """The newest state of the workspace."""
        sequence = last_sequence(self.workspace)
        return self._states.get((sequence, _own_texts(self.workspace)), lambda: self._state(sequence))

    def _state(self, sequence: int) -> State:
        taken = Snapshot.take(self.workspace, at=sequence)
        data = f"{_data_commits(self.workspace, taken)} {_own_texts(self.workspace)}"
        return State(
            taken=taken,
            data=data,
            runs=runs(self.workspace),
            places=self._small.get(("places", data), lambda: workspace_places(self.workspace)),
            settings=self._small.get(("settings", data), lambda: Settings.load(self.workspace.path / "overrides")),
        )

    def countries(self, of: Reading) -> tuple[str, ...]:
        """Countries whose regions report something an outlook can start from."""
        key = ("countries", of.state.data, of.asked.until)
        return self._small.get(key, lambda: countries(of.snapshot, of.state.places))

    def ground(self, of: Reading) -> Ground | None:
        """The observed figures of the reading's country."""
        key = (of.state.data, of.asked.until, of.country, of.today)
        make = dict(country=of.country, places=of.state.places, settings=of.state.settings, now=of.moment)
        return self._grounds.get(key, lambda: read_ground(of.snapshot, **make))

    def said(self, state: State, run: Run) -> Said:
        """What a run said. It never changes once committed."""
        return self._saids.get(run.commit_id, lambda: read_said(self.gate.gated(state.taken), run))

    def past(self, state: State, run: Run) -> list[tuple[Run, dict[tuple[str, str], Fan]]]:
        """What was said in the weeks before a run."""
        earlier = before(state.runs, run, PAST_DAYS)
        key = tuple(other.commit_id for other in earlier)
        found = self._pasts.get(key, lambda: read_past(self.gate.gated(state.taken), earlier))
        return [(other, found.get(other.commit_id, {})) for other in earlier]

    def what_if(self, state: State, ground: Ground, current: Run, run: Run) -> WhatIf:
        """What a run's scenario changes. Neither run changes once committed."""
        key = ("what_if", current.commit_id, run.commit_id, state.data, str(ground.days[-1]))
        return self._small.get(key, lambda: read_what_if(self.gate, state.taken, ground, current, run))

    def desk(self, state: State) -> Desk:
        """People's work in a state of the workspace."""

        def read() -> Desk:
            snapshot = self.gate.gated(state.taken)
            return Desk(actions(snapshot), versions(snapshot))

        return self._small.get(("desk", state.sequence), read)

    def small(self, key: tuple, make: Callable[[], object]):
        """Small things worked out once: scores, search lists."""
        return self._small.get(key, make)

    def statuses(self, of: Reading) -> list[FeedStatus]:
        """The state of every feed. Those grown old are given once more while another thread works them out anew."""
        key = (of.state.data, of.asked.until)
        turn = self._turns.get(key, 0)
        made_at, found = self._statuses.get(
            (key, turn), lambda: (of.now, statuses_in(of.snapshot, of.now, places=of.state.places))
        )
        if of.now - made_at > STATUS_AGE:
            self._refresh(key, turn, of)
        return found

    def _refresh(self, key: tuple, turn: int, of: Reading) -> None:
        with self._lock:
            if (key, turn) in self._refreshing:
                return
            self._refreshing.add((key, turn))

        def work() -> None:
            snapshot = self.gate.gated(of.state.taken, as_of=of.asked.until)
            self._statuses.get((key, turn + 1), lambda: (of.now, statuses_in(snapshot, of.now, places=of.state.places)))
            with self._lock:
                self._turns[key] = turn + 1

        threading.Thread(target=work, daemon=True).start()


def _data_commits(workspace: Workspace, snapshot: Snapshot) -> str:
    """Names the commits that brought data: all that count but outlooks and people's work."""
    c = register.commits.c
    with reading_records(workspace.engine) as connection:
        made = set(connection.execute(sa.select(c.id).where(c.kind.in_(("run", "desk")))).scalars())
    return _digest(str(id) for id, _sequence in snapshot.commits if id not in made)


def _own_texts(workspace: Workspace) -> str:
    """Names the installation's own mappings and overrides as they stand."""
    files = [*(workspace.path / "overrides").glob("*.csv"), *workspace.mappings.glob("*.toml")]
    return _digest(f"{path.name} {path.stat().st_mtime_ns}" for path in sorted(files))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]
