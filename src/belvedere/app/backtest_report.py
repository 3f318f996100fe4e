"""The report on past forecasts: one HTML file that needs nothing from outside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from belvedere.app import backtest_charts as charts
from belvedere.app import formats
from belvedere.app.sentences_backtest import ReportWords, report_words
from belvedere.outlook.alarms import brier_table, not_yet_above, reliability
from belvedere.outlook.backtest import Backtest
from belvedere.outlook.phases import PHASES
from belvedere.outlook.summary import summary, with_weeks, worst_region
from belvedere.outlook.units import QUANTILES, STOCKS, TARGETS
from belvedere.reference.places import Places

AIMS = {50: (0.45, 0.60), 90: (0.85, 0.95)}
"""Shares of what came that the 50 % and 90 % intervals ought to hold."""
LEVELS = ("nation", "part", "region")
SERIES = tuple((t, p) for t in TARGETS for p in (("week", "day") if t.endswith("admissions") else ("day",)))
FANS = 6
DAYS_BEFORE = 42
FAILURES = 12


@dataclass(frozen=True)
class Report:
    """What the template shows. found: the backtest. now: when the report was made."""

    found: Backtest
    places: Places
    say: ReportWords
    now: dt.datetime

    # -- names ----------------------------------------------------------------------------------------------------------

    def target(self, target: str, period: str) -> str:
        return self.say(f"bt_target_{target}_{period}")

    def name(self, place: str) -> str:
        return self.places.name(place) if place in self.places else place

    @cached_property
    def level_names(self) -> dict[str, str]:
        """What the places of each level are called in this country."""
        first = self.units.drop_duplicates("level").set_index("level")["place"] if len(self.units) else pd.Series(dtype=object)
        kinds = {level: self.places.level(place) if place in self.places else "region" for level, place in first.items()}
        return {level: self.say(f"bt_place_{kind}") for level, kind in kinds.items()}

    def decimal(self, value: float, digits: int = 2) -> str:
        """A score with so many decimals."""
        return formats.number(self.say.lang, round(value, digits) + 0.0, digits)

    @property
    def country(self) -> str:
        return self.name(self.found.plan.country)

    # -- facts ----------------------------------------------------------------------------------------------------------

    @property
    def units(self) -> pd.DataFrame:
        return self.found.units

    @property
    def days(self) -> str:
        replayed = [d.date() for d in pd.to_datetime(self.found.replayed["date"])] if len(self.found.replayed) else []
        span = self.say.span(min(replayed), max(replayed)) if replayed else "–"
        return self.say("bt_days_of", len(replayed), span=span)

    @property
    def basis(self) -> str:
        return self.say("bt_basis_assumed" if self.found.assumed else "bt_basis_kept")

    @property
    def partial_sums(self) -> int:
        """Sums over regions (of one day and target) that had to leave some out."""
        if self.units.empty:
            return 0
        partial = self.units[self.units["members"] < 1]
        return len(partial.drop_duplicates(["date", "target", "place"]))

    # -- verdict --------------------------------------------------------------------------------------------------------

    @property
    def verdict(self) -> list[str]:
        """What a reader should take home, in at most three sentences."""
        if self.overall.empty:
            return [self.say("bt_none")]
        lead = self.overall[self.overall["level"] == "region"].iloc[0]
        return [*self._closer(lead), *self._sure(lead), *self._warned()]

    def _closer(self, lead: pd.Series) -> list[str]:
        ratio = lead["hub_ratio"]
        if not np.isfinite(ratio):
            return []
        words = {"target": self.target(lead["target"], lead["period"]), "places": self.level_names["region"]}
        return [self.say("bt_better" if ratio <= 1 else "bt_worse", share=self.say.percent(abs(1 - ratio)), **words)]

    def _sure(self, lead: pd.Series) -> list[str]:
        low, high = AIMS[90]
        held = lead["cover_90"]
        judged = "bt_narrow" if held < low else "bt_wide" if held > high else "bt_honest"
        return [self.say(judged, share=self.say.percent(held))]

    def _warned(self) -> list[str]:
        rows = self.alarm_table(all_places=True)
        rows = rows[np.isfinite(rows["now_skill"])] if len(rows) else rows
        if rows.empty:
            return []
        row = rows.sort_values(["care_level", "share", "days"], ascending=[True, False, False]).iloc[0]
        facts = {
            "days": int(row["days"]), "care": self.say(f"bt_care_{row['care_level']}").lower(),
            "level": self.say.percent(row["share"]),
        }  # fmt: skip
        if row["now_skill"] <= 0:
            return [self.say("bt_warned_badly", **facts)]
        return [self.say("bt_warned", share=self.say.percent(row["now_skill"]), **facts)]

    # -- tables ---------------------------------------------------------------------------------------------------------

    @cached_property
    def overall(self) -> pd.DataFrame:
        return self._ordered(summary(self.units, ["target", "period", "level"]))

    def _ordered(self, table: pd.DataFrame) -> pd.DataFrame:
        """Targets, then the whole country before its parts."""
        if table.empty:
            return table
        order = {pair: n for n, pair in enumerate(SERIES)}
        at = [order[pair] for pair in zip(table["target"], table["period"], strict=True)]
        levels = table["level"].map(LEVELS.index) if "level" in table else 0
        return table.assign(_at=at, _level=levels).sort_values(["_at", "_level"], kind="stable").drop(columns=["_at", "_level"])

    def groups(self, table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
        """The rows of a table by target, with its name."""
        return [(self.target(*pair), part) for pair, part in table.groupby(["target", "period"], sort=False)]

    @cached_property
    def by_phase(self) -> pd.DataFrame:
        judged = self.units[(self.units["phase"] != "") & (self.units["level"] == "region")] if len(self.units) else self.units
        weekly = judged[(judged["period"] == "week") | judged["target"].isin(STOCKS)] if len(judged) else judged
        table = summary(weekly, ["target", "period", "phase"])
        return self._ordered(table.sort_values("phase", key=lambda names: names.map(PHASES.index)) if len(table) else table)

    @cached_property
    def census(self) -> pd.DataFrame:
        exact = self.units[self.units["target"].isin(STOCKS) & self.units["horizon"].isin(self.found.plan.horizons)]
        return self._ordered(summary(exact, ["target", "period", "level", "horizon"]))

    def alarm_table(self, *, all_places: bool) -> pd.DataFrame:
        """Of regions: all of them, or those not above the level on the day."""
        alarms = self.found.alarms
        if alarms.empty:
            return alarms
        rows = alarms[alarms["level"] == "region"]
        return brier_table(rows if all_places else not_yet_above(rows), by=("care_level", "share", "days"))

    @cached_property
    def reliability(self) -> pd.DataFrame:
        alarms = self.found.alarms
        return reliability(alarms[alarms["level"] == "region"]) if len(alarms) else pd.DataFrame()

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Regions not ok by region, status and reason, the most frequent first."""
        regions = self.found.regions
        if regions.empty:
            return regions
        bad = regions[regions["status"] != "ok"]
        count = bad.groupby(["region", "status", "reason"]).size().rename("times").reset_index()
        return count.sort_values(["status", "times", "region"], ascending=[False, False, True])

    @cached_property
    def sources(self) -> pd.DataFrame:
        of = self.found.series
        return of.groupby(["indicator", "feed", "basis"])["known_at"].max().reset_index() if len(of) else of

    # -- charts ---------------------------------------------------------------------------------------------------------

    def _daily(self, by: str) -> list[tuple[str, pd.DataFrame]]:
        daily = with_weeks(self.units[self.units["period"] == "day"])
        return self.groups(self._ordered(summary(daily, ["target", "period", "level", by])))

    def coverage_charts(self) -> list[tuple[str, Markup]]:
        said = self.say("bt_by_horizon")
        return [
            (name, Markup(charts.coverage(part, AIMS, self.say.lang, f"{name}. {said}.", f"cover-{name}")))
            for name, part in self._daily("week")
        ]

    def ratio_charts(self) -> list[tuple[str, Markup]]:
        said = self.say("bt_ratio_by_horizon")
        return [
            (name, Markup(charts.ratios(part, "hub_ratio", self.say.lang, f"{name}. {said}.", f"ratio-{name}")))
            for name, part in self._daily("horizon")
        ]

    def reliability_chart(self) -> Markup:
        return Markup(charts.reliability(self.reliability, self.say.lang, self.say("bt_reliability"), "reliability"))

    def fan_rows(self) -> list[tuple[str, list[tuple[str, Markup]]]]:
        """Fans of the nation and of the region foretold worst, each with what it shows."""
        if self.overall.empty:
            return []
        rows = []
        for target in self._fan_targets():
            worst = worst_region(self.units, target, "day")
            names = {self.found.plan.country: self.country}
            if worst is not None:
                names[worst] = self.say("bt_worst", place=self.name(worst))
            for place, shown in names.items():
                if fans := self._fans(target, place):
                    rows.append((f"{self.target(target, 'day')} · {shown}", fans))
        return rows

    def _fan_targets(self) -> list[str]:
        there = set(self.units["target"])
        first = [t for t in TARGETS if t in there and t not in STOCKS][:1]
        return first + [t for t in ("hospital_census", "icu_census") if t in there][-1:]

    def _fans(self, target: str, place: str) -> list[tuple[str, Markup]]:
        rows = self.units[(self.units["target"] == target) & (self.units["period"] == "day") & (self.units["place"] == place)]
        days = sorted(rows["date"].unique())
        chosen = (
            [days[i] for i in sorted(set(np.linspace(0, len(days) - 1, min(FANS, len(days))).round().astype(int)))]
            if days
            else []
        )
        members = self.found.groups.get(place, [place])
        observed = self.found.came[target].sel(region=members).sum("region", skipna=False).to_series()
        last_days = self.found.dates.set_index("date")["last_day"]
        fans = []
        for day in chosen:
            of = rows[rows["date"] == day].set_index("target_date").sort_index()
            last = pd.Timestamp(last_days[day])
            around = observed[last - pd.Timedelta(days=DAYS_BEFORE) : of.index[-1]]
            fans.append((day, charts.Fan(last, around, of[list(QUANTILES)])))
        return [(self._day(day), self._fan(one, target, place, day)) for day, one in fans]

    def _day(self, day) -> str:
        return self.say("bt_fan_of", day=self.say.date(pd.Timestamp(day).date()))

    def _fan(self, one: charts.Fan, target: str, place: str, day) -> Markup:
        facts = {
            "target": self.target(target, "day"),
            "place": self.name(place),
            "day": self.say.date(pd.Timestamp(day).date()),
        }
        return Markup(charts.fan(one, self.say.lang, self.say("bt_fan_label", **facts), f"{target}-{place}-{day}"))


def report(found: Backtest, *, lang: str, now: dt.datetime, places: Places) -> str:
    """The page as text. Raises UnknownName for a language there is none for."""
    folder = resources.files("belvedere.app") / "report"
    style = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("tokens.css", "report.css"))
    templates = Environment(
        loader=PackageLoader("belvedere.app", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made = Report(found, places, report_words(lang), now)
    return templates.get_template("backtest.html").render(
        report=made, say=made.say, style=Markup(style), aims=AIMS, failures_shown=FAILURES
    )
