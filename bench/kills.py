"""A process that loads, corrects, runs, erases and backs up is killed at random instants; what it had finished must be there.

    result = kills(300, folder, seed=1)

A child works through a random mix of operations on one workspace and writes a line, on disk, before and after each. The parent
ends it with SIGKILL, opens the workspace again and compares it with a story told from the lines alone: what was finished is
there, what was under way is there whole or not at all. The next child goes on from there.

Every other kill falls at an instant drawn evenly over the time of the mix. The others are aimed at the short steps that write:
they fall within the first hundredths of a second of one of them.
"""

from __future__ import annotations

import mmap
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import wraps
from multiprocessing import get_context
from pathlib import Path

from belvedere.store import backup, load, retention, series
from belvedere.store.commits import Commit
from belvedere.store.history import FeedState
from belvedere.store.workspace import Workspace, create, open_workspace
from bench._kill_checks import check
from bench._kill_story import Teller, told
from bench._kill_work import perform

# What a child needs is imported once, in the server it is forked from, so that the kill falls into work and not into imports.
# None of these starts a thread that works; forking after DuckDB or Delta ran would not be safe, so the server only imports.
PRELOAD = [
    "belvedere.store.backup", "belvedere.store.lineage", "belvedere.store.quarantine", "belvedere.store.retention",
    "belvedere.store.snapshot", "ibis.backends.duckdb.converter", "ibis.formats.pandas", "ibis.formats.numpy",
    "pyarrow.dataset", "pyarrow.parquet", "pyarrow_hotfix", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql",
]  # fmt: skip
KILLS_A_WORKSPACE = 15
LONGEST_SECONDS = 1.5
LONGEST_AIMED_SECONDS = 0.03
AIMS = {
    "keep copies": "load", "open commit": "load", "Delta write": "run", "SQL commit": "stays", "compact": "correct",
    "ledger": "erase", "remove copies": "erase", "wipe": "erase", "copy database": "backup", "write tar": "backup",
}  # fmt: skip


@dataclass
class Result:
    """What the kills did. Everything after `finished` must be zero.

    kills: children ended by SIGKILL. finished: operations they had finished.
    lost: finished operations of which something is missing. half: commits or operations of which only a part is there.
    quarantine: entries that disagree with their commit. backups: finished ones that do not verify or restore, unfinished ones
    under their final name. traces: names found in a file of the workspace after their erasure. stuck: children that failed.
    phases: "operation: step" in which an evenly drawn kill fell -> how often; aimed: the same of the aimed ones.
    findings: each thing wrong, in words.
    """

    kills: int = 0
    finished: int = 0
    lost: int = 0
    half: int = 0
    quarantine: int = 0
    backups: int = 0
    traces: int = 0
    stuck: int = 0
    phases: Counter = field(default_factory=Counter)
    aimed: Counter = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def found(self, kind: str, sentence: str) -> None:
        """Counts one thing wrong."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.findings.append(f"{kind}: {sentence}")

    def wrong(self) -> int:
        """How many things were wrong."""
        return sum(getattr(self, f.name) for f in fields(self)[2:8])


def processes():
    """Where children come from: forked from a server that has imported the store and done nothing else."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def kills(n: int, folder: Path, seed: int, *, on_kill: Callable[[Result], None] = lambda result: None) -> Result:
    """Kills n children at random instants, each time comparing what is left with what was finished."""
    result, rng = Result(), random.Random(seed)
    while result.kills < n and not result.stuck:
        place = Path(folder) / f"chain-{result.kills:04d}"
        _chain(min(KILLS_A_WORKSPACE, n - result.kills), place, rng, result, on_kill)
        if not result.wrong():
            shutil.rmtree(place)
    return result


def _chain(n: int, place: Path, rng: random.Random, result: Result, on_kill: Callable[[Result], None]) -> None:
    place.mkdir(parents=True)
    create(place / "workspace").engine.dispose()
    verified: set[str] = set()
    for _ in range(n):
        before = told(place)
        if not _kill_one(place, rng, result):
            return
        story = told(place)
        result.finished += story.finished - before.finished
        check(place, story, result, verified)
        _next_operation(place, rng)
        on_kill(result)


