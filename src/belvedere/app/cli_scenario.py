"""Commands on scenarios: what if, kept as data, run, compared, closed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.app.cli_common import (
    DEFAULT_WORKSPACE,
    AsOfOption,
    WorkspaceOption,
    need,
    now,
    out,
    percent,
    table,
    workspace_at,
)
from belvedere.app.cli_outlook import CountryOption, LimitOption, outlook

if TYPE_CHECKING:
    from belvedere.outlook.compare import Comparison
    from belvedere.outlook.overlays import Overlay
    from belvedere.outlook.scenarios import Scenario

app = typer.Typer(no_args_is_help=True, help="What if: scenarios, run and compared.", rich_markup_mode="markdown")

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="A scenario: `scenario list` names them.")]
PlaceOption = Annotated[str, typer.Option("--place", metavar="PLACE", help="Where, all below included; else everywhere.")]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, metavar="N", help="Of the draws; else from country and day.")]
SamplesOption = Annotated[int, typer.Option("--samples", min=100, metavar="N", help="Sampled futures.")]


@app.command()
def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="Its name: small letters, digits, hyphens.")],
    title: Annotated[str, typer.Option("--title", help="What it is, in a few words.")],
    author: Annotated[str, typer.Option("--author", metavar="NAME", help="Who asks.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    question: Annotated[str, typer.Option("--question", help="Why: the question it is to answer.")] = "",
    expires: Annotated[str | None, typer.Option("--expires", metavar="DAY", help="Last day it may run.")] = None,
) -> None:
    """Make a new, empty scenario.

    Example: `belvedere scenario new curfew --title "Curfew at 20 h" --author "A. Martin" --expires 2026-12-31`

    Changes: adds the scenario, as a draft.
    """
    from belvedere.outlook.scenarios import new_scenario

    last = _day(expires, "--expires")
    new_scenario(workspace_at(workspace), id, title=title, author=author, question=question, expires_on=last, now=now())
    out().print(f"Scenario {id} is made. Next: belvedere scenario set {id} transmission --multiply 0.8", soft_wrap=True)


@app.command("set")
def set_(
    id: IdArgument,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="transmission, admissions, hospital_stay, icu_stay, icu_share, beds, or the id of a figure of `outlook`.",
        ),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    multiply: Annotated[float | None, typer.Option("--multiply", metavar="FACTOR", help="Times this factor.")] = None,
    add: Annotated[float | None, typer.Option("--add", metavar="NUMBER", help="Plus: persons a day, beds.")] = None,
    to_value: Annotated[float | None, typer.Option("--value", metavar="NUMBER", help="Set to this number.")] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="ID", help="A measured effect on transmission, from `measure_effects`.")
    ] = None,
    level: Annotated[str, typer.Option("--level", metavar="LEVEL", help="Of beds: ward or icu.")] = "",
    place: Annotated[
        str, typer.Option("--place", metavar="PLACE", help="Where, all below included; default: everywhere.")
    ] = "",
    start: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day; default: from the start.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day; default: to the end.")] = None,
    note: Annotated[str, typer.Option("--note", help="Where the value comes from.")] = "",
) -> None:
    """Add an overlay, or replace the one on the same thing, place, days and operation.

    Example: `belvedere scenario set curfew transmission --multiply 0.8 --place FR-IDF --from 2026-11-25 --to 2026-12-15`

    Changes: one overlay of the scenario; results of earlier runs stay and are told to be of an earlier version.
    """
    from belvedere.outlook.overlays import ADD, MULTIPLY, SET, Overlay, from_measure, subject_of
    from belvedere.outlook.scenarios import set_overlay
    from belvedere.reference import tables as reference

    opened = workspace_at(workspace)
    where = {"place": place, "first_day": _day(start, "--from"), "last_day": _day(end, "--to")}
    values = {MULTIPLY: multiply, ADD: add, SET: to_value, "measure": measure}
    given = [(operation, value) for operation, value in values.items() if value is not None]
    need(len(given) == 1, "Give exactly one of --multiply, --add, --value and --measure.")
    operation, value = given[0]
    if measure is not None:
        need(name == "transmission", f"--measure {measure} is an effect on transmission, found {name}.")
        effects = reference.load("measure_effects", opened.path / "overrides")
        overlay = from_measure(measure, effects, note=note, **where)
    else:
        overlay = Overlay(subject_of(name), name, operation, value, level=level, note=note, **where)
    _print_scenario(set_overlay(opened, id, overlay, now=now()))


@app.command()
def unset(
    id: IdArgument,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Of the overlay: `scenario show` names them.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
) -> None:
    """Take an overlay out.

    Example: `belvedere scenario unset curfew 2`

    Changes: removes one overlay of the scenario; its number is not given again.
    """
    from belvedere.outlook.scenarios import remove_overlay

    _print_scenario(remove_overlay(workspace_at(workspace), id, number, now=now()))


@app.command()
def show(id: IdArgument, workspace: WorkspaceOption = DEFAULT_WORKSPACE) -> None:
    """Show a scenario and what it changes.

    Example: `belvedere scenario show curfew`

    Changes: nothing.
    """
    from belvedere.outlook.scenarios import scenario

    _print_scenario(scenario(workspace_at(workspace).snapshot(), id))


@app.command("list")
def list_scenarios(workspace: WorkspaceOption = DEFAULT_WORKSPACE) -> None:
    """List the scenarios, how far each is, and when it expires.

    Example: `belvedere scenario list`

    Changes: nothing.
    """
    from belvedere.outlook.scenarios import scenarios

    found = scenarios(workspace_at(workspace).snapshot()).values()
    rows = [(s.id, s.title, s.author, _state(s), s.expires_on, len(s.overlays)) for s in found]
    heads = ["scenario", "title", "author", "state", "expires", "overlays"]
    out().print(table(heads, rows, numbers=("overlays",)) if rows else "There is no scenario yet: belvedere scenario new")


@app.command()
def run(
    id: IdArgument,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    country: CountryOption = None,
    as_of: AsOfOption = None,
    seed: SeedOption = None,
    samples: SamplesOption = 500,
    limit: LimitOption = 20,
) -> None:
    """Run the outlook under a scenario.

    Example: `belvedere scenario run curfew --country FR`

    Changes: as `belvedere outlook --scenario ID`: adds the result as one commit a country; marks the scenario as kept. To
    compare it, run `belvedere outlook` too, on the same figures and with the same `--as-of`, `--seed` and `--samples`.
    """
    from belvedere.outlook.scenarios import DRAFT, KEPT, mark, scenario

    opened = workspace_at(workspace)
    before = scenario(opened.snapshot(), id).need_open(now().date())
    outlook(workspace, country, as_of, id, seed, samples, None, limit)
    if before.state == DRAFT:
        mark(opened, id, KEPT, now=now())


@app.command()
def compare(
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID", help="Scenarios, or `outlook` for none; the first is what the others differ from."),
    ],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    country: CountryOption = None,
    places: Annotated[int, typer.Option("--places", min=0, metavar="N", help="Places shown, those that differ most.")] = 5,
) -> None:
    """Compare scenarios on the same futures; one alone is compared with the outlook without a scenario.

    Example: `belvedere scenario compare curfew lockdown`

    Changes: nothing. Refuses runs that were not drawn with one seed, as of one moment and from the same figures. Exit status 1
    if a run is of an earlier version of its scenario.
    """
    from belvedere.outlook.compare import compare as side_by_side

    found = side_by_side(workspace_at(workspace).snapshot(), ids, country=country, places=places)
    _print_comparison(found)
    if found.notes:
        raise typer.Exit(1)


@app.command()
def expire(id: IdArgument, workspace: WorkspaceOption = DEFAULT_WORKSPACE) -> None:
    """Close a scenario.

    Example: `belvedere scenario expire curfew`

    Changes: the scenario neither runs nor changes any more; its results stay.
    """
    from belvedere.outlook.scenarios import expire as close

    close(workspace_at(workspace), id, now=now())
    out().print(f"Scenario {id} is closed; its results stay.")


# --- words ---


def _print_scenario(found: Scenario) -> None:
    console = out()
    last = f", until {found.expires_on}" if found.expires_on else ""
    console.print(f"{found.id}: {found.title} ({found.author}; {_state(found)}{last})", markup=False, soft_wrap=True)
    if found.question:
        console.print(found.question, markup=False, soft_wrap=True)
    heads = ["number", "what", "level", "operation", "value", "place", "from", "to", "note"]
    rows = [_overlay_row(overlay) for overlay in found.overlays]
    console.print(table(heads, rows, numbers=("number", "value")) if rows else "It changes nothing yet.")


def _overlay_row(overlay: Overlay) -> tuple:
    return (overlay.number, overlay.name, overlay.level, overlay.operation, f"{overlay.value:g}", overlay.place or "everywhere",
            overlay.first_day, overlay.last_day, overlay.note)  # fmt: skip


def _state(found: Scenario) -> str:
    from belvedere.outlook.scenarios import EXPIRED

    return EXPIRED if found.expired(now().date()) else found.state


def _print_comparison(found: Comparison) -> None:
    console = out()
    country, day, as_of, seed, _samples = found.runs[0].same
    console.print(f"{country}, the four weeks after {day}, as of {as_of or 'now'}, seed {seed}.", markup=False)
    console.print(
        f"Peak of the patients of the epidemic: median and 90 % interval of {found.samples} futures, the same under each.",
        soft_wrap=True,
    )
    heads = ["place", "level", "run", "peak", "90 %", "difference", "90 % ", "over beds within 28 days", "half of them by"]
    rows = [
        (
            row["place"], row["level"], row["run"], _count(row["peak"]), _range(row["peak_low"], row["peak_high"]),
            _count(row["difference"], "+"), _range(row["difference_low"], row["difference_high"], "+"),
            None if _missing(row["chance"]) else percent(row["chance"]),
            None if _missing(row["first_day"]) else row["first_day"],
        )
        for row in found.rows.to_dict("records")
    ]  # fmt: skip
    console.print(table(heads, rows, numbers=("peak", "difference", "over beds within 28 days")))
    for note in found.notes:
        console.print(note, markup=False, soft_wrap=True)


def _count(value: object, sign: str = "") -> str | None:
    return None if _missing(value) else f"{round(value) or 0:{sign if round(value) else ''},}"


def _range(low: object, high: object, sign: str = "") -> str | None:
    return None if _missing(low) else f"{_count(low, sign)} to {_count(high, sign)}"


def _missing(value: object) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _day(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        need(False, f"{option}: found {text!r}, expected a day as 2026-11-25.")
