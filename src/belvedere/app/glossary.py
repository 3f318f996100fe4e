"""The words of the house: one term for one thing, in both languages, with what it means."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Term:
    """One term. fr, en: as a sentence writes it. pages: where it is shown. used: texts of the word books, `book.key`, that must
    say it. never_fr, never_en: other words for the same thing, which no text may use."""

    id: str
    fr: str
    en: str
    definition_fr: str
    definition_en: str
    pages: tuple[str, ...]
    used: tuple[str, ...] = ()
    never_fr: tuple[str, ...] = ()
    never_en: tuple[str, ...] = ()


@cache
def glossary() -> tuple[Term, ...]:
    """Every term, as `glossary.toml` has them."""
    told = tomllib.loads(resources.files("belvedere.app").joinpath("glossary.toml").read_text(encoding="utf-8"))
    return tuple(Term(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in told["term"])
