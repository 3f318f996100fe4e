"""What is on screen as a file: CSV or a workbook, with filters, as-of and source printed in it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from fastapi.responses import Response

from belvedere.app.api.models import Band, Meta
from belvedere.app.api.models_region import Compare, Panel, Region
from belvedere.app.api.models_situation import Situation, WatchList, WatchRow
from belvedere.sources.mend import FORMULA_STARTS
from belvedere.store.commits import code_version

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CAVEAT = "Planning aid, not for the care of one patient. An empty value was not received: it is not zero."
WATCH_COLUMNS = (
    "rank", "previous_rank", "place", "code", "name", "part", "level", "status", "chance_7", "chance_14", "chance_28",
    "alert_7", "alert_14", "alert_28", "present", "beds", "beds_dated", "binding", "others_known", "r", "r_low", "r_high",
    "peak", "peak_low", "peak_high", "state", "owner", "since", "until", "state_reason",
)  # fmt: skip
FIRST_DAYS = ("early", "q25", "middle", "q75", "late")

CHANCE = "chance of more patients than beds"

Row = Sequence[object]


@dataclass(frozen=True)
class Sheet:
    """A table to write. filters: what was asked. source: feeds and run it comes from."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    meta: Meta
    filters: Mapping[str, object]
    source: str

    def certificate(self) -> list[tuple[str, str]]:
        """What stands above the rows, or on the sheet `about`."""
        meta = self.meta
        told = {
            "table": self.name,
            "filters": ", ".join(f"{k}={v}" for k, v in self.filters.items() if v is not None) or "none",
            "as of": "now" if meta.as_of is None else meta.as_of.isoformat(),
            "basis of dates": meta.basis,
            "last complete day": meta.last_day,
            "outlook": "none" if meta.feed is None else f"{meta.feed} of {meta.reference_date}, commit {meta.run_sequence}",
            "scenario": meta.scenario or "current course",
            "source": self.source,
            "synthetic": "yes: no figure here ever was" if meta.synthetic else "no",
            "read at": f"commit {meta.sequence}, {meta.now.isoformat(timespec='seconds')}",
            "code": code_version(),
            "note": CAVEAT,
        }
        return [(name, str(value)) for name, value in told.items() if value is not None]


