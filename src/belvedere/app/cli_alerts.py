"""Commands on alerts: alerts list, rules, set, test, check."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from belvedere.app.cli_common import DEFAULT_WORKSPACE, WorkspaceOption, need, now, out, percent, table, workspace_at
from belvedere.errors import DataError

if TYPE_CHECKING:
    from belvedere.app.alerting import Alerting
    from belvedere.desk.alert_rules import Rule

app = typer.Typer(no_args_is_help=True, help="Tell people before they look: what is open, the rules, the channels.")

BY = "command line"
LangOption = Annotated[str, typer.Option("--lang", help="Language: en or fr.")]


def _alerting(workspace: Path) -> Alerting:
    from belvedere.app.alerting import Alerting
    from belvedere.app.api.reading import Library
    from belvedere.trust.gate import Gate

    opened = workspace_at(workspace)
    return Alerting(Library(opened, Gate(opened, now), now))


@app.command("list")
def list_alerts(workspace: WorkspaceOption = DEFAULT_WORKSPACE, lang: LangOption = "en") -> None:
    """List the open alerts, the gravest first, and channels that do not work.

    Example: `belvedere alerts list`

    Changes: nothing. It shows the last look; `belvedere alerts check` looks anew.
    """
    from belvedere.app.api.alert_answers import failing
    from belvedere.app.sentences_words import plain
    from belvedere.desk import alert_book as book
    from belvedere.desk.alerts import gravity

    _need_language(lang)
    alerting = _alerting(workspace)
    voice, console = alerting.voice(), out()
    standing = sorted(book.open_alerts(alerting.workspace), key=gravity)
    heads = ["alert", "rule", "open since", "told", "acknowledged", "what"]
    rows = [
        (a.id, a.rule, f"{a.opened_at:%Y-%m-%d %H:%M}", "" if a.told_at is None else f"{a.told_at:%Y-%m-%d %H:%M}",
         a.acknowledged_reason, " ".join([plain(voice.sentence(lang, a)), *voice.basis(lang, a)]).replace("*", ""))
        for a in standing
    ]  # fmt: skip
    console.print(table(heads, rows, numbers=("alert",)) if rows else "No alert is open.")
    if any(a.facts.get("synthetic") for a in standing):
        console.print("SYNTHETIC DATA of the demonstration: nothing here has happened.")
    for channel in failing(alerting):
        console.print(f"Channel {channel} does not work: belvedere alerts test {channel}", markup=False, soft_wrap=True)


@app.command()
def rules(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    as_toml: Annotated[bool, typer.Option("--toml", help="As a file that `alerts set --file` takes.")] = False,
) -> None:
    """Show the rules: what they watch, from where on, and whom they tell.

    Example: `belvedere alerts rules`

    Changes: nothing.
    """
    alerting = _alerting(workspace)
    found = alerting.rules().values()
    if as_toml:
        typer.echo("\n".join(_toml(rule) for rule in found))
        return
    voice, today = alerting.voice(), now().date()
    heads = ["rule", "watches", "where", "opens at", "closes at", "least hours", "channels", "until", "state"]
    rows = [
        (r.id, voice.rule_title("en", r), voice.rule_scope("en", r), _value(r, r.threshold), _value(r, r.clear_at),
         f"{r.least_hours:g}", " ".join(r.channels), r.active_until,
         ("shipped" if r.shipped else "own") + ("" if r.holds(today) else ", not in use"))
        for r in found
    ]  # fmt: skip
    out().print(table(heads, rows, numbers=("opens at", "closes at", "least hours")))


@app.command("set")
def set_rule(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="The rule to change.")] = None,
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    threshold: Annotated[float | None, typer.Option("--threshold", help="Value from which an alert opens.")] = None,
    clear: Annotated[float | None, typer.Option("--clear", help="Value at which it closes; below the threshold.")] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="Least hours between two messages on a thing.")] = None,
    place: Annotated[str | None, typer.Option("--place", help="Everything inside it; 'all' for everywhere.")] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="Whom to tell; repeat it. 'none': the page alone.")
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="Language of its messages: en or fr.")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DAY", help="Last day.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who answers for it.")] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Whether it is in use.")] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Rules as a TOML file, instead.")] = None,
) -> None:
    """Change a rule, or write those of a file.

    Example: `belvedere alerts set beds-icu --threshold 0.4 --channel crisis-cell`

    Changes: adds one commit; what the rule said before stays in its history.
    """
    from belvedere.app.api.alert_answers import check_against
    from belvedere.desk.alert_rules import check_rule, save_rules

    need((rule is None) != (file is None), "Say which rule to change, or which --file to read; not both.")
    alerting = _alerting(workspace)
    if file is not None:
        wanted = read_rules(file)
    else:
        given = {"threshold": threshold, "clear_at": clear, "least_hours": hours, "language": lang, "owner": owner,
                 "active": active, "active_until": until and until.date()}  # fmt: skip
        changes = {name: value for name, value in given.items() if value is not None}
        if place is not None:
            changes["place"] = "" if place == "all" else place
        if channel:
            changes["channels"] = () if channel == ["none"] else tuple(channel)
        need(bool(changes), "Say what to change: belvedere alerts set --help lists it.")
        wanted = [check_rule(replace(alerting.rule(rule), shipped=False, **changes))]
    for one in wanted:
        check_against(alerting, one)
    sequence = save_rules(alerting.workspace, wanted, by=BY, now=now())
    out().print(f"Written: {', '.join(one.id for one in wanted)} (commit {sequence}).", markup=False)


@app.command()
def test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="A channel of belvedere.toml.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    lang: LangOption = "en",
) -> None:
    """Send a test message through a channel.

    Example: `belvedere alerts test crisis-cell`

    Changes: sends one message, and what else waits to be sent. Exit status 1 if it did not leave.
    """
    _need_language(lang)
    tried = _alerting(workspace).test(channel, lang)
    out().print(f"{tried.outcome}{': ' + tried.reason if tried.reason else ''}", markup=False, soft_wrap=True)
    if tried.outcome != "sent":
        raise typer.Exit(1)


@app.command()
def check(workspace: WorkspaceOption = DEFAULT_WORKSPACE) -> None:
    """Look now, and send what is to be told: for a timetable (cron) where no server runs.

    Example: `belvedere alerts check`

    Changes: opens and closes alerts; sends messages. Several at once do no harm: each message leaves once. Exit status 1 if
    a channel does not work.
    """
    from belvedere.app.api.alert_answers import failing

    alerting = _alerting(workspace)
    settled = alerting.check()
    console = out()
    console.print(
        f"{settled.raised} opened, {settled.cleared} closed, {settled.open} open; {len(settled.messages)} messages decided on."
    )
    broken = failing(alerting)
    for channel in broken:
        console.print(f"Channel {channel} does not work: belvedere alerts test {channel}", markup=False, soft_wrap=True)
    if broken:
        raise typer.Exit(1)


def read_rules(file: Path) -> list[Rule]:
    """The rules of a TOML file: one table [[rule]] each. Raises DataError."""
    from belvedere.desk.alert_rules import rule_of

    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{file}: found no TOML text ({error}), expected tables [[rule]]") from None
    found = declared.get("rule")
    if set(declared) != {"rule"} or not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise DataError(f"{file}: found {', '.join(declared) or 'nothing'}, expected tables [[rule]] and nothing else")
    made = [rule_of(one) for one in found]
    twice = {one.id for one in made if sum(other.id == one.id for other in made) > 1}
    if twice:
        raise DataError(f"{file}: found {', '.join(sorted(twice))} twice, expected each rule once")
    return made


def _toml(rule: Rule) -> str:
    import json

    lines = ["[[rule]]"]
    for name, value in rule.told().items():
        if value is None or value == "":
            continue
        # JSON writes texts, numbers, true and lists of texts as TOML does.
        lines.append(f"{name} = {value.isoformat() if name == 'active_until' else json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _value(rule: Rule, value: float) -> str:
    return percent(value) if rule.kind == "beds" else f"{value:g}"


def _need_language(lang: str) -> None:
    need(lang in ("en", "fr"), f"--lang: found {lang!r}, expected en or fr.")
