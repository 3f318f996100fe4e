"""Commands on the state of the feeds: status, up, serve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from belvedere.app.cli_common import DEFAULT_WORKSPACE, AsOfOption, WorkspaceOption, aside, need, now, out, table, workspace_at
from belvedere.errors import BelvedereError

PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; the default is this machine only.")]


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    app.command()(status)
    app.command()(up)
    app.command()(serve)


def status(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_of: AsOfOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON on standard output.")] = False,
) -> None:
    """Say which feeds are late, who is missing, and what waits in quarantine.

    Example: `belvedere status --json`

    Changes: nothing.
    """
    from belvedere.app import formats
    from belvedere.app import sentences_feeds as say
    from belvedere.app.status import statuses_in
    from belvedere.store.snapshot import Snapshot

    opened, moment = workspace_at(workspace), now()
    snapshot = Snapshot.take(opened, as_of=as_of)
    feeds = statuses_in(snapshot, moment, _findings(opened, snapshot, moment))
    if as_json:
        typer.echo(
            json.dumps(
                {"now": moment.isoformat(), "as_of": as_of, "feeds": [f.as_json() for f in feeds]}, default=str, indent=1
            )
        )
        return
    console = out()
    console.print(say.lede("en", feeds))
    heads = ["feed", "state", "last day", "complete", "missing", "quarantine", "findings", "rows"]
    rows = [
        (f.feed, say.state("en", f.state), f.last_date, formats.percent("en", f.last_day and f.last_day.share),
         len(f.missing), f.quarantine, "" if f.findings is None else sum(f.findings.values()), f"{f.rows:,}")
        for f in feeds
    ]  # fmt: skip
    if rows:
        console.print(table(heads, rows, numbers=tuple(heads[3:])))
    for feed in feeds:
        if feed.state in ("late", "very_late"):
            console.print(f"{feed.feed}: {say.freshness('en', feed)}", markup=False, soft_wrap=True)


def _findings(workspace, snapshot, moment):
    from belvedere.app.findings import FindingsKeeper

    keeper, today = FindingsKeeper(workspace), moment.date()
    kept = keeper.get(snapshot, today)
    if kept is not None or not snapshot.commits:
        return kept
    with aside().status("checking the figures against the rules"):
        return keeper.work_out(snapshot, today)


def up(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    source: Annotated[
        Path | None, typer.Option("--source", metavar="FOLDER", help="Load what is new in this folder, or this file, first.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill the workspace with a synthetic country first.")] = False,
    demo_size: Annotated[
        str | None,
        typer.Option("--demo-size", metavar="SIZE", help="tiny (one région), small (three; the default) or full (France)."),
    ] = None,
    demo_seed: Annotated[
        int | None, typer.Option("--demo-seed", metavar="N", help="The same seed and day give the same country.")
    ] = None,
    port: PortOption = 8000,
    host: HostOption = "127.0.0.1",
) -> None:
    """Make the workspace if there is none, load what is new, look ahead, and serve the pages.

    Example: `belvedere up --demo`

    Changes: creates the workspace where it is missing; loads new files of the source or the demonstration; where something was
    new, adds an outlook of every country that can be foretold (Ctrl+C stops only that); where the figures ended long ago, from
    their last day. A second call finds nothing new and is quick.
    """
    import belvedere
    from belvedere.app.cli_data import ingest_with_progress, print_report
    from belvedere.app.prepare import prepare_demo

    need(source is None or source.exists(), f"There is no file or folder {source}.")
    need(demo or (demo_size is None and demo_seed is None), "--demo-size and --demo-seed say which demonstration: add --demo.")
    opened = workspace_at(workspace) if (workspace / "belvedere.toml").exists() else belvedere.create(workspace)
    sources: list = [source] if source is not None else []
    if demo:
        with aside().status("making the demonstration") as making:
            sources += prepare_demo(
                opened, now(), size=demo_size, seed=demo_seed, on_progress=lambda text: making.update(f"making {text}")
            )
    if sources:
        report = ingest_with_progress(opened, sources)
        print_report(report)
    look_from = _days_to_look_from(opened)
    if sources and any(feed.rows for feed in report.feeds):
        _foretell(workspace, look_from)
    _serve(opened, host, port, {country: day for country, day in look_from.items() if day is not None})


def _days_to_look_from(workspace) -> dict[str, str | None]:
    """For each country that can be foretold None, or the day to look from if its figures ended too long ago for today."""
    from belvedere.outlook.inputs import countries, country_reach
    from belvedere.outlook.settings import Settings
    from belvedere.sources.ingest import workspace_places

    snapshot, places, today = workspace.snapshot(), workspace_places(workspace), now().date()
    too_old = Settings.load(workspace.path / "overrides").days("last_day.too_old_days")
    held = {c: country_reach(snapshot, country=c, places=places) for c in countries(snapshot, places)}
    return {c: str(reach.seen) if reach.ended(today, too_old) else None for c, reach in held.items()}


def _foretell(workspace: Path, look_from: dict[str, str | None]) -> None:
    """The outlook on what was just loaded, with its progress. What stops it is told; the pages are served all the same."""
    from belvedere.app.cli_outlook import outlook

    if not look_from:
        aside().print("No country reports daily admissions by region: nothing to look ahead from (belvedere mapping list).")
    for country, day in look_from.items():
        if day is not None:
            told = f"{country}: the figures end too long ago to look ahead from today."
            aside().print(f"{told} Looking ahead from {day}, on what was known then.", soft_wrap=True)
        try:
            outlook(workspace, country=country, as_of=day)
        except typer.Exit:
            pass  # the command has said why, and how to go on
        except BelvedereError as error:
            aside().print(str(error), markup=False, soft_wrap=True)


def serve(workspace: WorkspaceOption = DEFAULT_WORKSPACE, port: PortOption = 8000, host: HostOption = "127.0.0.1") -> None:
    """Serve the pages of a workspace.

    Example: `belvedere serve --port 8000`

    Changes: nothing.
    """
    _serve(workspace_at(workspace), host, port)


def _serve(workspace, host: str, port: int, look_from: Mapping[str, str] = MappingProxyType({})) -> None:
    """Serves until stopped. The socket is opened first, so that the address told is the one in use.

    look_from: countries whose figures have ended, with the day whose page shows them.
    """
    import socket

    import uvicorn

    from belvedere.app.serve import make_app

    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        need(False, f"Cannot listen on {host}:{port} ({error.strerror}). Another program may: choose another --port.")
    with listening:
        address = f"http://{host}:{listening.getsockname()[1]}"
        out().print(f"Belvedere is at {address}  (Ctrl+C stops it)")
        for country, day in look_from.items():
            out().print(f"{country}, whose figures have ended: {address}/?country={country}&as_of={day}", soft_wrap=True)
        config = uvicorn.Config(
            make_app(workspace, alerts=True),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