def file(sheet: Sheet, kind: str) -> Response:
    """The sheet as an answer to save. kind: csv or xlsx."""
    body, media = (_csv(sheet).encode(), CSV_TYPE) if kind == "csv" else (_xlsx(sheet), XLSX_TYPE)
    day = sheet.meta.reference_date or sheet.meta.now.date()
    headers = {
        "Content-Disposition": f'attachment; filename="belvedere-{sheet.name}-{day}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type=media, headers=headers)


def _csv(sheet: Sheet) -> str:
    """The certificate in lines that begin with #, then the table. A text that could be a formula gets an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for name, value in sheet.certificate():
        writer.writerow([f"# {name}: {value}"])
    writer.writerow(sheet.columns)
    writer.writerows([_text(value) for value in row] for row in sheet.rows)
    return stream.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    text = str(value)
    harmless = isinstance(value, (int, float)) or not text.startswith(FORMULA_STARTS)
    return text if harmless else f"'{text}"


def _xlsx(sheet: Sheet) -> bytes:
    stream = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, settings) as book:
        head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
        table = book.add_worksheet(sheet.name[:31])
        table.freeze_panes(1, 0)
        for column, name in enumerate(sheet.columns):
            table.write_string(0, column, name, head)
        for at, row in enumerate(sheet.rows, start=1):
            for column, value in enumerate(row):
                _cell(table, at, column, value, day)
        about = book.add_worksheet("about")
        about.set_column(0, 0, 20)
        about.set_column(1, 1, 100)
        for at, (name, value) in enumerate(sheet.certificate()):
            about.write_string(at, 0, name, head)
            about.write_string(at, 1, value)
    return stream.getvalue()


def _cell(table, row: int, column: int, value: object, day) -> None:
    """One cell in its own type; nothing where there is no value."""
    if value is None:
        return
    if isinstance(value, bool):
        table.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        table.write_number(row, column, value)
    elif isinstance(value, dt.datetime):
        table.write_string(row, column, value.isoformat(timespec="seconds"))
    elif isinstance(value, dt.date):
        table.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), day)
    else:
        table.write_string(row, column, str(value))


# -- what each page puts on its sheet ------------------------------------------------------------------------------------


def of_situation(answer: Situation, filters: Mapping[str, object]) -> Sheet:
    """The headline figures."""
    columns = ("id", "label_en", "label_fr", "value", "kind", "low", "high", "level", "change", "change_days", "change_kind",
               "unit", "date", "completeness", "origin")  # fmt: skip
    rows = [
        (f.id, f.label.en, f.label.fr, f.value, f.kind, f.low, f.high, f.level, f.change, f.change_days, f.change_kind, f.unit,
         f.date, f.completeness, _origin(f.origin))
        for f in answer.figures
    ]  # fmt: skip
    return Sheet("situation", columns, rows, answer.meta, filters, _source(f.origin for f in answer.figures))


def of_watch(answer: WatchList, filters: Mapping[str, object]) -> Sheet:
    """The watch list."""
    columns = (*WATCH_COLUMNS, *(f"first_day_{name}" for name in FIRST_DAYS), "reason_en", "reason_fr", "origin")
    return Sheet("watch", columns, [_watch(row) for row in answer.rows], answer.meta, filters,
                 _source(row.origin for row in answer.rows[:1]))  # fmt: skip


def _watch(row: WatchRow) -> Row:
    first = row.first_day
    values = [getattr(row, name) for name in WATCH_COLUMNS]
    return [*values, *(getattr(first, name) for name in FIRST_DAYS), row.reason.en, row.reason.fr, _origin(row.origin)]


def of_region(answer: Region, filters: Mapping[str, object]) -> Sheet:
    """Every chart of the place, one number a row."""
    found = [getattr(answer.panels, name) for name in type(answer.panels).model_fields]
    shown = [panel for panel in found if panel is not None]
    rows = [(*row, "1" if row[2] == CHANCE else panel.unit) for panel in shown for row in _panel(panel)]
    return Sheet(answer.place.id, ("target", "date", "series", "value", "status", "unit"), rows, answer.meta, filters,
                 _source(panel.origin for panel in shown))  # fmt: skip


def _panel(panel: Panel) -> Iterator[Row]:
    name = str(panel.target)
    if panel.observed is not None:
        for date, raw, value, status in zip(
            panel.observed.dates, panel.observed.raw, panel.observed.values, panel.observed.status, strict=True
        ):
            yield name, date, "observed", raw, str(status)
            if value != raw:
                yield name, date, "observed, mean of 7 days", value, None
    if panel.everyone is not None:
        shown = panel.everyone.observed
        for date, value, status in zip(shown.dates, shown.raw, shown.status, strict=True):
            yield name, date, "everyone in the beds", value, str(status)
        yield from _band(name, "everyone in the beds, projected", panel.everyone.projected)
        yield from _band(name, "everyone in the beds, current course", panel.everyone.current)
    yield from _band(name, "estimated", panel.estimated)
    yield from _band(name, "projected", panel.projected)
    yield from _band(name, "current course", panel.current)
    if panel.capacity is not None:
        for kind in ("physical", "equipped", "staffed", "least"):
            values = zip(panel.capacity.dates, getattr(panel.capacity, kind), strict=True)
            yield from ((name, date, f"beds, {kind}", value, None) for date, value in values if value is not None)
        if panel.capacity.current is not None:
            values = zip(panel.capacity.dates, panel.capacity.current, strict=True)
            yield from ((name, date, "beds, least, current course", value, None) for date, value in values if value is not None)
    if panel.chance_by_day is not None:
        for date, value in zip(panel.chance_by_day.dates, panel.chance_by_day.chance, strict=True):
            yield name, date, CHANCE, value, None


def _band(name: str, what: str, band: Band | None) -> Iterator[Row]:
    if band is None:
        return
    for quantile in ("q025", "q05", "q25", "q50", "q75", "q95", "q975"):
        if values := getattr(band, quantile):
            yield from (
                (name, date, f"{what}, {quantile}", value, None) for date, value in zip(band.dates, values, strict=True)
            )


def of_compare(answer: Compare, filters: Mapping[str, object]) -> Sheet:
    """The places side by side, one number a row."""
    rows: list[Row] = []
    for one in answer.places:
        columns = zip(answer.dates, one.raw, one.status, strict=True)
        rows += [(one.place.id, one.place.name, date, "observed", value, str(status)) for date, value, status in columns]
        for series, band in (("projected", one.projected), ("current course", one.current)):
            rows += [(one.place.id, one.place.name, *row[1:]) for row in _band("", series, band)]
    rows = [(*row, answer.unit) for row in rows]
    return Sheet("compare", ("place", "name", "date", "series", "value", "status", "unit"), rows, answer.meta, filters,
                 f"indicators, target {answer.target}")  # fmt: skip


def _origin(origin) -> str:
    return "; ".join([origin.table, *(f"{name}={value}" for name, value in origin.filters.items())])


def _source(origins) -> str:
    """Tables and feeds the figures come from."""
    return "; ".join(dict.fromkeys(f"{o.table} of feed {o.filters.get('feed', '?')}" for o in origins)) or "none"