def _kill_one(place: Path, rng: random.Random, result: Result) -> bool:
    """Starts a child and kills it after a random time; False if it died of itself."""
    context = processes()
    ready, started = context.Pipe(duplex=False)
    (place / "phase").write_bytes(bytes(Phase.SIZE))
    aim = rng.choice(list(AIMS)) if result.kills % 2 else None
    child = context.Process(target=_work, args=(place, rng.randrange(2**32), aim, started))
    child.start()
    started.close()
    try:
        ready.recv()
        if aim is None:
            child.join(rng.uniform(0, LONGEST_SECONDS))
        else:
            ready.recv()
            child.join(rng.uniform(0, LONGEST_AIMED_SECONDS))
    except EOFError:
        child.join()
    if not child.is_alive():
        error = place / "error.txt"
        result.found("stuck", error.read_text() if error.exists() else f"the child left with {child.exitcode}")
        return False
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    result.kills += 1
    (result.aimed if aim else result.phases)[Phase.read(place)] += 1
    return True


def _next_operation(place: Path, rng: random.Random) -> None:
    """After every kill one operation must work, in this process."""
    workspace = open_workspace(place / "workspace")
    with Teller(place) as teller:
        step = teller.invent(rng)
        teller.begins(step)
        perform(workspace, place, step)
        teller.ends(step)
    workspace.engine.dispose()


def _work(place: Path, seed: int, aim: str | None, started) -> None:
    """The child: one operation after another until it is killed. Says when it is ready, and when it enters its aim."""
    rng, first = random.Random(seed), AIMS.get(aim)
    try:
        workspace = open_workspace(place / "workspace")
        workspace.frame("indicators")  # the first reading of a process warms it up
        phase = Phase(place, lambda step: started.send("there") if step == aim else None)
        started.send("ready")
        with Teller(place) as teller:
            while True:
                step = teller.invent(rng, first)
                teller.begins(step)
                phase.operation = step["op"]
                perform(workspace, place, step)
                phase.operation = "between"
                teller.ends(step)
    except BaseException as error:
        (place / "error.txt").write_text(repr(error))
        raise


class Phase:
    """Where the child is, in a file both see: the operation and its step, so that the parent can say where a kill fell."""

    SIZE = 128
    STEPS = (
        (Workspace, "locked", "lock"),
        (load, "stored_versions", "read versions"),
        (load, "feed_history", "read history"),
        (load, "register_files", "keep copies"),
        (FeedState, "__init__", "remember"),
        (FeedState, "compare", "compare"),
        (Commit, "begin", "open commit"),
        (Commit, "append", "shape rows"),
        (series, "append", "Delta write"),
        (Commit, "_close", "SQL commit"),
        (series, "compact", "compact"),
        (retention, "_note_in_ledger", "ledger"),
        (retention, "_forget_files", "remove copies"),
        (retention, "wipe_deleted", "wipe"),
        (backup, "_copy_database", "copy database"),
        (backup, "_add_file", "write tar"),
    )

    def __init__(self, place: Path, on_enter: Callable[[str], None]) -> None:
        with (place / "phase").open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), self.SIZE)
        self._operation, self._steps, self._on_enter = "between", [], on_enter
        for owner, name, step in self.STEPS:
            self._watch(owner, name, step)

    @property
    def operation(self) -> str:
        return self._operation

    @operation.setter
    def operation(self, name: str) -> None:
        self._operation = name
        self._write()

    @classmethod
    def read(cls, place: Path) -> str:
        return (place / "phase").read_bytes().rstrip(b"\0").decode() or "between: else"

    def _write(self) -> None:
        text = f"{self._operation}: {self._steps[-1] if self._steps else 'else'}"
        self._map[:] = text.encode().ljust(self.SIZE, b"\0")

    def _watch(self, owner, name: str, step: str) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def watched(*arguments, **options):
            self._steps.append(step)
            self._write()
            self._on_enter(step)
            try:
                return original(*arguments, **options)
            finally:
                self._steps.pop()
                self._write()

        setattr(owner, name, watched)
