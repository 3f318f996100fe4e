"""What a chain of operations must have left, told from the lines the worker wrote on disk before and after each."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

JOURNAL = "journal.jsonl"
PLACES = [f"FR-{n:02d}" for n in range(1, 21)]
DAYS = [f"2020-03-{n:02d}" for n in range(1, 11)]
MIX = {"load": 5, "correct": 4, "late": 1, "run": 3, "stays": 4, "erase": 1, "backup": 2}


@dataclass
class Story:
    """What finished operations left.

    versions: hour of the version -> {"place day": value}. faults: hour -> cells of it set aside. runs: run -> rows of each.
    stays: name -> day it ended. aside: names in quarantine. named: every name ever written. erased: names that must be gone
    from every file. erasures: how many. backups: file -> the story when it was made. under_way: the step begun and not ended.
    """

    versions: dict[int, dict[str, float]] = field(default_factory=dict)
    faults: dict[int, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    stays: dict[str, str] = field(default_factory=dict)
    aside: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    backups: dict[str, Story] = field(default_factory=dict)
    erasures: int = 0
    finished: int = 0
    steps: int = 0
    under_way: dict | None = None

    def names(self, step: dict) -> None:
        """A step that began may have written its names, whether or not it ended."""
        self.steps = step["number"]
        if step["op"] == "stays":
            self.named = self.named | step["stays"].keys() | set(step["aside"])

    def after(self, step: dict) -> Story:
        """The story with one more step finished."""
        op = step["op"]
        story = replace(self, finished=self.finished + 1)
        if op in ("load", "correct", "late"):
            hour = step["hour"]
            return replace(story, versions=self.versions | {hour: step["values"]}, faults=self.faults | {hour: step["faults"]})
        if op == "run":
            return replace(story, runs=self.runs | {step["run"]: step["rows"]})
        if op == "stays":
            return replace(story, stays=self.stays | step["stays"], aside=self.aside | set(step["aside"]))
        if op == "erase":
            story = story.without_stays(step["before"])
            return replace(story, erased=story.named - story.stays.keys())
        return replace(story, backups=self.backups | {step["file"]: self})

    def without_stays(self, before: str) -> Story:
        """The story after an erasure of the stays that ended before a day."""
        left = {name: end for name, end in self.stays.items() if end >= before}
        return replace(self, stays=left, aside=set(), erasures=self.erasures + 1)


def told(place: Path) -> Story:
    """The story so far, from the journal. A last line cut off by the kill was not finished."""
    story = Story()
    path = place / JOURNAL
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        step = event["step"]
        if event["event"] == "begin":
            story.names(step)
            story.under_way = step
        elif event["event"] == "end":
            story = story.after(step)
            story.under_way = None
        else:
            story.under_way = None
    return story


class Teller:
    """Invents the next step and writes the journal."""

    def __init__(self, place: Path) -> None:
        self.story = told(place)
        self._place = place

    def __enter__(self) -> Teller:
        self._stream = (self._place / JOURNAL).open("a")
        return self

    def __exit__(self, *_error) -> None:
        self._stream.close()

    def begins(self, step: dict) -> None:
        self._write("begin", step)
        self.story.names(step)

    def ends(self, step: dict) -> None:
        """On disk before anything else happens: from here on the step is finished work."""
        self._write("end", step)
        self.story = self.story.after(step)

    def dropped(self, step: dict) -> None:
        """The parent found nothing of the step that was under way."""
        self._write("dropped", step)

    def _write(self, event: str, step: dict) -> None:
        # The line break first: a line that a kill cut off must not swallow this one.
        self._stream.write("\n" + json.dumps({"event": event, "step": step}) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def invent(self, rng: random.Random, op: str | None = None) -> dict:
        """The next step: of the mix, or of the operation named."""
        number = self.story.steps + 1
        op = op or rng.choices(list(MIX), list(MIX.values()))[0]
        step: dict = {"number": number, "op": op}
        if op in ("load", "correct", "late"):
            return step | self._version(op, rng)
        if op == "run":
            return step | {"run": f"run-{number}", "rows": rng.randrange(1, 60)}
        if op == "stays":
            names = [f"PERSON-{number:05d}-{n:03d}" for n in range(rng.randrange(5, 120))]
            aside = [f"PERSON-{number:05d}-9{n:02d}" for n in range(rng.randrange(3))]
            return step | {"stays": {name: rng.choice(DAYS) for name in names}, "aside": aside}
        if op == "erase":
            return step | {"before": rng.choice(DAYS)}
        return step | {"file": f"{number:05d}.tar"}

    def _version(self, op: str, rng: random.Random) -> dict:
        hours = self.story.versions
        newest = max(hours, default=0)
        values = dict(hours[newest]) if hours else {}
        if op == "correct" and values:
            for key in rng.sample(sorted(values), k=min(len(values), rng.randrange(1, 30))):
                values[key] += 1
        else:
            values |= {f"{p} {d}": float(rng.randrange(100)) for p in PLACES for d in rng.sample(DAYS, k=3)}
            for key in rng.sample(sorted(values), k=rng.randrange(4)):
                del values[key]
        hour = newest + rng.randrange(2, 6)
        if op == "late" and hours:
            hour = next((h for h in range(min(hours), newest) if h not in hours), hour)
        return {"hour": hour, "values": values, "faults": rng.randrange(4)}
