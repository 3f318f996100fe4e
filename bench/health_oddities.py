"""The health rules run over the real data of a data folder: what they report, and whether the data's own notes explain it.

python bench/health_oddities.py DATA_FOLDER
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

from belvedere.health import (
    RULES,
    Evidence,
    Thresholds,
    build_panels,
    check,
    compare_versions,
    revision_findings,
    sentence,
)
from belvedere.ontology.indicators import INDICATORS
from belvedere.reference.tables import load

COLUMNS = ["feed", "place", "date", "indicator", "condition", "age_group", "sex", "period", "value", "status"]

# feed -> (file, place column, prefix of the place id, source column -> indicator)
FRANCE = {
    "fr-spf-hospital-flows": (
        "france/hospital_flows_dep_day",
        "dep_code",
        {
            "new_hosp": "hospital_admissions",
            "new_icu": "icu_admissions",
            "new_deaths_hosp": "hospital_deaths",
            "new_discharges": "hospital_discharges",
        },
    ),
    "fr-spf-hospital-stocks": (
        "france/hospital_stocks_dep_day",
        "dep_code",
        {
            "hosp": "hospital_census",
            "icu": "icu_census",
            "discharges_cum": "hospital_discharges_cumulative",
            "deaths_hosp_cum": "hospital_deaths_cumulative",
        },
    ),
    "fr-spf-emergency": (
        "france/emergency_visits_dep_day",
        "dep_code",
        {"er_visits_covid": "er_visits", "er_admissions_covid": "er_admissions", "sos_acts_covid": "sos_medecins_acts"},
    ),
    "fr-spf-emergency-total": (
        "france/emergency_visits_dep_day",
        "dep_code",
        {"er_visits_total": "er_visits", "sos_acts_total": "sos_medecins_acts"},
    ),
    "fr-spf-pcr-tests": ("france/pcr_tests_dep_day", "dep_code", {"tests": "tests", "cases": "cases"}),
    "fr-spf-vaccination": (
        "france/vaccination_dep_day",
        "dep_code",
        {
            "dose1": "vaccinations_first_dose",
            "complete": "vaccinations_complete",
            "booster": "vaccinations_booster",
            "dose1_cum": "vaccinations_first_dose_cumulative",
            "complete_cum": "vaccinations_complete_cumulative",
            "booster_cum": "vaccinations_booster_cumulative",
        },
    ),
    "fr-spf-facilities": (
        "france/reporting_facilities_dep_day",
        "dep_code",
        {"facilities_reporting_cum": "facilities_reporting_cumulative"},
    ),
    "fr-spf-national": (
        "france/national_indicators_day",
        "FR",
        {
            "hosp": "hospital_census",
            "icu": "icu_census",
            "new_hosp": "hospital_admissions",
            "new_icu": "icu_admissions",
            "new_discharges": "hospital_discharges",
            "new_deaths_hosp": "hospital_deaths",
            "discharges_cum": "hospital_discharges_cumulative",
            "deaths_hosp_cum": "hospital_deaths_cumulative",
            "positives": "cases",
            "cases_confirmed_new": "cases_announced",
            "deaths_care_homes_cum": "deaths_care_homes_cumulative",
            "deaths_total_cum": "deaths_cumulative",
            "cases_care_homes_cum": "cases_care_homes_cumulative",
        },
    ),
}
ITALY = {
    "it-dpc-regions": (
        "italy/hospital_region_day",
        "nuts2",
        {
            "ward": "ward_census",
            "icu": "icu_census",
            "hosp": "hospital_census",
            "new_icu": "icu_admissions",
            "home_isolation": "home_isolation_census",
            "active": "active_cases",
            "new_cases": "cases",
            "cases_cum": "cases_cumulative",
            "deaths_cum": "deaths_cumulative",
            "recovered_cum": "recovered_cumulative",
            "tests_cum": "tests_cumulative",
        },
    ),
    "it-dpc-provinces": ("italy/cases_province_day", "province", {"cases_cum": "cases_cumulative"}),
}
GERMANY = {
    "de-rki-icu": (
        "germany/icu_state_day",
        "state_iso",
        {
            "icu_covid": "icu_census",
            "icu_covid_first_admissions": "icu_admissions",
            "reporting_units": "icu_units_reporting",
            "units_regular": "icu_units_regular",
            "units_partly_limited": "icu_units_partly_limited",
            "units_limited": "icu_units_limited",
            "units_no_statement": "icu_units_no_statement",
            "limited_by_staff": "icu_units_limited_by_staff",
            "limited_by_ventilators": "icu_units_limited_by_ventilators",
            "limited_by_material": "icu_units_limited_by_material",
            "limited_by_space": "icu_units_limited_by_space",
        },
    ),
    "de-rki-hospitalisation": (
        "germany/hospitalisation_7d_rki_nowcast",
        "location",
        {"hosp_7d_updated": "hospitalised_cases"},
    ),
}
SLOVENIA = {
    "si-sledilnik-patients": (
        "slovenia/patients_facility_day",
        "facility",
        {
            "in_hospital": "hospital_census",
            "in_hospital_in": "hospital_admissions",
            "in_hospital_out": "hospital_discharges",
            "deceased": "hospital_deaths",
            "in_hospital_todate": "hospital_admissions_cumulative",
            "deceased_todate": "hospital_deaths_cumulative",
            "icu": "icu_census",
            "icu_in": "icu_admissions",
            "icu_out": "icu_exits",
            "icu_todate": "icu_admissions_cumulative",
            "critical": "ventilated_census",
        },
    ),
    "si-sledilnik-icu": (
        "slovenia/icu_national_day",
        "SI",
        {
            "state_icu": "icu_census",
            "state_icu_in": "icu_admissions",
            "state_icu_out": "icu_exits",
            "state_critical": "ventilated_census",
        },
    ),
}
# the producer's first report of the same figures: an earlier version, read by itself
GERMANY_FIRST = {
    "de-rki-hospitalisation-first": (
        "germany/hospitalisation_7d_rki_nowcast",
        "location",
        {"hosp_7d_first_report": "hospitalised_cases"},
    ),
}
FEEDS = FRANCE | ITALY | GERMANY | GERMANY_FIRST | SLOVENIA
PERIODS = {"de-rki-hospitalisation": "7d", "de-rki-hospitalisation-first": "7d"}
CONDITIONS = {"fr-spf-emergency-total": "all"}
PREFIX = {"it-dpc-provinces": "IT-", "fr": "FR-", "it": "", "de": "", "si": "SI-"}
SLOVENIA_LEVELS = {"bed": "ward", "icu": "icu", "vent": "ventilated", "care": "other"}
SLOVENIA_RESOURCES = {"total": "beds_total", "total_max": "beds_max", "occupied": "beds_occupied", "free": "beds_free"}
SETTLE_DAYS = {"fr-spf-pcr-tests": 3}
END_OF_CHECK = dt.date(2026, 9, 1)
OUTSIDE_FRANCE = ("FR-975", "FR-977", "FR-978")


def long_rows(data_folder: Path, feed: str) -> pd.DataFrame:
    """One feed of the tidy files as rows of the `indicators` table; a number that is not there gives no row."""
    file, place, columns = FEEDS[feed]
    table = pd.read_parquet(data_folder / f"{file}.parquet")
    code = table[place].where(table[place] != "") if place in table.columns else pd.Series(place, index=table.index)
    prefix = PREFIX.get(feed, PREFIX[feed[:2]]) if place in table.columns else ""
    wide = table.assign(place=prefix + code.astype(object), date=pd.to_datetime(table["date"]))
    rows = wide.melt(id_vars=["place", "date"], value_vars=list(columns), var_name="column", value_name="value")
    rows = rows[rows["value"].notna()]
    return rows.assign(
        feed=feed,
        indicator=rows["column"].map(columns),
        condition=CONDITIONS.get(feed, "covid19"),
        age_group="all",
        sex="all",
        period=PERIODS.get(feed, "day"),
        value=rows["value"].astype(float),
        status="reported",
    )[COLUMNS].reset_index(drop=True)


def slovenian_beds(data_folder: Path) -> pd.DataFrame:
    """The Slovenian hospitals' beds as rows of the `capacity` table."""
    table = pd.read_parquet(data_folder / "slovenia/hospital_capacity_facility_day.parquet")
    parts = []
    for level, level_name in SLOVENIA_LEVELS.items():
        for resource, name in SLOVENIA_RESOURCES.items():
            value = table[f"{level}_{resource}"].astype(float)
            parts.append(
                pd.DataFrame(
                    {
                        "feed": "si-sledilnik-hospitals",
                        "place": "SI-" + table["facility"].astype(object),
                        "date": pd.to_datetime(table["date"]),
                        "level": level_name,
                        "resource": name,
                        "age_group": "all",
                        "value": value,
                        "status": "reported",
                    }
                )[value.notna().to_numpy()]
            )
    return pd.concat(parts, ignore_index=True)


