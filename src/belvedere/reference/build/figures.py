"""Chooses the reference figures that Belvedere ships, from the collected ones. Run by hand:

    python -m belvedere.reference.build.figures COLLECTED

COLLECTED: folder of the collected tables. Taken: rows that were read (not remembered), carry a number, and come from a
source whose figures may be passed on. Left out: Il Sole 24 Ore, Datadista, AGENAS (no licence read), everything derived from
the WHO forecasting tool (non-commercial), tools' built-in assumptions that contradict themselves, and counts that are no norm.
Sources that contradict one another are all kept; their notes say so. `weak:` opens the note of a figure to lean on lightly.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from belvedere.reference.tables import COLUMNS

OUTPUT = Path(__file__).resolve().parent.parent / "data"

STAYS = re.compile(r"fae_los|squ_(hosp|icu|step)|dr[12]_(cc|no)$|vek_(ward|all_icu|icu)$|ree_|lps_|era_")
DELAYS = re.compile(r"ver_on|sha_|bra_|lau_|par_|man_|fae_on|ris_|squ_(inc|gen|on_adm)|vek_adm")
CHOSEN: dict[str, tuple[str, re.Pattern[str]]] = {
    "delays": ("delays_and_severity", DELAYS),
    "length_of_stay": ("delays_and_severity", STAYS),
    "staffing_rules": ("staffing_rules", re.compile(r"(?!esf_|ccm_|es_icu_gap|cov_fr$)")),
    "consumption_norms": ("consumption_norms", re.compile(r"(?!es[fqm]_|ccm_|crb_|cdc_|mars_|ted_|apm_short)")),
    "capacity": ("bed_capacity", re.compile(r"(?!it_(pre|plan|oct|nov)_|es_(?!pais|mal|ber|bau|rho|mad|cat))")),
    "measure_effects": ("measure_effects", re.compile("")),
    "thresholds": (
        "thresholds_fr_2020_2021",
        re.compile(r"(?!fr0507_red|fr0528_orange|fr0615_orange|uk_|it_21|it_ind1|es_uci|es_acute)"),
    ),
}
NOT_PASSED_ON = re.compile(r"Sole 24 Ore|Datadista|AGENAS|WHO ESFT|Essential Supplies Forecast")

WEAK: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("preprint", re.compile(r"preprint|medRxiv", re.I)),
    (
        "read in the press",
        re.compile(r"press|tpi\.it|elpais|cadenaser|maldita|calabrianews|HSJ|Euronews|brusselstimes|bfmtv", re.I),
    ),
    ("secondary page", re.compile(r"forum|euquerosabertudo|antequam", re.I)),
    ("a model's default, not a measurement", re.compile(r"default parameters", re.I)),
    ("ignores patients still in bed", re.compile(r"biased estimator")),
    ("one centre", re.compile(r"one centre|Erasme", re.I)),
    ("few patients", re.compile(r"measured, (5|25) patients")),
    ("an estimate, not a measurement", re.compile(r"Johns Hopkins|strict saving|Carias")),
)
HIDDEN = re.compile(r"design/|scribd|vdocuments|cheatography|\.parquet|this table|quoted on a forum", re.I)
TIERS = (("crisis", r"\bcrisis\b"), ("contingency", r"\bcontingency\b"), ("conventional", r"\bconventional\b"))
SURGE_TIERS = {"uk_surge2": "contingency", "uk_surge4": "crisis"}


def chosen(folder: Path, file: str, ids: re.Pattern[str]) -> Iterator[dict[str, str]]:
    """Rows of one collected file that are shipped, in the columns of a reference table."""
    with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as table:
        basis = ""
        for row in csv.DictReader(table):
            basis = basis if row["basis"] == "as above" and basis else row["basis"]
            has_number = row["value"] or row["low"] or row["high"]
            passed_on = not NOT_PASSED_ON.search(row["source_title"] + row["source_locator"])
            if row["status"] == "read" and has_number and passed_on and ids.match(row["id"]):
                yield figure(row | {"basis": basis})


def figure(row: dict[str, str]) -> dict[str, str]:
    """One collected row in the columns of a reference table, weak sources marked."""
    locator = re.sub(r" ?\(copies:.*?\)", "", row["source_locator"])
    parts = [part.strip() for part in locator.split(";") if not HIDDEN.search(part)]
    title, year = re.sub(r" \(as packaged\)|, summed from the packaged table", "", row["source_title"]), row["source_year"]
    source = "; ".join([title if not year or title.endswith(year) else f"{title}, {year}", *parts])
    about = " ".join((row["source_title"], row["source_locator"], row["basis"]))
    reasons = [reason for reason, mark in WEAK if mark.search(about)]
    weak = f"weak: {', '.join(reasons)}" if reasons else ""
    note = re.sub(r"carried from domain\.md(, not re-opened)?", "", row["note"]).strip(" ,;:")
    tier = SURGE_TIERS.get(row["id"]) or next((tier for tier, mark in TIERS if re.search(mark, row["basis"])), "")
    kept = {column: row[column] for column in COLUMNS if column in row}
    return kept | {"source": source, "policy_tier": tier, "note": "; ".join(filter(None, (weak, note)))}


def write(folder: Path) -> None:
    """Every chosen table, UTF-8, in the order of the collected one."""
    for table, (file, ids) in CHOSEN.items():
        with (OUTPUT / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, [*COLUMNS, "note"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(chosen(folder, file, ids))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
