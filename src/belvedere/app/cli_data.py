"""Commands on data: init, ingest, show, export, tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.app.cli_common import (
    DEFAULT_WORKSPACE,
    AsOfOption,
    AtOption,
    FeedOption,
    WorkspaceOption,
    aside,
    need,
    now,
    out,
    table,
    workspace_at,
)
from belvedere.errors import BelvedereError

if TYPE_CHECKING:
    from belvedere.app.selection import Selection
    from belvedere.sources.report import IngestReport
    from belvedere.store.workspace import Workspace

PROBLEMS_SHOWN = 5

PlaceOption = Annotated[
    list[str] | None, typer.Option("--place", metavar="PLACE", help="Place id (FR-75, ITC1); may be repeated.")
]
IndicatorOption = Annotated[list[str] | None, typer.Option("--indicator", metavar="NAME", help="Indicator; may be repeated.")]
DateOption = Annotated[str | None, typer.Option("--date", metavar="DAY", help="This day only (2026-11-20).")]
FromOption = Annotated[str | None, typer.Option("--from", metavar="DAY", help="From this day on.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Up to and including this day.")]
WhereOption = Annotated[
    list[str] | None, typer.Option("--where", metavar="COLUMN=VALUE", help="Any other column; may be repeated.")
]
HistoryOption = Annotated[bool, typer.Option("--history", help="Every version of each row, corrections included.")]
WithdrawnOption = Annotated[bool, typer.Option("--withdrawn", help="Also rows that their source took back.")]
OriginOption = Annotated[bool, typer.Option("--origin", help="With commit, file, source row and column of each figure.")]


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    app.command()(init)
    app.command()(ingest)
    app.command()(show)
    app.command()(export)
    app.command()(tables)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")] = DEFAULT_WORKSPACE,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="PostgreSQL for the records; else SQLite in the folder.")
    ] = None,
) -> None:
    """Make a new, empty workspace.

    Example: `belvedere init workspace`

    Changes: creates the folder with its database, its keys and its sub-folders. Touches nothing that exists.
    """
    import belvedere

    postgres = "postgresql+psycopg://"
    need(
        database is None or database.startswith(postgres), f"--database: expected an address such as {postgres}USER@HOST/NAME."
    )
    workspace = belvedere.create(folder, database_url=database)
    out().print(f"Made an empty workspace in {workspace.path}")
    out().print(f"Load files with: belvedere ingest FILES --workspace {folder}", soft_wrap=True)


def ingest(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILES/FOLDERS/URLS]", help="What to load; nothing: every feed's own address."),
    ] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="FEED", help="Load as this feed, whatever the files' names.")
    ] = None,
    country: Annotated[str | None, typer.Option("--country", metavar="CODE", help="Only feeds about this country.")] = None,
    accept_withdrawals: Annotated[
        bool, typer.Option("--accept-withdrawals", help="Load also a file that takes back a large share of what is held.")
    ] = False,
) -> None:
    """Load source files: each becomes a dated version of its feed.

    Example: `belvedere ingest downloads/ --workspace workspace`

    Changes: adds rows for what is new or corrected, one commit a feed; keeps a copy of each file; puts what cannot be read in
    quarantine with its reason. A file loaded before, byte for byte, changes nothing. Exit status 1 if anything was set aside,
    unclaimed or not fetched.
    """
    opened = workspace_at(workspace)
    report = ingest_with_progress(opened, sources or [], feed=feed, country=country, accept_withdrawals=accept_withdrawals)
    print_report(report)
    if not report.clean:
        raise typer.Exit(1)


def ingest_with_progress(workspace: Workspace, sources: list, **options) -> IngestReport:
    """Ingests with a progress bar on standard error."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from belvedere.sources.ingest import ingest as run

    columns = (
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=aside(), transient=True) as progress:
        task = progress.add_task("looking at the files", total=None)

        def tell(text: str, done: int, total: int) -> None:
            progress.update(task, description=text, completed=done, total=total or None)

        return run(workspace, sources, now=now(), on_progress=tell, **options)


def print_report(report: IngestReport) -> None:
    """What an ingest did, feed by feed; then whatever needs a person."""
    console = out()
    rows = [
        (f.feed, len(f.versions), f.already, f"{f.rows:,}", f"{sum(v.changed for v in f.versions):,}",
         f"{sum(v.withdrawn for v in f.versions):,}", f"{f.set_aside:,}")
        for f in report.feeds
    ]  # fmt: skip
    heads = ["feed", "versions", "already held", "rows written", "corrected", "withdrawn", "set aside"]
    if rows:
        console.print(table(heads, rows, numbers=tuple(heads[1:])))
    for f in report.feeds:
        if f.aside_before:
            console.print(
                f"{f.feed}: {f.aside_before:,} unchanged files were set aside whole before; a changed mapping tries them again",
                markup=False, soft_wrap=True,
            )  # fmt: skip
    for feed in report.feeds:
        problems = [(v.name, p) for v in feed.versions for p in v.problems]
        for name, problem in problems[:PROBLEMS_SHOWN]:
            console.print(f"{name}: {problem.sentence()}", markup=False, soft_wrap=True)
        if len(problems) > PROBLEMS_SHOWN:
            console.print(f"… and {len(problems) - PROBLEMS_SHOWN:,} more: belvedere quarantine list --feed {feed.feed}")
    for path, next_step in report.unclaimed.items():
        console.print(f"{path}: {next_step}", markup=False, soft_wrap=True)
    for source, reason in report.failed.items():
        console.print(f"{source}: {reason}", markup=False, soft_wrap=True)
    if not rows and not report.unclaimed and not report.failed:
        console.print("Nothing to load.")


