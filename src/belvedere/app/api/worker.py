"""Runs asked for through the interface: carried out in another process, one after the other, so that the pages stay quick."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Queue

from belvedere.app.work import ONE_THREAD
from belvedere.store.workspace import Workspace

PROGRAM = "from belvedere.app.cli import main; main()"
NICENESS = 10
"""Runs give way to the pages."""


@dataclass
class Worker:
    """Takes up jobs by number. What is under way when it stops can be resumed."""

    workspace: Workspace
    _waiting: Queue[int] = field(default_factory=Queue)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _process: subprocess.Popen | None = None
    _stopped: bool = False

    def take_up(self, job_id: int) -> None:
        """Puts a job, waiting in the table, behind those taken up before."""
        self._waiting.put(job_id)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                job_id = self._waiting.get(timeout=5)
            except Empty:
                with self._lock:
                    if self._waiting.empty():
                        self._thread = None
                        return
                continue
            with self._lock:
                if self._stopped:
                    return
                self._process = self._start(job_id)
            self._process.wait()

    def _start(self, job_id: int) -> subprocess.Popen:
        command = [sys.executable, "-c", PROGRAM, "jobs", "resume", str(job_id), "--workspace", str(self.workspace.path)]
        environment = {**dict.fromkeys(ONE_THREAD, "1"), **os.environ}
        # A group of its own, so that Ctrl+C is ours alone. Not a session of its own: Linux weighs sessions against each other,
        # and there the niceness would count for nothing.
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, process_group=0, preexec_fn=lambda: os.nice(NICENESS)
        )  # why it failed, it says itself in the table of jobs

    def stop(self) -> None:
        """Ends what is under way; its job is then interrupted and can be resumed."""
        with self._lock:
            self._stopped = True
            if self._process is not None and self._process.poll() is None:
                with suppress(ProcessLookupError):
                    self._process.terminate()
                self._process.wait()
