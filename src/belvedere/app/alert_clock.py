"""When alerts are looked at while the server runs: soon after every commit, and by the clock for what is late or waits."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field

from apscheduler.schedulers.background import BackgroundScheduler

from belvedere.app.alerting import Alerting
from belvedere.store.commits import last_sequence


@dataclass
class AlertClock:
    """Looks for as long as the server runs. Several servers on one workspace may: the book lets each message out once."""

    alerting: Alerting
    _seen: int = -1
    _scheduler: BackgroundScheduler = field(
        default_factory=lambda: BackgroundScheduler(
            timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
    )

    def start(self) -> None:
        """From now on, beside the pages."""
        # A look that takes longer than the time between two is no fault: the next one waits.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        numbers = self.alerting.numbers()
        self._scheduler.add_job(self.after_commit, "interval", seconds=numbers["clock.commit_seconds"])
        self._scheduler.add_job(self.look, "interval", minutes=numbers["clock.minutes"])
        self._scheduler.start()

    def after_commit(self) -> None:
        """Looks if anything was committed since the last look."""
        if last_sequence(self.alerting.workspace) != self._seen:
            self.look()

    def look(self) -> None:
        """One look; what stops it is told on the page of the alerts."""
        self._seen = last_sequence(self.alerting.workspace)
        self.alerting.try_check()

    def stop(self) -> None:
        """No further look; one under way ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