def holidays_of(countries: tuple[str, ...] = ("FR", "IT", "DE", "SI")) -> dict[str, list[dt.date]]:
    """National public holidays 2020 to 2026."""
    return {c: sorted(holidays.country_holidays(c, years=range(2020, 2027))) for c in countries}


def thresholds(overrides: Path | None = None) -> Thresholds:
    """The rules' numbers as shipped, or with a workspace's own."""
    return Thresholds.from_reference(load("feed_rules", overrides).numbers())


def findings(data_folder: Path, limits: Thresholds) -> pd.DataFrame:
    """Every rule over every country's feeds."""
    beds = slovenian_beds(data_folder)
    rest_days = holidays_of()
    out = []
    for feeds in (FRANCE, ITALY, GERMANY, GERMANY_FIRST, SLOVENIA):
        rows = pd.concat([long_rows(data_folder, feed) for feed in feeds], ignore_index=True)
        evidence = Evidence(
            panels=build_panels(rows),
            definitions=INDICATORS,
            thresholds=limits,
            today=END_OF_CHECK,
            rows=rows,
            capacity=beds if feeds is SLOVENIA else None,
            parents=parents(rows),
            rest_days=rest_days,
            settle_days=SETTLE_DAYS,
        )
        out.append(check(evidence))
    hub = Evidence(panels={}, definitions=INDICATORS, thresholds=limits, today=END_OF_CHECK, versions=hub_versions(data_folder))
    out += [check(hub), german_revisions(data_folder, limits)]
    return pd.concat(out, ignore_index=True)


