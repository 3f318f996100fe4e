"""The guide to the command line, made from the help of the commands (`python -m belvedere.app.command_pages FILE`)."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

INTRODUCTION = """# Command line

Every command takes the workspace from `--workspace DIR` (short `-w`), else from the environment variable
`BELVEDERE_WORKSPACE`, else from `./workspace`. Results go to standard output, progress and errors to standard error.

Exit status: 0 done; 1 done, but something needs a person (rows set aside, a file unclaimed, cells still at fault);
2 not done, with one message that says why.

This page is made from the commands' own help; do not edit it.
"""


def command_guide() -> str:
    """The guide as Markdown."""
    from belvedere.app.cli import app

    root = typer.main.get_command(app)
    parts = [INTRODUCTION, *(_section(path, command) for path, command in _commands(root, "belvedere"))]
    return "\n".join(parts)


def _commands(group, path: str) -> Iterator[tuple[str, object]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:  # a group that does something by itself
                yield f"{path} {name}", command
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _section(path: str, command) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.is_eager]
    # A group would take what follows its name for one of its commands; its options stand in the table alone.
    more = ["[OPTIONS]"] if options and not hasattr(command, "commands") else []
    usage = " ".join([path, *(_argument(a) for a in arguments), *more])
    rows = [(_argument(a), a.help or "") for a in arguments] + [(_option(o), _option_help(o)) for o in options]
    table = ["| | |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in rows)] if rows else []
    return "\n".join([f"\n## {path}\n", inspect.cleandoc(command.help or ""), f"\n```text\n{usage}\n```\n", *table])


def _argument(parameter) -> str:
    name = parameter.metavar or parameter.name.upper()
    name = name.strip("[]")
    shown = f"{name} …" if parameter.nargs == -1 else name
    return shown if parameter.required else f"[{shown}]"


def _option(parameter) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.metavar or parameter.name.upper()}"


def _option_help(parameter) -> str:
    text = parameter.help or ""
    default = parameter.default
    if parameter.required:
        return f"{text} Required."
    told = default is not None and not callable(default) and default is not False and default != ()
    return f"{text} Default: `{default}`." if told else text


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(command_guide() + "\n", encoding="utf-8")
