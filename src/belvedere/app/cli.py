"""The command line: `belvedere --help`. Each command reads its arguments, calls a room, and says what happened."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from belvedere.app import (
    cli_alerts,
    cli_backtest,
    cli_data,
    cli_keep,
    cli_mapping,
    cli_outlook,
    cli_quarantine,
    cli_scenario,
    cli_serve,
)
from belvedere.errors import BelvedereError

FAILED = 2

app = typer.Typer(
    name="belvedere",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Belvedere: surveillance data in, dated three ways, nothing lost.\n\n"
        "Start with `belvedere up --demo`, or make a workspace of your own: `belvedere init`, `belvedere ingest FILES`, "
        "`belvedere status`, `belvedere show indicators`."
    ),
)


def _version(asked: bool) -> None:
    if asked:
        import belvedere

        typer.echo(f"belvedere {belvedere.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Options of the program itself."""


cli_data.register(app)
cli_serve.register(app)
cli_outlook.register(app)
cli_backtest.register(app)
app.add_typer(cli_scenario.app, name="scenario")
app.add_typer(cli_alerts.app, name="alerts")
app.add_typer(cli_quarantine.app, name="quarantine")
app.add_typer(cli_mapping.app, name="mapping")
cli_keep.register(app)


def main() -> None:
    """Runs the command line. An error raised on purpose is one message on standard error and exit status 2."""
    try:
        app()
    except BelvedereError as error:
        typer.echo(f"belvedere: {error}", err=True)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
