"""The store against the slow replay: for any history, any order of arrival and any cut into commits, every past day agrees."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.store.history import INCREMENT, MENDED, WHOLE_HISTORY, WINDOW, FeedState, Version
from belvedere.store.workspace import Workspace, open_workspace
from tests.store.conftest import INCOMING_SCHEMA, INDICATORS, Loader, at
from tests.store.oracle import WITHDRAWN, Cell, Fact, Facts, Told, answer, instants, replay, replay_statements

BASE = at("2020-03-01")
DATES = [BASE.date() + dt.timedelta(days=n) for n in range(3)]
KEYS = [(place, date) for place in ("FR-01", "FR-02", "FR-03") for date in DATES]
SAYINGS = [(0.0, "reported"), (1.0, "reported"), (2.5, "reported"), (None, "suppressed"), (None, WITHDRAWN)]
# Often the very hour at which some row is usually known: the edges of the rules.
HOURS = st.sampled_from([6, 30, 54, 78, 80, 104, 128]) | st.integers(0, 8 * 24)


def hour(number: int) -> dt.datetime:
    return BASE + dt.timedelta(hours=number)


def cell(key, saying, lag: dt.timedelta) -> Cell:
    return Cell(*saying, dt.datetime.combine(key[1], dt.time(), tzinfo=dt.UTC) + lag)


@st.composite
def histories(draw, *, most: int) -> list[Told]:
    """Versions at different times, in any order of arrival."""
    lag = dt.timedelta(hours=draw(st.sampled_from([6, 30, 80])))
    mostly = draw(st.sampled_from([WHOLE_HISTORY, WINDOW, INCREMENT]))
    told: list[Told] = []
    for time in draw(st.lists(HOURS, min_size=1, max_size=most, unique=True)):
        said = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(SAYINGS), max_size=7))
        cells = {key: cell(key, saying, lag) for key, saying in said.items()}
        exempt = draw(st.frozensets(st.sampled_from(KEYS), max_size=2)) - cells.keys()
        if told and draw(st.booleans()) and draw(st.booleans()):
            cells, exempt = told[-1].cells, told[-1].exempt  # the same file, sent again
        covers = draw(st.sampled_from([mostly, mostly, mostly, WHOLE_HISTORY, WINDOW, INCREMENT, MENDED]))
        basis = draw(st.sampled_from(["published", "ingested"])) if covers != MENDED else "ingested"
        judged = draw(st.sampled_from([True, True, True, False]))
        grace = dt.timedelta(hours=draw(st.sampled_from([0, 24]))) if covers == INCREMENT else dt.timedelta(0)
        told.append(Told(hour(time), basis, covers, cells, exempt, judged, grace))
    return told


@st.composite
def stated_files(draw) -> list[tuple[dt.datetime, dict]]:
    """Files whose rows carry the date of their statement; a later file may restate, or change, what an earlier one said."""
    stated = st.sampled_from([hour(n) for n in (0, 24, 48)])
    keys = st.tuples(st.sampled_from(KEYS[:4]), stated)
    said = st.dictionaries(
        keys, st.sampled_from(SAYINGS).map(lambda s: cell(KEYS[0], s, dt.timedelta(0))), min_size=1, max_size=6
    )
    times = draw(st.lists(HOURS, min_size=1, max_size=4, unique=True))
    return [(hour(time), draw(said)) for time in times]


def row(number: int, key, cell: Cell, stated=None) -> dict:
    return {
        "feed": "test",
        "place": key[0],
        "date": key[1],
        "indicator": "hospital_census",
        "condition": "covid19",
        "age_group": "all",
        "sex": "all",
        "period": "day",
        "value": cell.value,
        "status": cell.status,
        "source_row": number,
        "source_column": "hosp",
        "usual_at": cell.usual_at,
        "stated_at": stated,
    }


def table(cells: dict[object, Cell]) -> pa.Table:
    return pa.Table.from_pylist([row(n, key, c) for n, (key, c) in enumerate(cells.items(), start=2)], schema=INCOMING_SCHEMA)


def stated_table(cells: dict) -> pa.Table:
    made = [row(n, key, c, stated) for n, ((key, stated), c) in enumerate(cells.items(), start=2)]
    return pa.Table.from_pylist(made, schema=INCOMING_SCHEMA)


def exempt_table(version: Told) -> pa.Table:
    return table({key: cell(key, (None, "reported"), dt.timedelta(0)) for key in sorted(version.exempt)})


def collect(tables) -> Facts:
    facts: Facts = defaultdict(list)
    for r in itertools.chain.from_iterable(t.to_pylist() for t in tables):
        facts[r["place"], r["date"]].append(Fact(r["known_at"], r["known_basis"], r["value"], r["status"], r["withdrawn"]))
    return dict(facts)


@given(histories(most=5))
@settings(max_examples=60, deadline=None)
def test_every_row_written_is_the_one_the_replay_writes(history):
    state = FeedState(INDICATORS)
    written = []
    for number, told in enumerate(sorted(history, key=lambda v: v.at)):
        version = Version(told.at, told.basis, told.covers, number, told.grace, told.judged)
        changes = state.apply(version, table(told.cells), exempt_table(told))
        absent, held = changes.absent, changes.held
        gone = sum(r["withdrawn"] for r in changes.rows.to_pylist())
        assert changes.withdrawn == gone and changes.held == held and absent <= gone
        assert changes.new + changes.changed + changes.withdrawn == changes.rows.num_rows
        written.append(changes.rows)
    state.close()
    assert collect(written) == replay(history)


@given(stated_files())
@settings(max_examples=25, deadline=None)
def test_statements_are_the_ones_the_replay_keeps(files):
    state = FeedState(INDICATORS)
    written = []
    for number, (time, cells) in enumerate(sorted(files, key=lambda f: f[0])):
        written.append(state.apply(Version(time, "published", INCREMENT, number), stated_table(cells)).rows)
    state.close()
    expected = replay_statements(files)
    found = collect(written)
    assert all(answer(found, t) == answer(expected, t) for t in instants(expected))


# -- the whole store ------------------------------------------------------------------------------------------------


@dataclass
class Shop:
    """A workspace of its own for every example."""

    template: Path

    def __enter__(self) -> Loader:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.template, self.folder / "workspace")
        (self.folder / "incoming").mkdir()
        return Loader(open_workspace(self.folder / "workspace"), self.folder / "incoming")

    def __exit__(self, *_error) -> None:
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def shop(empty_workspace) -> Shop:
    return Shop(empty_workspace)


def answers(workspace: Workspace, as_of=None, at_sequence=None) -> dict:
    rows = workspace.snapshot(as_of=as_of, at=at_sequence).arrow("indicators").to_pylist()
    return {
        (r["place"], r["date"]): Fact(r["known_at"], r["known_basis"], r["value"], r["status"], r["withdrawn"]) for r in rows
    }


def told_to(loader: Loader, told: Told):
    return loader.incoming(
        table(told.cells),
        told.at,
        covers=told.covers,
        basis=told.basis,
        grace=told.grace,
        exempt=exempt_table(told),
        withdrawals_judged=told.judged,
    )


def spread(items: list, limit: int) -> list:
    """At most that many of the items, evenly over them, both ends included."""
    return items if len(items) <= limit else [items[round(n * (len(items) - 1) / (limit - 1))] for n in range(limit)]


@given(history=histories(most=4), cuts=st.sets(st.integers(1, 3)))
@settings(max_examples=8, deadline=None)
def test_every_past_day_reads_as_the_replay_tells_it(shop, history, cuts):
    """Whatever the order of arrival, whatever the cut into commits; and what was read at a sequence is read there again."""
    history = dated(history)
    with shop as loader:
        bounds = [0, *sorted(c for c in cuts if c < len(history)), len(history)]
        seen = {}
        for start, end in itertools.pairwise(bounds):
            loader.load(*(told_to(loader, told) for told in history[start:end]))
            seen[loader.workspace.snapshot().at] = answers(loader.workspace)
            assert seen[loader.workspace.snapshot().at] == answer(replay(history[:end]), hour(10_000))
        expected = replay(history)
        for moment in spread(instants(expected, (v.at for v in history)), 7):
            assert answers(loader.workspace, moment) == answer(expected, moment), moment
        for sequence, then in seen.items():
            assert answers(loader.workspace, at_sequence=sequence) == then


def dated(history: list[Told]) -> list[Told]:
    """The history with every file that comes twice dated by its source: undated, the same bytes are the same version."""
    said = [(v.cells, v.exempt, v.judged) for v in history]
    return [replace(v, basis="published") if said.count((v.cells, v.exempt, v.judged)) > 1 else v for v in history]


@given(files=stated_files(), together=st.booleans())
@settings(max_examples=5, deadline=None)
def test_statements_read_the_same_loaded_together_or_one_by_one(shop, files, together):
    with shop as loader:
        incoming = [loader.incoming(stated_table(cells), time, covers=INCREMENT) for time, cells in files]
        for group in [incoming] if together else [[i] for i in incoming]:
            loader.load(*group)
        expected = replay_statements(files)
        for moment in spread(instants(expected), 5):
            assert answers(loader.workspace, moment) == answer(expected, moment), moment


@pytest.mark.parametrize("together", [True, False])
def test_of_two_versions_of_one_instant_the_later_loaded_has_the_last_word(shop, together):
    """In one commit nothing but the order of loading tells them apart; the first writes the higher source row."""
    first = {
        KEYS[1]: cell(KEYS[1], SAYINGS[0], dt.timedelta(days=300)),
        KEYS[0]: cell(KEYS[0], SAYINGS[0], dt.timedelta(days=300)),
    }
    then = {
        KEYS[0]: cell(KEYS[0], SAYINGS[1], dt.timedelta(days=300)),
        KEYS[1]: cell(KEYS[1], SAYINGS[0], dt.timedelta(days=300)),
    }
    with shop as loader:
        versions = [told_to(loader, Told(hour(0), "published", WHOLE_HISTORY, cells)) for cells in (first, then)]
        for group in [versions] if together else [[v] for v in versions]:
            loader.load(*group)
        assert {key: fact.value for key, fact in answers(loader.workspace).items()} == {KEYS[0]: 1.0, KEYS[1]: 0.0}
