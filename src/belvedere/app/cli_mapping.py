"""Commands on mappings: list, show, check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.app.cli_common import DEFAULT_WORKSPACE, WorkspaceOption, need, out, table, workspace_at
from belvedere.errors import UnknownName

if TYPE_CHECKING:
    from belvedere.sources.mapping import Mapping

app = typer.Typer(no_args_is_help=True, help="The small texts that say how a source is read.", rich_markup_mode="markdown")
PROBLEMS_SHOWN = 20


def _mappings(workspace: Path) -> dict[str, Mapping]:
    """The shipped mappings, and the workspace's own if there is a workspace."""
    from belvedere.sources.ingest import workspace_mappings
    from belvedere.sources.mapping import shipped_mappings

    if (workspace / "belvedere.toml").exists():
        return workspace_mappings(workspace_at(workspace))
    return shipped_mappings()


@app.command("list")
def list_mappings(workspace: WorkspaceOption = DEFAULT_WORKSPACE) -> None:
    """List the feeds that can be read, and the file names each claims.

    Example: `belvedere mapping list`

    Changes: nothing.
    """
    rows = [(m.feed, m.table, m.title, ", ".join(m.files), m.licence) for _, m in sorted(_mappings(workspace).items())]
    out().print(table(["feed", "table", "title", "files", "licence"], rows))


@app.command()
def show(
    feed: Annotated[str, typer.Argument(metavar="ID", help="A feed: `mapping list` names them.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Show the text of a mapping, to learn from or to copy into the workspace's `mappings/`.

    Example: `belvedere mapping show fr-spf-hospital-flows`

    Changes: nothing.
    """
    mappings = _mappings(workspace)
    if feed not in mappings:
        raise UnknownName("feed", feed, mappings)
    typer.echo(mappings[feed].path.read_text(encoding="utf-8"), nl=False)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mapping text (.toml).")],
    data: Annotated[Path | None, typer.Argument(metavar="[DATA]", help="A source file to try it on.")] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Check a mapping against the ontology and, if given, try it on a file without loading anything.

    Example: `belvedere mapping check my-country.toml downloads/hospitals.csv`

    Changes: nothing. Exit status 1 if cells of the file would be set aside.
    """
    from belvedere.reference.places import Places
    from belvedere.sources.ingest import workspace_places
    from belvedere.sources.mapping import load_mapping

    need(file.is_file(), f"There is no file {file}.")
    known = workspace_places(workspace_at(workspace)) if (workspace / "belvedere.toml").exists() else Places.load()
    mapping = load_mapping(file, known)
    console = out()
    console.print(
        f"{file}: agrees with the ontology. Feed {mapping.feed!r}, table {mapping.table!r}.", markup=False, soft_wrap=True
    )
    if data is not None and not _try_on(mapping, data, known):
        raise typer.Exit(1)


def _try_on(mapping: Mapping, data: Path, places) -> bool:
    """Translates a file, keeps nothing, and says what would happen. Returns whether every cell would load."""
    from belvedere.sources.read_file import translate_file

    need(data.is_file(), f"There is no file {data}.")
    console = out()
    # Nothing is kept, so any key will do for pseudonyms.
    tried = translate_file(data, mapping, places, bytes(32))
    problems = [tried.refused] if tried.refused is not None else tried.problems
    if tried.refused is None:
        console.print(
            table(["count", "number"], [(k.replace("_", " "), f"{v:,}") for k, v in tried.counts.items()], numbers=("number",))
        )
        console.print(table(tried.rows.column_names[:12], [list(r.values())[:12] for r in tried.rows.slice(0, 5).to_pylist()]))
    for problem in problems[:PROBLEMS_SHOWN]:
        console.print(problem.sentence(), markup=False, soft_wrap=True)
    if len(problems) > PROBLEMS_SHOWN:
        console.print(f"… and {len(problems) - PROBLEMS_SHOWN:,} more")
    if not mapping.claims(data.name):
        console.print(f"A file named {data.name} is not claimed: files = {mapping.files}", markup=False, soft_wrap=True)
    return not problems
