"""Writes the guide for epidemiologists from its notebook (py:percent), so that text and code have one source.

python scripts/build_notebook.py docs/notebooks/epidemiologist.py docs/guides/notebook.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?[^\n]*\n", flags=re.MULTILINE)


def cells(text: str) -> list[tuple[str, str]]:
    """The cells of a py:percent script: ("markdown" or "code", its text)."""
    starts = list(CELL.finditer(text))
    ends = [*(start.start() for start in starts[1:]), len(text)]
    return [
        ("markdown" if start["kind"] else "code", text[start.end() : end].strip("\n"))
        for start, end in zip(starts, ends, strict=True)
    ]


def page(text: str) -> str:
    """The same as Markdown: code in fences."""
    parts = [
        re.sub(r"^# ?", "", body, flags=re.MULTILINE) if kind == "markdown" else f"```python\n{body}\n```"
        for kind, body in cells(text)
    ]
    return "\n\n".join(parts) + "\n"


def main(source: str, target: str) -> None:
    """Reads the notebook, writes the page."""
    Path(target).write_text(page(Path(source).read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
