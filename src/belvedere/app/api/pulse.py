"""What changes in a workspace, looked at once a second however many listen."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from belvedere.store.commits import last_sequence
from belvedere.store.jobs import jobs
from belvedere.store.workspace import Workspace

EVERY_SECONDS = 0.9
JOBS_TOLD = 10

Beat = tuple[str, str, dict]


@dataclass
class Pulse:
    """The newest commit and the newest jobs."""

    workspace: Workspace
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looked: float = float("-inf")
    _beats: tuple[Beat, ...] = ()

    def beats(self) -> tuple[Beat, ...]:
        """(what it is about, event, body) of all that is told; bodies change when it does."""
        with self._lock:
            if time.monotonic() - self._looked >= EVERY_SECONDS:
                self._beats, self._looked = self._look(), time.monotonic()
            return self._beats

    def _look(self) -> tuple[Beat, ...]:
        found: list[Beat] = [("sequence", "sequence", {"sequence": last_sequence(self.workspace)})]
        for job in reversed(jobs(self.workspace, newest=JOBS_TOLD)):
            body = {"id": job.id, "kind": job.kind, "state": job.state, "step": job.step, "done": job.done, "total": job.total,
                    "error": job.error, "result": job.result}  # fmt: skip
            found.append((f"job {job.id}", "job", body))
        return tuple(found)
