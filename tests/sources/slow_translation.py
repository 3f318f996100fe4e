"""The translation once more: one row, one cell at a time, in plain Python, sharing no code with the house.

It knows the one mapping of `MAPPING_TEXT`, so that every rule stands here written out.
"""

from __future__ import annotations

import datetime as dt
import re

MAPPING_TEXT = """
feed = "xx-slow"
title = "t"
producer = "p"
licence = "l"
table = "indicators"
files = ["*.csv"]
covers = "whole_history"
ignored = ["note"]
values = [
    { column = "hosp", indicator = "hospital_census" },
    { column = "adm", indicator = "hospital_admissions" },
    { column = "share", indicator = "positivity_percent", scale = 100 },
]
[format]
kind = "csv"
decimal = ","
[clock]
rhythm = "daily"
lag = "36 hours"
[columns]
place = { column = "dep", scheme = "insee-dep" }
date = { column = "day", formats = ["%Y-%m-%d", "%d/%m/%Y"] }
sex = { column = "sex", codes = { "0" = "all", "1" = "male", "2" = "female" } }
age_group = { column = "age", extract = '^([0-9]{2}-[0-9]{2})$', otherwise = "all" }
condition = "covid19"
[missing]
as = ["NA"]
suppressed = ["*"]
[where]
kind = { all_but = ["estimate"] }
"""

COLUMNS = ("dep", "day", "sex", "age", "kind", "hosp", "adm", "share", "note")
PLACES = {"01": "FR-01", "2A": "FR-2A", "971": "FR-971"}
SEXES = {"0": "all", "1": "male", "2": "female"}
FIGURES = (("hosp", "hospital_census"), ("adm", "hospital_admissions"), ("share", "positivity_percent"))
HOURS_BEHIND = {"FR-971": -4}  # winter days only: mainland France is one hour ahead of UTC


def _day(text):
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    year, month, day = found.groups() if found else (None, None, None)
    if not found:
        found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
        if not found:
            return None
        day, month, year = found.groups()
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _figure(column, text):
    """(number, rule): one of the two is None."""
    if not re.fullmatch(r"[+-]?(\d+(,\d+)?|,\d+)", text, re.ASCII):
        return None, "not-a-number"
    number = float(text.replace(",", "."))
    if column == "share":
        number = number * 100
        return (number, None) if 0 <= number <= 100 else (None, "out-of-range")
    if number != int(number):
        return None, "not-a-whole-number"
    if column == "hosp" and number < 0:
        return None, "negative-stock"
    return number, None


def translate_slowly(rows):
    """rows: dicts of texts by column. Returns (set of result rows, set of problems, counts)."""
    results, problems = set(), set()
    counts = {"rows": len(rows), "cells": 0, "loaded": 0, "empty": 0, "set_aside": 0, "excluded": 0}
    for number, row in enumerate(rows, start=2):
        cells = {name: text.strip() for name, text in row.items()}
        counts["cells"] += len(FIGURES)
        if cells["kind"] == "estimate":
            counts["excluded"] += len(FIGURES)
            continue
        key = {"place": PLACES.get(cells["dep"]), "date": _day(cells["day"]), "sex": SEXES.get(cells["sex"])}
        named = {"place": ("dep", "unknown-place"), "date": ("day", "bad-date"), "sex": ("sex", "unknown-code")}
        for name, value in key.items():
            if value is None:
                column, rule = named[name]
                problems.add((number, column, "missing" if cells[column] in ("", "NA") else rule, False))
        if None in key.values():
            counts["set_aside"] += len(FIGURES)
            continue
        age = cells["age"] if re.fullmatch(r"\d\d-\d\d", cells["age"], re.ASCII) else "all"
        end = dt.datetime.combine(key["date"] + dt.timedelta(days=1), dt.time())
        usual = end - dt.timedelta(hours=HOURS_BEHIND.get(key["place"], 1)) + dt.timedelta(hours=36)
        for column, indicator in FIGURES:
            text, value, status = cells[column], None, "reported"
            if text in ("", "NA"):
                counts["empty"] += 1
                continue
            if text == "*":
                status = "suppressed"
            else:
                value, rule = _figure(column, text)
                if rule:
                    counts["set_aside"] += 1
                    problems.add((number, column, rule, True))
                    continue
            counts["loaded"] += 1
            results.add(
                (key["place"], key["date"], indicator, "covid19", age, key["sex"], "day", value, status, number, column, usual)
            )
    return results, problems, counts