def show(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="A table: belvedere tables lists them.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    feed: FeedOption = None,
    place: PlaceOption = None,
    indicator: IndicatorOption = None,
    date: DateOption = None,
    start: FromOption = None,
    end: ToOption = None,
    where: WhereOption = None,
    as_of: AsOfOption = None,
    at: AtOption = None,
    history: HistoryOption = False,
    withdrawn: WithdrawnOption = False,
    origin: OriginOption = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows shown at most.")] = 40,
) -> None:
    """Show rows of a table, as known now or on a past day.

    Example: `belvedere show indicators --place FR-75 --indicator icu_census --from 2026-11-01 --as-of 2026-11-10`

    Changes: nothing.
    """
    from belvedere.app.selection import select

    chosen = _selection(name, feed, place, indicator, date, start, end, where, as_of, at, history, withdrawn, origin, limit)
    selected = select(workspace_at(workspace), chosen)
    rows = selected.arrow()
    constant = _constant_columns(rows) if rows.num_rows > 1 else {}
    shown = [n for n in rows.column_names if n not in constant]
    console = out()
    for column, value in constant.items():
        console.print(f"{column}: {value}", markup=False)
    numbers = ("value", "commit_id", "file_id", "source_row")
    records = ([_cell(record[n]) for n in shown] for record in rows.to_pylist())
    console.print(table(shown, records, numbers=numbers))
    total = selected.count()
    known = "as known now" if as_of is None else f"as known on {as_of}"
    console.print(f"{rows.num_rows:,} of {total:,} rows, {known}, after commit {selected.snapshot.at}")


def _constant_columns(rows) -> dict[str, object]:
    """Columns that say the same in every row: told once, above the table."""
    import pyarrow.compute as pc

    keep = ("date", "value", "place")
    return {n: rows[n][0].as_py() for n in rows.column_names if n not in keep and len(pc.unique(rows[n])) == 1}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.10g}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else str(value)


def export(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="A table: belvedere tables lists them.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv, .xlsx or .parquet; must not exist.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    feed: FeedOption = None,
    place: PlaceOption = None,
    indicator: IndicatorOption = None,
    date: DateOption = None,
    start: FromOption = None,
    end: ToOption = None,
    where: WhereOption = None,
    as_of: AsOfOption = None,
    at: AtOption = None,
    history: HistoryOption = False,
    withdrawn: WithdrawnOption = False,
    origin: OriginOption = False,
) -> None:
    """Write rows to a CSV, Excel or Parquet file, with a certificate of what they are.

    Example: `belvedere export indicators paris.xlsx --place FR-75 --as-of 2026-11-10`

    Changes: writes FILE (and, beside a CSV, NAME.about.json). The certificate names filters, as-of, commit, producers and
    licences. Nothing in the workspace changes.
    """
    from belvedere.app.export import write
    from belvedere.app.selection import select

    chosen = _selection(name, feed, place, indicator, date, start, end, where, as_of, at, history, withdrawn, origin, None)
    made = write(select(workspace_at(workspace), chosen), file, now())
    beside = f"; certificate in {made.about}" if made.about else "; certificate inside"
    out().print(f"Wrote {made.rows:,} rows to {made.path}{beside}", soft_wrap=True, markup=False)


def _selection(
    name, feed, place, indicator, date, start, end, where, as_of, at, history, withdrawn, origin, limit
) -> Selection:
    from belvedere.app.selection import Selection

    need(date is None or (start is None and end is None), "Give either --date, or --from and --to.")
    first, last = (date, date) if date is not None else (start, end)
    return Selection(
        table=name, feeds=(feed,) if feed else (), places=tuple(place or ()), indicators=tuple(indicator or ()),
        start=_day(first, "--from"), end=_day(last, "--to"), where=tuple(_pair(text) for text in where or ()), as_of=as_of,
        at=at,
        history=history, withdrawn=withdrawn, origin=origin, limit=limit,
    )  # fmt: skip


def _day(text: str | None, option: str) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise BelvedereError(f"{option}: found {text!r}, expected a day such as 2026-11-20.") from None


def _pair(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    need(bool(sign and column), f"--where: found {text!r}, expected COLUMN=VALUE such as sex=female.")
    return column.strip(), value.strip()


def tables() -> None:
    """List the tables, what a row of each is, and its keys.

    Example: `belvedere tables`

    Changes: nothing.
    """
    from belvedere.ontology import schema

    rows = [
        (name, t.shelf.value, ", ".join(t.keys()), t.description().splitlines()[0])
        for name, t in sorted(schema.tables().items())
    ]
    out().print(table(["table", "shelf", "keys", "a row is"], rows))
