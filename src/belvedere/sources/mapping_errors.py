"""Says what is wrong in a mapping text: the file, the line, the key, what was found, what was expected."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from belvedere.problems import shorten

Location = Sequence[str | int]


def line_of(text: str, location: Location) -> int | None:
    """Line (from 1) on which a key stands, or else the nearest thing around it; None if neither is found.

    location: the path of keys, as ("columns", "place", "scheme"), or ("values", 2, "indicator") for the third of a list.
    """
    if not location:
        return None
    lines = text.splitlines()
    top, *inner = location
    start = next((row for row, line in enumerate(lines) if re.match(rf"\s*(\[\[?\s*)?{re.escape(str(top))}\b", line)), None)
    if start is None:
        return None
    if inner and isinstance(inner[0], int):
        entries = [row for row, line in enumerate(lines) if row >= start and re.match(rf"\s*(\[\[\s*{top}\s*\]\]|\{{)", line)]
        if inner[0] >= len(entries):
            return start + 1
        start, inner = entries[inner[0]], inner[1:]
    for key in inner[:1]:
        for row in range(start + 1, len(lines)):
            if re.match(r"\s*\[", lines[row]) and not re.match(rf"\s*\[\s*{re.escape(str(top))}\.", lines[row]):
                break
            if re.match(rf"\s*(\[\s*{re.escape(str(top))}\.)?\"?{re.escape(str(key))}\"?\s*[=.\]]", lines[row]):
                return row + 1
    return start + 1


def at(path: Path, text: str, location: Location) -> str:
    """ "file.toml, line 12, columns.place.scheme"."""
    line = line_of(text, location)
    keys = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return ", ".join(part for part in (str(path), f"line {line}" if line else "", keys) if part)


def near(name: object, known: Sequence[str]) -> str:
    """ "Did you mean …?" or the list of what there is."""
    close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {', '.join(close)}?"
    return f"There is: {', '.join(sorted(known)[:30])}{' …' if len(known) > 30 else ''}."


def sentence_of(error: dict, text: str, path: Path, model: type[BaseModel]) -> str:
    """One error of validation as a sentence for whoever wrote the text."""
    location = tuple(part for part in error["loc"] if part not in ("str", "list[str]", "bool", "int", "float"))
    where = at(path, text, location)
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key. {near(location[-1], _keys_of(model, location[:-1]))}"
    if error["type"] == "missing":
        return f"{where}: this key is missing."
    message = error["msg"].removeprefix("Value error, ")
    found = shorten(error["input"]) if not isinstance(error["input"], dict) else "these keys"
    return f"{where}: found {found}; expected: {message[:1].lower()}{message[1:]}."


def _keys_of(model: type[BaseModel], location: Location) -> list[str]:
    """Names of the keys allowed at a place of the model."""
    for part in location:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        inner = _model_in(model.model_fields[part].annotation)
        if inner is None:
            break
        model = inner
    return [field.alias or name for name, field in model.model_fields.items() if name != "path"]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((m for part in typing.get_args(annotation) if (m := _model_in(part)) is not None), None)
