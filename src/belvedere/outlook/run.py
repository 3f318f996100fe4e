"""A run: snapshot → inputs → corridor → rows, committed with everything they were made from.

    job_id = ask_outlook(workspace, country="FR", as_of="2020-10-20", clock=clock)
    with start(workspace, job_id, clock=clock) as job:
        sequence = run_outlook(workspace, **job.parameters, job=job)

The same snapshot, seed and settings write the same rows, whether the run went through at once or was killed and resumed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zlib

from belvedere.outlook.corridor import outlook
from belvedere.outlook.effects import Effects, effects
from belvedere.outlook.inputs import Inputs, read_inputs
from belvedere.outlook.overlays import parameter_changes
from belvedere.outlook.results import forecast_rows, outlook_rows
from belvedere.outlook.scenarios import Scenario
from belvedere.outlook.scenarios import scenario as read_scenario
from belvedere.outlook.settings import Settings
from belvedere.outlook.watch_list import watch_list
from belvedere.reference.places import Places
from belvedere.sources.ingest import workspace_places
from belvedere.store.commits import Commit, TableInput
from belvedere.store.jobs import Clock, Job, ask
from belvedere.store.workspace import Workspace

KIND = "outlook"
BASE, REPLAY = "outlook", "replay"
TABLES = ("indicators", "capacity")
SCENARIO_TABLES = ("scenarios", "scenario_overlays")
STEPS = 6
"""Reading, the four stages of the corridor, writing."""


def ask_outlook(
    workspace: Workspace,
    *,
    country: str,
    as_of: str | None = None,
    scenario: str | None = None,
    seed: int | None = None,
    samples: int = 500,
    clock: Clock,
) -> int:
    """Puts a run in the table of jobs; returns its number. See `run_outlook`.

    What it will read is fixed here: the newest commit and the moment. So a run that is resumed later reads the same.
    """
    at = workspace.snapshot(as_of=as_of).at
    parameters = {"country": country, "as_of": as_of, "at": at, "moment": clock().isoformat(), "scenario": scenario,
                  "seed": seed, "samples": samples}  # fmt: skip
    return ask(workspace, KIND, parameters, clock=clock)


def run_outlook(
    workspace: Workspace,
    *,
    country: str,
    as_of: str | None = None,
    at: int | None = None,
    moment: str | None = None,
    scenario: str | None = None,
    seed: int | None = None,
    samples: int = 500,
    job: Job,
) -> int:
    """One country's outlook, computed and committed; returns the commit's sequence. The job is done with that commit.

    as_of: a past day, replayed as it was known then; None: now. at: the commit to read at; None: the newest. moment: what "now"
    is, ISO with zone; None: the job's clock. seed: None derives it from the country and the last complete day.
    Raises DataError where the country cannot be run, UnknownName for a scenario, Cancelled if the job was asked to stop.
    """
    steps = itertools.count()

    def step(text: str) -> None:
        job.step(f"{country}: {text}", next(steps), STEPS)

    step("reading what is known")
    snapshot = workspace.snapshot(as_of=as_of, at=at)
    now = dt.datetime.fromisoformat(moment) if moment else job.clock()
    places, shipped = workspace_places(workspace), Settings.load(workspace.path / "overrides")
    question = read_scenario(snapshot, scenario).need_open(now.date()) if scenario else None
    overlays = question.overlays if question else ()
    settings = Settings.load(workspace.path / "overrides", parameter_changes(overlays, dict(shipped.numbers)))
    inputs = read_inputs(snapshot, country=country, places=places, settings=settings, now=now)
    changes = _effects(question, inputs, settings, shipped, places) if question else None
    seed = _seed(inputs) if seed is None else seed
    asked = {
        "country": country, "as_of": as_of, "moment": now.isoformat(), "reference_date": str(inputs.last_day), "seed": seed,
        "samples": samples, "scenario": scenario, "overlays": [overlay.sentence() for overlay in overlays],
    }  # fmt: skip
    given = {**asked, "numbers": dict(settings.numbers)}
    made = outlook(
        inputs,
        settings,
        seed=seed,
        samples=samples,
        effects=changes,
        step=step,
        keep=lambda name, make: job.kept(name, make, given=given),
    )

    step("writing the results")
    feed, known_at = feed_of(scenario, replayed=as_of is not None), job.clock()
    watch = watch_list(made, names={region: places[region].name for region in inputs.regions})
    rows = {
        "forecasts": forecast_rows(made, feed=feed, kept_samples=settings.days("results.kept_samples")),
        "outlooks": outlook_rows(made, watch, feed=feed),
    }
    parameters = {
        **asked,
        "settings": {id: settings[id] for id in settings.changed},
        "notes": [note.kept() for note in (*made.notes, *(changes.notes if changes else ()))],
        "sums": [one.kept() for one in made.sums.made],
        "job": job.id,
    }
    read = [TableInput(name, snapshot.at, snapshot.as_of) for name in (*TABLES, *(SCENARIO_TABLES if scenario else ()))]
    # Runs of several countries share a feed: they queue here, where otherwise all but the first would be refused.
    with (
        workspace.locked(f"feed-{feed}"),
        Commit.begin(workspace, "run", feed=feed, inputs=read, parameters=parameters, now=known_at) as commit,
    ):
        for name, written in rows.items():
            commit.append(name, written, known_at=known_at, basis="ingested")
        job.ends_with(commit)
    return commit.sequence


def feed_of(scenario: str | None, *, replayed: bool) -> str:
    """The feed a run's results carry: outlook, outlook-<scenario>, replay, replay-<scenario>."""
    base = REPLAY if replayed else BASE
    return f"{base}-{scenario}" if scenario else base


def _effects(question: Scenario, inputs: Inputs, settings: Settings, shipped: Settings, places: Places) -> Effects:
    return effects(
        question,
        regions=inputs.regions,
        days=inputs.days_ahead,
        ancestors=inputs.ancestors,
        generation=settings.generation,
        infection_to_admission=settings.infection_to_admission,
        share={region: n for region in inputs.regions if (n := places[region].population) is not None},
        numbers=dict(shipped.numbers),
    )


def _seed(inputs: Inputs) -> int:
    """The same for the same country and day, on any machine."""
    return zlib.crc32(f"{inputs.country} {inputs.last_day}".encode())
