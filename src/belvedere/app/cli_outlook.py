"""Commands on what is coming: outlook, watch, jobs."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.app.cli_common import (
    DEFAULT_WORKSPACE,
    AsOfOption,
    WorkspaceOption,
    aside,
    need,
    now,
    out,
    percent,
    table,
    workspace_at,
)

if TYPE_CHECKING:
    from belvedere.outlook.committed import Run
    from belvedere.store.jobs import JobRecord
    from belvedere.store.workspace import Workspace

PLACES_NAMED = 8

CountryOption = Annotated[str | None, typer.Option("--country", metavar="CODE", help="Only this country: FR, IT.")]
ScenarioOption = Annotated[str | None, typer.Option("--scenario", metavar="ID", help="Under this scenario.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="Rows of the watch list shown at most.")]
ProcessesOption = Annotated[
    int | None, typer.Option("--processes", min=1, metavar="N", help="Countries worked on at once; else one a processor.")
]
JobArgument = Annotated[int, typer.Argument(metavar="ID", help="The job: belvedere jobs lists them.")]

jobs_app = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    app.command()(outlook)
    app.command()(watch)
    app.add_typer(jobs_app, name="jobs")


def outlook(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    country: CountryOption = None,
    as_of: AsOfOption = None,
    scenario: ScenarioOption = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="Of the draws; else from country and day.")
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=100, metavar="N", help="Sampled futures.")] = 500,
    processes: ProcessesOption = None,
    limit: LimitOption = 20,
) -> None:
    """Foretell the next four weeks: admissions, patients in bed, and where beds will not suffice.

    Example: `belvedere outlook --country FR --as-of 2020-10-20`

    Changes: adds the result as one commit a country (tables forecasts and outlooks). With `--as-of`, the past day is replayed
    as it was known then. Ctrl+C stops at the next step; what was done is kept for `belvedere jobs resume`. Exit status 1 if a
    country could not be finished.
    """
    from belvedere.outlook.run import ask_outlook

    opened = workspace_at(workspace)
    asked = [
        ask_outlook(opened, country=name, as_of=as_of, scenario=scenario, seed=seed, samples=samples, clock=now)
        for name in _countries(opened, country, as_of)
    ]
    _carry_out(opened, asked, processes or os.cpu_count() or 1, limit)


def watch(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    country: CountryOption = None,
    as_of: AsOfOption = None,
    scenario: ScenarioOption = None,
    limit: LimitOption = 20,
) -> None:
    """Show the watch list of the last outlook, without computing.

    Example: `belvedere watch --country FR`

    Changes: nothing. With `--as-of`: the replay of that day, or else what had been said by then.
    """
    from belvedere.outlook.committed import last_runs

    runs = last_runs(workspace_at(workspace), country=country, as_of=as_of, scenario=scenario)
    told = {"--country": country, "--as-of": as_of, "--scenario": scenario}
    same = "".join(f" {option} {value}" for option, value in told.items() if value is not None)
    need(bool(runs), f"No outlook of this has been made. Make one with: belvedere outlook{same}")
    for run in runs:
        print_run(run, limit)


@jobs_app.callback()
def list_jobs(
    context: typer.Context,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    newest: Annotated[int, typer.Option("--newest", min=1, metavar="N", help="Jobs shown at most.")] = 20,
) -> None:
    """List long work under way or done, the newest first.

    Example: `belvedere jobs --newest 5`

    Changes: nothing.
    """
    if context.invoked_subcommand is not None:
        own = context.get_parameter_source("workspace")
        need(own is None or own.name != "COMMANDLINE", f"Put --workspace after {context.invoked_subcommand}, which takes it.")
        return
    from belvedere.store.jobs import jobs

    found = jobs(workspace_at(workspace), newest=newest)
    if not found:
        out().print("No job yet.")
        return
    heads = ["job", "what", "state", "step", "started", "took", "commit"]
    rows = [(j.id, _what(j), j.state, j.error or _progress(j), _minute(j.started_at), _took(j), j.result) for j in found]
    out().print(table(heads, rows, numbers=("job", "took", "commit")))


@jobs_app.command()
def cancel(job: JobArgument, workspace: WorkspaceOption = DEFAULT_WORKSPACE) -> None:
    """Ask a job to stop.

    Example: `belvedere jobs cancel 12`

    Changes: a running job stops at its next step, a waiting one is not started. What it has done is kept for
    `belvedere jobs resume`.
    """
    from belvedere.store import jobs

    after = jobs.cancel(workspace_at(workspace), job, clock=now)
    still = "stops at its next step" if after.state == jobs.RUNNING else f"is {after.state}"
    out().print(f"Job {job} {still}. To go on from there: belvedere jobs resume {job}")


@jobs_app.command()
def resume(job: JobArgument, workspace: WorkspaceOption = DEFAULT_WORKSPACE, limit: LimitOption = 20) -> None:
    """Go on with a job that was cancelled, cut off, or failed.

    Example: `belvedere jobs resume 12`

    Changes: what the job itself would: it goes on after its last finished step, on the data of its start, to the same result.
    """
    from belvedere.store.jobs import ask_again

    opened = workspace_at(workspace)
    ask_again(opened, job)
    _carry_out(opened, [job], 1, limit)


# --- doing ---


def _countries(workspace: Workspace, country: str | None, as_of: str | None) -> Iterable[str]:
    if country is not None:
        return [country]
    from belvedere.outlook.inputs import countries
    from belvedere.sources.ingest import workspace_places

    found = countries(workspace.snapshot(as_of=as_of), workspace_places(workspace))
    need(bool(found), "No country reports daily admissions by region: nothing to foretell from (belvedere status).")
    return found


def _carry_out(workspace: Workspace, ids: list[int], processes: int, limit: int) -> None:
    from belvedere.app.work import carry_out
    from belvedere.outlook.committed import committed_run
    from belvedere.outlook.run import KIND
    from belvedere.store.jobs import DONE

    with _progress_bars() as show:
        ended = carry_out(workspace, ids, clock=now, processes=processes, watch=show)
    for job in ended:
        if job.state != DONE:
            said = job.error or f"stopped at: {job.step}"
            aside().print(
                f"Job {job.id}, {_what(job)}: {job.state}: {said}. To go on: belvedere jobs resume {job.id}",
                markup=False, soft_wrap=True,
            )  # fmt: skip
        elif job.kind == KIND:
            print_run(committed_run(workspace, job.result), limit)
        else:
            out().print(f"Job {job.id}, {_what(job)}: done", markup=False, soft_wrap=True)
    if any(job.state != DONE for job in ended):
        raise typer.Exit(1)


@contextmanager
def _progress_bars() -> Iterator[Callable[[list[JobRecord]], None]]:
    """A bar for each job on standard error; yields the function that moves them."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=28), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=aside(), transient=True) as progress:
        bars: dict[int, int] = {}

        def show(records: list[JobRecord]) -> None:
            for job in records:
                if job.id not in bars:
                    bars[job.id] = progress.add_task("", total=None)
                stopping = " (stopping)" if job.cancel_requested else ""
                progress.update(bars[job.id], description=job.step + stopping, completed=job.done, total=job.total or None)

        yield show


