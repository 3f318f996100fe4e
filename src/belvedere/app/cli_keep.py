"""Commands that keep or remove: backup, restore, erase."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from belvedere.app.cli_common import DEFAULT_WORKSPACE, WorkspaceOption, need, now, out, workspace_at


def register(app: typer.Typer) -> None:
    """Adds these commands to the program."""
    app.command()(backup)
    app.command()(restore)
    app.command()(erase)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, such as belvedere-2026-11-22.tar.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Also the secrets behind pseudonyms: keep such a backup as you keep the keys.")
    ] = False,
) -> None:
    """Write a verified backup of the whole workspace to one file.

    Example: `belvedere backup belvedere-2026-11-22.tar`

    Changes: writes FILE, whole or not at all. The workspace can be in use meanwhile.
    """
    from belvedere.store.backup import backup as run

    report = run(workspace_at(workspace), file, with_keys=with_keys, now=now())
    keys = "with keys" if with_keys else "without keys: keep the keys folder elsewhere, a restore asks for it"
    out().print(
        f"Wrote {report.path}: {report.files:,} files, {report.bytes / 1e6:,.1f} MB, up to commit {report.sequence}, {keys}.",
        soft_wrap=True, markup=False,
    )  # fmt: skip


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    keys: Annotated[
        Path | None, typer.Option("--keys", metavar="DIR", help="The keys folder, if the backup carries none.")
    ] = None,
) -> None:
    """Make a workspace from a backup, every checksum compared.

    Example: `belvedere restore belvedere-2026-11-22.tar restored --keys workspace/keys`

    Changes: creates DIR, whole or not at all, and carries out again every erasure the ledger beside the keys knows.
    """
    from belvedere.store.backup import restore as run

    need(file.is_file(), f"There is no file {file}.")
    need(keys is None or keys.is_dir(), f"There is no folder {keys}.")
    workspace = run(file, folder, keys_from=keys)
    out().print(f"Restored {workspace.path}.", soft_wrap=True, markup=False)


def erase(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="A records table: stays, shifts, cases, contacts …")],
    column: Annotated[
        str, typer.Option("--column", metavar="COLUMN", help="The column the limit is on; never one that names a person.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="The rule or decision behind it; kept in the ledger.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    before: Annotated[str | None, typer.Option("--before", metavar="VALUE", help="Rows below this value.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="VALUE", help="Rows up to and including this value.")] = None,
    equals: Annotated[str | None, typer.Option("--equals", metavar="VALUE", help="Rows with this value.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase records for good, from every file of the workspace.

    Example: `belvedere erase contacts --column last_on --before 2026-08-01 --reason "retention, 3 months"`

    Changes: deletes the rows in every version, the quarantine and kept files of the feeds that filled the table, and writes
    the rule (never a name) in the ledger beside the keys. Cannot be undone.
    """
    from belvedere.store.retention import Rule
    from belvedere.store.retention import erase as run

    given = {"before": before, "until": until, "equals": equals}
    chosen = [(operator, value) for operator, value in given.items() if value is not None]
    need(len(chosen) == 1, "Give exactly one of --before, --until and --equals.")
    operator, value = chosen[0]
    if not yes:
        typer.confirm(f"Erase rows of {name} with {column} {operator} {value}, for good?", abort=True)
    done = run(workspace_at(workspace), Rule(name, column, operator, value), reason=reason)
    out().print(f"Erased {done.rows:,} rows, {done.quarantine:,} quarantine entries and {done.files:,} kept files.")
