"""The command that replays past days: backtest."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.app.cli_common import DEFAULT_WORKSPACE, WorkspaceOption, aside, need, now, out, table, workspace_at

if TYPE_CHECKING:
    from belvedere.outlook.backtest import Backtest, Plan
    from belvedere.store.jobs import Job, JobRecord
    from belvedere.store.workspace import Workspace

KIND = "backtest"
DAY_OPTION = {"formats": ["%Y-%m-%d"]}


def register(app: typer.Typer) -> None:
    """Adds this command to the program."""
    app.command()(backtest)


def backtest(
    country: Annotated[str, typer.Option("--country", metavar="CODE", help="FR, IT …")],
    first: Annotated[dt.datetime, typer.Option("--from", metavar="DAY", help="The first past day.", **DAY_OPTION)],
    last: Annotated[dt.datetime, typer.Option("--to", metavar="DAY", help="The last one, at the latest.", **DAY_OPTION)],
    every: Annotated[int, typer.Option("--every", min=1, metavar="N", help="Days from one to the next.")] = 14,
    horizons: Annotated[
        str, typer.Option("--horizons", metavar="N,N", help="Days ahead shown by themselves, of patients present.")
    ] = "7,14,21,28",
    levels: Annotated[
        str | None,
        typer.Option(
            "--levels", metavar="N,N", help="Warnings tried at these % of the beds; else 100 and official thresholds."
        ),
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=20, metavar="N", help="Sampled futures.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the draws.")] = 1,
    file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The report, HTML; else backtest-CODE-FIRST-LAST.html.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", metavar="en|fr", help="Language of the report.")] = "en",
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, metavar="N", help="Days worked on at once; else one a processor.")
    ] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Replay past days as they were known then, and hold what would have been foretold against what came.

    Example: `belvedere backtest --country FR --from 2020-07-05 --to 2021-03-01 --every 14 --out report.html`

    Changes: writes FILE, one HTML page that needs nothing else; the workspace keeps only the job. Ctrl+C stops at the next day;
    days done are kept for `belvedere jobs resume`. A day of which too little is known is named in the report; exit status 1 if
    the job did not end.
    """
    from belvedere.app.sentences_backtest import report_words
    from belvedere.app.work import carry_out
    from belvedere.outlook.backtest import past_days, warning_levels
    from belvedere.store.jobs import DONE, ask

    report_words(lang)  # an unknown language is said now, not after hours
    shown = sorted(_numbers("--horizons", horizons, most=28))
    tried = [n / 100 for n in _numbers("--levels", levels, most=1000)] if levels else None
    days = past_days(first.date(), last.date(), every)
    file = file or Path(f"backtest-{country}-{days[0]}-{days[-1]}.html")
    need(file.absolute().parent.is_dir(), f"There is no folder {file.absolute().parent}.")
    opened = workspace_at(workspace)
    parameters = {
        "country": country, "days": [str(day) for day in days], "at": opened.snapshot().at, "samples": samples, "seed": seed,
        "horizons": shown, "levels": tried or list(warning_levels(opened.path / "overrides")), "file": str(file.absolute()),
        "lang": lang, "processes": processes or os.cpu_count() or 1,
    }  # fmt: skip
    job = ask(opened, KIND, parameters, clock=now)
    with aside().status(f"{country}: {len(days)} past days") as status:
        (ended,) = carry_out(
            opened, [job], clock=now, perform=run_backtest, watch=lambda records: status.update(_told(records))
        )
    if ended.state != DONE:
        said = f"{ended.state}: {ended.error or ended.step}. To go on: belvedere jobs resume {job}"
        aside().print(f"Job {job}, {KIND} {country}: {said}", markup=False, soft_wrap=True)
        raise typer.Exit(1)


def run_backtest(workspace: Workspace, job: Job) -> None:
    """The job: replays the days of its parameters, writes the report, and tells the main figures on standard output.

    Its step is the day at hand. Days that were kept by an earlier attempt are not made again.
    """
    from belvedere.app.backtest_report import report
    from belvedere.app.work import pool
    from belvedere.outlook.backtest import backtest as replay_all
    from belvedere.sources.ingest import workspace_places

    given = job.parameters
    plan = _plan(given)
    at_once = min(given["processes"], len(plan.days))
    with pool(at_once) as workers:
        found = replay_all(
            workspace, plan, kept=job.kept, step=job.step, pool=workers if at_once > 1 else None, at_once=at_once
        )
    page = report(found, lang=given["lang"], now=job.clock(), places=workspace_places(workspace))
    write_whole(Path(given["file"]), page)
    _tell(found, Path(given["file"]))


def write_whole(path: Path, text: str) -> None:
    """Writes the file whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _plan(given: dict) -> Plan:
    from belvedere.outlook.backtest import Plan

    return Plan(
        country=given["country"],
        days=tuple(dt.date.fromisoformat(day) for day in given["days"]),
        at=given["at"],
        samples=given["samples"],
        seed=given["seed"],
        horizons=tuple(given["horizons"]),
        shares=tuple(given["levels"]),
    )


def _numbers(option: str, text: str, *, most: int) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    good = all(part.isdigit() and 1 <= int(part) <= most for part in parts)
    need(good, f"{option} {text}: expected whole numbers from 1 to {most} with commas between them.")
    return list(dict.fromkeys(int(part) for part in parts))


def _told(records: list[JobRecord]) -> str:
    return "; ".join(f"{record.step} ({record.done}/{record.total})" if record.total else record.step for record in records)


def _tell(found: Backtest, file: Path) -> None:
    """The figures of the first table of the report, and where the rest is."""
    from belvedere.app.sentences_backtest import report_words
    from belvedere.outlook.summary import summary

    say, console = report_words("en"), out()
    figures = summary(found.units, ["target", "period", "level"])
    heads = ["what", "where", "forecasts", "50 % held", "90 % held", "error / hub", "error / persistence"]
    rows = [
        (say(f"bt_target_{row.target}_{row.period}"), row.level, f"{row.units:,}", say.percent(row.cover_50),
         say.percent(row.cover_90), f"{row.hub_ratio:.2f}", f"{row.persistence_ratio:.2f}")
        for row in figures.itertuples()
    ]  # fmt: skip
    if rows:
        console.print(table(heads, rows, numbers=tuple(heads[2:])))
    basis = say("bt_basis_assumed") if found.assumed else say("bt_basis_kept")
    console.print(f"{len(found.replayed)} of {len(found.plan.days)} days replayed, {basis}.")
    console.print(f"Report: {file}", markup=False, soft_wrap=True)