def parents(rows: pd.DataFrame) -> dict[str, str]:
    """The 101 départements with a figure are parts of France; no other total is published beside its parts."""
    places = pd.unique(rows["place"].dropna())
    return {p: "FR" for p in places if str(p).startswith("FR-") and str(p) not in OUTSIDE_FRANCE}


def hub_versions(data_folder: Path) -> dict[str, np.ndarray]:
    """Dates of the versions of the German nowcast hub's truth."""
    vintages = pd.read_parquet(data_folder / "hubs/de_nowcast_truth_vintages.parquet", columns=["as_of"])
    return {"de-hub-hospitalisation": pd.to_datetime(vintages["as_of"]).to_numpy()}


def german_revisions(data_folder: Path, limits: Thresholds) -> pd.DataFrame:
    """What the producer changed between its first report of a seven-day count and today's figure."""
    first = long_rows(data_folder, "de-rki-hospitalisation-first").assign(feed="de-rki-hospitalisation")
    return revision_findings(compare_versions(first, long_rows(data_folder, "de-rki-hospitalisation")), limits)


# what the data folder's notes say of its oddities -> how the findings must show it
KNOWN: dict[str, tuple[Callable[[pd.DataFrame], pd.Series], int]] = {
    "France: no stocks on 2020-06-27 to 29": (lambda f: _of(f, "missing_dates", "fr-spf-hospital-stocks"), 3),
    "France: a row without a place, four figures": (lambda f: _of(f, "unknown_code", "fr-spf-hospital-stocks"), 4),
    "Italy: negative new cases": (lambda f: _of(f, "negative_count", "it-dpc-regions", "cases"), 14),
    "Italy: negative ICU admissions": (lambda f: _of(f, "negative_count", "it-dpc-regions", "icu_admissions"), 5),
    "Italy: falling running totals, regions": (lambda f: _of(f, "falling_cumulative", "it-dpc-regions"), 368),
    "Italy: falling running totals, provinces": (lambda f: _of(f, "falling_cumulative", "it-dpc-provinces"), 2447),
    "Italy: ICU admissions from 2020-12-03": (lambda f: _of(f, "starts_late", "it-dpc-regions", "icu_admissions"), 283),
    "France: falling running totals": (lambda f: _of(f, "falling_cumulative", "fr-spf-hospital-stocks"), 431),
    "France: zeros of SOS Medecins, 55 departements": (
        lambda f: _of(f, "zero_throughout", "fr-spf-emergency-total", "sos_medecins_acts").clip(upper=1),
        55,
    ),
    "France: last days of PCR tests": (lambda f: _of(f, "recent_incomplete", "fr-spf-pcr-tests", "tests"), 3),
    "Slovenia: beds occupied above total": (
        lambda f: _of(f, "occupied_above_total", "si-sledilnik-hospitals", "ward/beds_occupied"),
        1148,
    ),
    "Slovenia: negative free beds": (lambda f: _of(f, "negative_free", "si-sledilnik-hospitals", "ward/beds_free"), 1182),
    "Germany: staff limitation from 2020-04-04": (
        lambda f: _of(f, "starts_late", "de-rki-icu", "icu_units_limited_by_staff"),
        15,
    ),
    "Germany: updated seven-day counts of zero, 2023-01-02 to 07": (
        lambda f: _of(f, "sudden_zero", "de-rki-hospitalisation"),
        102,
    ),
    "Hub: no versions of 2022-01-25 and 26": (
        lambda f: _of(f[f["first_date"].astype(str) == "2022-01-25"], "missing_dates", "de-hub-hospitalisation"),
        2,
    ),
}