# --- showing ---


def print_run(run: Run, limit: int) -> None:
    """The watch list of a run, what holds for all of it, and the places that are not ok."""
    from belvedere.app.sentences_notes import note_text

    console = out()
    day = run.watch["reference_date"].iloc[0]
    scenario = run.commit.parameters["scenario"]
    console.print(
        f"{run.country}: the four weeks after {day:%Y-%m-%d}{f', scenario {scenario}' if scenario else ''} "
        f"(commit {run.commit.sequence}, made {_minute(run.commit.started_at)} UTC, seed {run.commit.parameters['seed']})",
        markup=False,
    )
    ranked = run.watch[run.watch["chance_28"].notna()]
    if ranked.empty:
        console.print("No chance of passing can be given for any place: see below.")
    else:
        heads = ["", "place", "level", "7 days", "14 days", "28 days", "likely first day", "why"]
        rows = ([_cell(row, name) for name in COLUMNS] for row in ranked.head(limit).to_dict("records"))
        console.print("Chance of more patients than beds within")
        console.print(table(heads, rows, numbers=tuple(heads[3:6])))
        if len(ranked) > limit:
            console.print(f"… and {len(ranked) - limit} more (--limit)")
    for status, reason, places in _not_ok(run):
        more = f" and {len(places) - PLACES_NAMED} more" if len(places) > PLACES_NAMED else ""
        console.print(f"{status}: {', '.join(places[:PLACES_NAMED])}{more}: {reason}", markup=False, soft_wrap=True)
    for note in run.notes:
        console.print(note_text("en", note), markup=False, soft_wrap=True)


COLUMNS = ("rank", "place", "level", "chance_7", "chance_14", "chance_28", "first_day_middle", "reason")


def _cell(row: dict, name: str) -> str:
    import pandas as pd

    value = row[name]
    if pd.isna(value):
        return ""
    if name.startswith("chance"):
        return percent(value)
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else str(value)


def _not_ok(run: Run) -> Iterator[tuple[str, str, list[str]]]:
    """(status, reason, places) of what is not ok, the worst first."""
    rest = run.watch[run.watch["status"] != "ok"].drop_duplicates("place")
    groups = {key: sorted(part["place"]) for key, part in rest.groupby(["status", "status_reason"], dropna=False)}
    for (status, reason), places in sorted(groups.items(), key=lambda item: (item[0][0] != "failed", -len(item[1]), item[1])):
        yield status, reason, places


def _what(job: JobRecord) -> str:
    """What a job is about: its kind and what was asked, without what was fixed by itself."""
    given = job.parameters
    names = [str(given[key]) for key in ("country", "scenario") if given.get(key) is not None]
    days = [f"{len(given['days'])} days"] if "days" in given else []
    rest = [f"{key}={given[key]}" for key in ("as_of", "samples", "seed") if given.get(key) is not None]
    return " ".join([job.kind, *names, *days, *rest])


def _progress(job: JobRecord) -> str:
    from belvedere.store.jobs import DONE

    if job.state == DONE:
        return ""
    return f"{job.step} ({job.done}/{job.total})" if job.total else job.step


def _minute(at: dt.datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _took(job: JobRecord) -> str:
    if job.started_at is None:
        return ""
    until = job.finished_at or job.heartbeat_at
    return f"{(until - job.started_at).total_seconds():,.0f} s"
