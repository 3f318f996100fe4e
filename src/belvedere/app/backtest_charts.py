"""Charts of the report on past forecasts, as SVG that takes its colours and type from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from belvedere.app import formats

# Matplotlib writes literal colours: each stands for a token of the page and becomes one afterwards, so that dark works too.
TOKENS: Mapping[str, str] = {
    "ink": "#010101", "ink-2": "#020202", "ink-3": "#030303", "rule": "#040404", "rule-strong": "#050505",
    "proj": "#060606", "good-bg": "#070707", "panel": "#080808",
    "cat-0": "#0a0a0a", "cat-1": "#0b0b0b", "cat-2": "#0c0c0c",
}  # fmt: skip
DASHES = {"region": (0, ()), "part": (0, (7, 3)), "nation": (0, (2, 2))}
HUES = {"region": "cat-0", "part": "cat-1", "nation": "cat-2"}
STYLE = {
    "svg.fonttype": "none", "font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "axes.edgecolor": TOKENS["rule-strong"], "xtick.color": TOKENS["ink-3"], "ytick.color": TOKENS["ink-3"],
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": TOKENS["rule"], "axes.axisbelow": True,
    "text.color": TOKENS["ink-2"],
    "xtick.major.size": 3, "ytick.major.size": 0, "lines.solid_capstyle": "butt",
    "figure.subplot.left": 0.115, "figure.subplot.right": 0.97, "figure.subplot.top": 0.95, "figure.subplot.bottom": 0.12,
}  # fmt: skip
POINTS_AN_INCH, WEEK = 72, 7
BAND_90, BAND_50 = 0.15, 0.34
WIDE, HIGH = 352, 190


def svg(figure: Figure, label: str, salt: str) -> str:
    """The figure as an SVG element for a page: same input, same text. label: said instead of the picture."""
    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(
        r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', rf'<svg viewBox="\1" role="img" aria-label="{_attribute(label)}">', text, count=1
    )
    text = re.sub(r"font-family: [^;\"]*", "font-family: var(--font)", text)
    for name, colour in TOKENS.items():
        text = text.replace(colour, f"var(--{name})")
    return text


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _axes(wide: int = WIDE, high: int = HIGH) -> tuple[Figure, Axes]:
    with rc_context(STYLE):
        figure = Figure(figsize=(wide / POINTS_AN_INCH, high / POINTS_AN_INCH), dpi=POINTS_AN_INCH)
        return figure, figure.add_subplot()


def coverage(curves: pd.DataFrame, aims: Mapping[int, tuple[float, float]], lang: str, label: str, salt: str) -> str:
    """Share inside the 50 % and 90 % interval by week ahead. curves: columns level, week, cover_50, cover_90."""
    with rc_context(STYLE):
        figure, axes = _axes()
        for low, high in aims.values():
            axes.axhspan(low, high, color=TOKENS["good-bg"], linewidth=0)
        for level, part in curves.groupby("level", sort=False):
            for name in aims:
                style = {"color": TOKENS[HUES[level]], "linestyle": DASHES[level], "marker": "o", "markersize": 4}
                axes.plot(WEEK * part["week"] - 3, part[f"cover_{name}"], linewidth=1.6, **style)
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _at: formats.percent(lang, share)))
        _days_axis(axes, (1, WEEK * int(curves["week"].max())))
    return svg(figure, label, salt)


def ratios(curves: pd.DataFrame, column: str, lang: str, label: str, salt: str) -> str:
    """Error over a peer's by days ahead, a line at 1. curves: columns level, horizon and the ratio."""
    with rc_context(STYLE):
        figure, axes = _axes()
        axes.axhline(1, color=TOKENS["ink"], linewidth=1, alpha=0.55)
        for level, part in curves.groupby("level", sort=False):
            axes.plot(part["horizon"], part[column], color=TOKENS[HUES[level]], linestyle=DASHES[level], linewidth=1.6)
        top = max(1.25, 1.1 * np.nanmax([1.0, *curves[column]]))
        axes.set_ylim(0, top)
        axes.yaxis.set_major_locator(MultipleLocator(0.25 if top < 1.8 else 0.5 if top < 3 else 1))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _at: formats.number(lang, round(float(v), 2))))
        _days_axis(axes, curves["horizon"])
    return svg(figure, label, salt)


def _days_axis(axes: Axes, horizons: Sequence[int]) -> None:
    last = int(max(horizons))
    axes.set_xlim(min(horizons) - 0.5, last + 0.5)
    axes.set_xticks([1, *range(7, last + 1, 7)])


def reliability(table: pd.DataFrame, lang: str, label: str, salt: str) -> str:
    """Chances told against the share that came true; the area of a dot grows with the number of warnings."""
    with rc_context(STYLE):
        figure, axes = _axes(300, 270)
        axes.plot([0, 1], [0, 1], color=TOKENS["ink"], linewidth=1, alpha=0.55)
        known = table[table["units"] > 0]
        size = 20 + 380 * known["units"] / max(known["units"].max(), 1)
        axes.plot(known["chance"], known["frequency"], color=TOKENS["proj"], linewidth=1, alpha=0.6)
        axes.scatter(known["chance"], known["frequency"], s=size, color=TOKENS["proj"], alpha=0.8, linewidths=0, zorder=3)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda share, _at: formats.percent(lang, share)))
        axes.set(xlim=(-0.06, 1.06), ylim=(-0.06, 1.06), xticks=[0, 0.25, 0.5, 0.75, 1], yticks=[0, 0.25, 0.5, 0.75, 1])
    return svg(figure, label, salt)


@dataclass(frozen=True)
class Fan:
    """One forecast of one place. observed: by day, before and after. quantiles: columns q05 … q95 by day."""

    last_day: pd.Timestamp
    observed: pd.Series
    quantiles: pd.DataFrame


def fan(one: Fan, lang: str, label: str, salt: str) -> str:
    """Known before in ink, foretold in blue with bands, what came as dots, on a scale of its own from 0."""
    with rc_context(STYLE):
        figure, axes = _axes(WIDE, 176)
        days, told = one.quantiles.index, one.quantiles
        before, after = one.observed[one.observed.index <= one.last_day], one.observed[one.observed.index > one.last_day]
        axes.fill_between(days, told["q05"], told["q95"], color=TOKENS["proj"], alpha=BAND_90, linewidth=0)
        axes.fill_between(days, told["q25"], told["q75"], color=TOKENS["proj"], alpha=BAND_50, linewidth=0)
        axes.plot(days, told["q50"], color=TOKENS["proj"], linewidth=2, linestyle=(0, (2.5, 1.5)))
        axes.plot(before.index, before, color=TOKENS["ink"], linewidth=2)
        axes.plot(after.index, after, color=TOKENS["ink"], linewidth=0, marker="o", markersize=2.6, markeredgewidth=0)
        axes.axvline(one.last_day + pd.Timedelta(hours=12), color=TOKENS["ink"], linewidth=1, alpha=0.55)
        axes.set_ylim(0, 1.06 * max(one.observed.max(), told["q95"].max(), 1))
        axes.set_xlim(one.observed.index[0], days[-1] + pd.Timedelta(days=1))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _at: formats.number(lang, round(float(v)))))
        axes.set_xticks([one.last_day + pd.Timedelta(days=n) for n in (-28, -14, 0, 14, 28)])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _at: formats.date(lang, mdates.num2date(v).date(), year=False)))
    return svg(figure, label, salt)
