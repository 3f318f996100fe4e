"""The contrast that the design language promises (section 7), computed again from the tokens of the report."""

from __future__ import annotations

import re
from importlib import resources

import pytest

CSS = (resources.files("belvedere.app") / "report" / "tokens.css").read_text(encoding="utf-8")
TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("page", "panel", "sunk")
PAIRS = [
    *(("ink", g, TEXT) for g in GROUNDS), *(("ink-2", g, TEXT) for g in GROUNDS), *(("ink-3", g, TEXT) for g in GROUNDS),
    *((s, g, TEXT) for s in ("critical", "watch", "good", "stale") for g in ("page", "panel", f"{s}-bg")),
    ("ink", "info-bg", TEXT), ("ink", "critical-bg", TEXT), ("ink", "watch-bg", TEXT), ("on-ink", "ink", TEXT),
    ("control", "panel", SHAPE), ("focus", "panel", SHAPE), ("focus", "page", SHAPE),
    ("ink-2", "panel", SHAPE), ("ink-3", "panel", SHAPE),
]  # fmt: skip


def themes() -> dict[str, dict[str, str]]:
    light, system, chosen = re.split(r"@media", CSS)
    blocks = {"light": light, "dark, as the system": system, "dark, chosen": chosen}
    return {name: dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block)) for name, block in blocks.items()}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_both_dark_themes_are_the_same_and_no_token_is_missing():
    found = themes()
    assert found["dark, as the system"] == found["dark, chosen"]
    assert found["light"].keys() == found["dark, chosen"].keys()


@pytest.mark.parametrize("theme", ["light", "dark, chosen"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_contrast(theme, front, ground, least):
    tokens = themes()[theme]
    assert contrast(tokens[front], tokens[ground]) >= least


def test_the_report_uses_only_tokens_for_colour():
    pages = (resources.files("belvedere.app") / "report" / "report.css").read_text(encoding="utf-8")
    outside_print = pages.split("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,6}\b", outside_print) == []