# (rule, start of the feed's name) -> why such findings are right, judged on the figures around samples of them
EXPLAINED: dict[tuple[str, str], str] = {
    ("missing_dates", ""): "the dates are not in the file",
    ("starts_late", ""): "the producer added the column later",
    ("ends_early", ""): "the producer ended the column",
    ("stopped_reporting", "si-"): "blank from then on: the hospital no longer treats these patients, or no longer reports",
    ("zero_throughout", "fr-spf-emergency"): "no SOS Medecins there, or no emergency department in the network",
    ("zero_throughout", "fr-spf-hospital-flows"): "Saint-Martin: patients are counted in Guadeloupe",
    ("unknown_code", "fr-"): "the row's département is blank",
    ("negative_count", ""): "corrections by the producer",
    ("falling_cumulative", ""): "corrections by the producer",
    ("cumulative_against_flow", ""): "late reports enter one of the two only",
    ("stock_flow_day", "fr-"): "the census jumps on that day and the flows do not",
    ("stock_flow_drift", ""): "exits that no flow counts",
    ("part_above_whole", ""): "two columns of different hours",
    ("sum_of_parts", "it-"): "the producer's columns disagree by a few persons",
    ("sum_of_parts", "fr-spf-national"): "the national file is two years younger and counts antigen tests; one death was moved",
    ("decimal_slip", ""): "ten times or a tenth of its neighbours, bulk entries among them",
    ("jump", ""): "bulk entries and lost days, visible beside their neighbours",
    ("sudden_zero", ""): "zeros between figures in the tens to thousands",
    ("step", ""): "the census is corrected overnight",
    ("flat", ""): "the figure was not brought up to date",
    ("weekday_change", "fr-spf-vaccination"): "centres that open on Sundays",
    ("weekday_change", "it-"): "regions that begin to report on Mondays",
    (
        "weekday_change",
        "fr-spf-hospital-flows",
    ): "weekends on which a département no longer declares",
    ("recent_incomplete", "fr-spf-pcr-tests"): "the producer says so",
    ("occupied_above_total", "si-"): "overflow, or totals brought up to date late",
    ("negative_free", "si-"): "overflow, or totals brought up to date late",
    ("changed", "de-rki-hospitalisation"): "late reports",
}


def _of(found: pd.DataFrame, rule: str, feed: str, indicator: str | None = None) -> pd.Series:
    keep = (found["rule"] == rule) & (found["feed"] == feed)
    return found.loc[keep if indicator is None else keep & (found["indicator"] == indicator), "n"]


def known_oddities(found: pd.DataFrame) -> pd.DataFrame:
    """Each oddity of the data's notes. Columns: oddity, expected (cells), reported."""
    rows = [(name, expected, int(count(found).sum())) for name, (count, expected) in KNOWN.items()]
    return pd.DataFrame(rows, columns=["oddity", "expected", "reported"])


def summarise(found: pd.DataFrame) -> pd.DataFrame:
    """Columns: feed, rule, count (findings), cells, explained (why such findings are right; empty: not judged so)."""
    out = found.groupby(["feed", "rule"], as_index=False).agg(count=("n", "size"), cells=("n", "sum"))
    return out.assign(explained=[_reason(r.rule, r.feed) for r in out.itertuples()])


def _reason(rule: str, feed: str) -> str:
    return next((why for (r, start), why in EXPLAINED.items() if r == rule and feed.startswith(start)), "")


def oddities(data_folder: Path) -> pd.DataFrame:
    """The whole check with the numbers as shipped: DataFrame(feed, rule, count, cells, explained)."""
    return summarise(findings(data_folder, thresholds()))


def main(data_folder: Path, overrides: Path | None = None) -> None:
    """Print what was found."""
    found = findings(data_folder, thresholds(overrides))
    write = sys.stdout.write
    write(summarise(found).to_string(index=False) + "\n\n")
    write(known_oddities(found).to_string(index=False) + "\n\n")
    for row in found.sample(min(30, len(found)), random_state=0).to_dict("records"):
        words = sentence(pd.Series(row)) if row["rule"] in RULES else f"{row['feed']}: {row['n']:,} figures {row['rule']}"
        write(f"[{row['severity']}] {words}\n")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
