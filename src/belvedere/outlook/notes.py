"""What a run says of itself, as codes with values: who shows it puts it into words, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Value = str | int | float | None | list[float] | list[dict[str, str | float]]

WORDS = "words"
"""Code of a remark that an older run kept as a sentence; its only value is `text`."""


@dataclass(frozen=True)
class Note:
    """One remark. code: which; values: what it tells, plain enough for JSON: days in ISO, shares as 0..1."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """As it stands in the parameters of a commit."""
        return {"code": self.code, "values": dict(self.values)}


def notes_of(kept: Iterable[str | Mapping]) -> tuple[Note, ...]:
    """Notes from the parameters of a commit; sentences of runs older than the codes stay the sentences they are."""
    return tuple(Note(WORDS, {"text": n}) if isinstance(n, str) else Note(n["code"], dict(n["values"])) for n in kept)
