"""The watch list as rows, and the facts its sentences are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from belvedere.app.api import common
from belvedere.app.api.attending import attended
from belvedere.app.api.common import cell, code, day_of, origin, text
from belvedere.app.api.models_situation import FirstDay, WatchList, WatchRow
from belvedere.app.api.reading import Reading
from belvedere.app.api.said import Said
from belvedere.app.sentences import LIKELY, PlaceFacts, row_reason
from belvedere.app.sentences_words import reason_of
from belvedere.reference.places import Places

WATCHED = 0.25
"""From this chance on a row is marked to be watched; from `LIKELY` on it is critical."""
Level = Literal["icu", "ward", "all"]


def watch_list(reading: Reading, level: Level, within: int) -> WatchList:
    """The rows of one level of care (or of all), by the chance within so many days."""
    return WatchList(meta=common.meta(reading), level=level, within=within, rows=ranked(reading, level, within))


def ranked(reading: Reading, level: Level, within: int = 14) -> list[WatchRow]:
    """Rows ranked anew, each with what people do about it; ties keep the order of the run, which keeps yesterday's. Rows
    without a chance come last."""
    return attended(reading, _kept(reading, level, within), listed(reading))


def listed(reading: Reading) -> list[WatchRow]:
    """Every row of the current course, whatever scenario is shown: it is on these that people act."""
    course = reading if reading.scenario is None else replace(reading, asked=replace(reading.asked, scenario=None))
    return _kept(course, "all", 14)


def _kept(reading: Reading, level: Level, within: int) -> list[WatchRow]:
    said, earlier = reading.said, reading.previous
    if said is None:
        return []
    key = ("ranked", said.run.commit_id, earlier and earlier.run.commit_id, level, within)
    return reading.library.small(key, lambda: _ranked(reading, level, within))


def _ranked(reading: Reading, level: Level, within: int) -> list[WatchRow]:
    before = _ranks(reading.previous, level, within) if reading.previous else {}
    rows = _ordered(reading.said, level, within)
    made = []
    for rank, row in enumerate(rows.to_dict("records"), start=1):
        made.append(watch_row(row, reading.state.places, rank=rank, previous=before.get((row["place"], row["level"]))))
    return made


def _ordered(said: Said, level: Level, within: int) -> pd.DataFrame:
    rows = said.watch if level == "all" else said.watch[said.watch["level"].isin([level, "all"])]
    return rows.sort_values([f"chance_{within}", "rank"], ascending=[False, True], na_position="last", kind="stable")


def _ranks(said: Said, level: Level, within: int) -> Mapping[tuple[str, str], int]:
    rows = _ordered(said, level, within)
    return {key: rank for rank, key in enumerate(zip(rows["place"], rows["level"], strict=True), start=1)}


def watch_row(row: Mapping[str, object], places: Places, *, rank: int, previous: int | None) -> WatchRow:
    """One row of `outlooks` as the pages take it."""
    value = {name: cell(found) for name, found in row.items()}
    told = facts(row, places)
    parent = places[value["place"]].parent
    numbers = ("chance_7", "chance_14", "chance_28", "alert_7", "alert_14", "alert_28", "present", "beds", "others_known",
               "growing", "peak", "peak_low", "peak_high")  # fmt: skip
    return WatchRow(
        rank=rank, previous_rank=previous, place=value["place"], code=code(value["place"]), name=told.name,
        part=parent or None, level=value["level"], status=value["status"],
        status_reason=text(lambda lang: reason_of(lang, told.status_reason)) if told.status_reason else None,
        reason=text(lambda lang: row_reason(lang, told)), mark=_mark(told),
        **{name: value[name] for name in numbers}, binding=value["binding"] or None,
        first_day=FirstDay(early=day_of(row["first_day_early"]), q25=day_of(row["first_day_q25"]),
                           middle=day_of(row["first_day_middle"]), q75=day_of(row["first_day_q75"]),
                           late=day_of(row["first_day_late"])),
        beds_dated=day_of(row["beds_dated"]), r=value["reproduction"], r_low=value["reproduction_low"],
        r_high=value["reproduction_high"],
        origin=origin("outlooks", feed=value["feed"], reference_date=day_of(row["reference_date"]), place=value["place"],
                      level=value["level"]),
    )  # fmt: skip


def facts(row: Mapping[str, object], places: Places) -> PlaceFacts:
    """What sentences are made from, of one row of `outlooks`."""
    value = {name: cell(found) for name, found in row.items()}
    return PlaceFacts(
        name=places.name(value["place"]), level=value["level"], status=value["status"], day=day_of(row["reference_date"]),
        status_reason=value["status_reason"] or None, chance_14=value["chance_14"], chance_28=value["chance_28"],
        first_day=day_of(row["first_day_early"]), present=value["present"], beds=value["beds"],
        binding=value["binding"] or None, others_known=value["others_known"],
        peak=(value["peak_low"], value["peak"], value["peak_high"]),
        r=(value["reproduction_low"], value["reproduction"], value["reproduction_high"]), growing=value["growing"],
    )  # fmt: skip


def _mark(told: PlaceFacts) -> str:
    if told.status == "failed":
        return "failed"
    chance = told.chance_14 or 0.0
    return "critical" if chance > LIKELY else "watch" if chance >= WATCHED else "none"
