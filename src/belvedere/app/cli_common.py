"""What every command shares: the workspace option, the consoles, and opening without a heavy import until it is needed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.errors import BelvedereError

if TYPE_CHECKING:
    from rich.console import Console

    from belvedere.store.workspace import Workspace

DEFAULT_WORKSPACE = Path("workspace")
PIPE_WIDTH = 240

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="BELVEDERE_WORKSPACE", help="Folder of the workspace.", metavar="DIR")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DAY", help="As it was known at the end of that day (2026-11-20), or at an instant with a zone."
    ),
]
AtOption = Annotated[int | None, typer.Option("--at", metavar="N", help="As it stood after commit number N.")]
FeedOption = Annotated[str | None, typer.Option("--feed", metavar="FEED", help="Only this feed.")]


def workspace_at(path: Path) -> Workspace:
    """Opens the workspace. Raises WorkspaceError if there is none."""
    import belvedere

    return belvedere.open(path)


def out() -> Console:
    """Where results go: standard output."""
    import sys

    from rich.console import Console

    # In a pipe there is no width to fit: rows stay whole.
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def aside() -> Console:
    """Where progress and remarks go: standard error, so that results can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def now() -> dt.datetime:
    """The clock: read here, passed on everywhere else."""
    return dt.datetime.now(dt.UTC)


def need(condition: bool, message: str) -> None:
    """Raises BelvedereError with the message unless the condition holds."""
    if not condition:
        raise BelvedereError(message)


def table(title_columns: list[str], rows, *, numbers: tuple[str, ...] = ()):
    """A plain table for the terminal: column heads, numbers to the right."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in title_columns:
        made.add_column(name, justify="right" if name in numbers else "left", overflow="fold", no_wrap=name in numbers)
    for row in rows:
        made.add_row(*(_shown(cell) for cell in row))
    return made


def percent(chance: float) -> str:
    """A chance from sampled futures is never certain."""
    if chance < 0.005:
        return "< 1 %"
    return "> 99 %" if chance > 0.995 else f"{100 * chance:.0f} %"


def _shown(cell: object) -> str:
    from rich.markup import escape

    return "" if cell is None else escape(str(cell))
