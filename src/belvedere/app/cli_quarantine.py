"""Commands on what was set aside: list, export, mend, dismiss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from belvedere.app.cli_common import DEFAULT_WORKSPACE, FeedOption, WorkspaceOption, need, now, out, table, workspace_at

app = typer.Typer(no_args_is_help=True, help="What was set aside, and how it gets in after all.", rich_markup_mode="markdown")

COLUMNS = ("id", "row", "column", "found", "expected", "rule")


@app.command("list")
def list_entries(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    feed: FeedOption = None,
    settled: Annotated[bool, typer.Option("--settled", help="Also those mended or dismissed.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Entries shown at most.")] = 50,
) -> None:
    """List what was set aside: file, row, column, what was found, what was expected.

    Example: `belvedere quarantine list --feed fr-spf-hospital-flows`

    Changes: nothing.
    """
    from belvedere.store import quarantine

    entries = quarantine.entries(workspace_at(workspace), feed=feed, settled=settled)
    names = [*COLUMNS, *(["resolution", "reason"] if settled else [])]
    console, shown = out(), entries.head(limit)
    for (name, file), part in shown.groupby(["feed", "file"], sort=False):
        console.print(f"{name}: {file}", markup=False, soft_wrap=True)
        rows = [["" if _missing(v) else v for v in record] for record in part[names].itertuples(index=False)]
        console.print(table(names, rows, numbers=("id", "row")))
    console.print(f"{len(shown):,} of {len(entries):,} entries" if len(shown) else "Nothing waits in quarantine.")


def _missing(value: object) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


@app.command("export")
def export_rows(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV to write; must not exist.")],
    feed: Annotated[str, typer.Option("--feed", metavar="FEED", help="The feed whose rows to write.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Write the rows set aside, in the source's own columns, ready to be mended in a spreadsheet.

    Example: `belvedere quarantine export to-mend.csv --feed fr-spf-hospital-flows`

    Changes: writes FILE. Keep its first two columns: they say which rows are meant.
    """
    from belvedere.sources.mend import export_quarantine

    need(not file.exists(), f"{file} exists already. Choose another name, or remove it first.")
    count = export_quarantine(workspace_at(workspace), file, feed)
    out().print(
        f"Wrote {count:,} rows to {file}. Mend them, then: belvedere quarantine mend {file} --reason …",
        soft_wrap=True,
        markup=False,
    )


@app.command()
def mend(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `quarantine export`, with its cells mended.")],
    reason: Annotated[str, typer.Option("--reason", help="How the right cells are known; signed and kept with the rows.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Load mended rows and settle their entries.

    Example: `belvedere quarantine mend to-mend.csv --reason "codes confirmed by the agency on the phone"`

    Changes: adds the rows that are now without fault, known since now, and settles their entries. Rows still at fault stay.
    """
    from belvedere.app.cli_data import print_report
    from belvedere.sources.mend import mend as run
    from belvedere.trust.gate import OPERATOR

    need(file.is_file(), f"There is no file {file}.")
    report = run(workspace_at(workspace), file, reason=reason, signed_by=OPERATOR, now=now())
    print_report(report)
    still = [problem for feed in report.feeds for problem in getattr(feed, "still_at_fault", ())]
    for problem in still:
        out().print(f"still at fault: {problem.sentence()}", markup=False, soft_wrap=True)
    if still:
        raise typer.Exit(1)


@app.command()
def dismiss(
    ids: Annotated[list[int], typer.Argument(metavar="ID", help="Numbers shown by `quarantine list`.")],
    reason: Annotated[str, typer.Option("--reason", help="Why they are not worth mending; kept with the entries.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Settle entries that are not worth mending, with the reason.

    Example: `belvedere quarantine dismiss 12 13 --reason "code of a closed hospital"`

    Changes: marks the entries dismissed. Their rows are never loaded; the entries stay readable with `--settled`.
    """
    from belvedere.store import quarantine
    from belvedere.trust.gate import OPERATOR

    need(bool(reason.strip()), "Give a reason: the next reader will ask.")
    count = quarantine.dismiss(workspace_at(workspace), ids, reason, signed_by=OPERATOR)
    out().print(f"Dismissed {count:,} entries.")
