"""Files broken in every way a data manager has met, each read in a process of its own so that its peak memory is its own."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
MEBIBYTE = 1 << 20
HEADER = "dep;jour;incid_hosp\n"

CHILD = """
import json, pathlib, resource, sys
from belvedere.reference.places import Places
from belvedere.sources.mapping import load_mapping
from belvedere.sources.read_file import translate_file
found = translate_file(pathlib.Path(sys.argv[1]), load_mapping(pathlib.Path(sys.argv[2])), Places.load(), b"k")
rules = [found.refused.rule] if found.refused else [p.rule for p in found.problems]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rules": rules[:5], "rows": found.rows.num_rows, "peak": peak}))
"""

MAPPING = """
feed = "bench-flows"
title = "Bench"
producer = "nobody"
licence = "none"
table = "indicators"
files = ["*"]
covers = "increment"
country = "FR"
[format]
kind = "{kind}"
separator = ";"
[clock]
rhythm = "daily"
lag = "1 days"
[columns]
place = {{column = "dep", scheme = "insee-dep"}}
date = {{column = "jour", formats = ["%Y-%m-%d"]}}
condition = "covid19"
period = "day"
[[values]]
column = "incid_hosp"
indicator = "hospital_admissions"
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one bad file. right: exactly the expected rules and rows. extra_mib: peak above a plain file's."""

    name: str
    right: bool
    rules: list[str]
    rows: int
    extra_mib: float


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(2048):
                sheet.write(bytes(MEBIBYTE))


def _long_line(size: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as stream:
            stream.write(HEADER.encode())
            for _ in range(size // MEBIBYTE):
                stream.write(b"7" * MEBIBYTE)

    return write


def _text(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content.encode(encoding)) and None


def _cases(long_line_bytes: int) -> list[tuple[str, str, Callable[[Path], None], list[str], int]]:
    """(name, format, how to write it, rules expected, rows that still load)."""
    good = HEADER + "75;2020-03-19;3\n"
    return [
        ("byte order mark", "csv", _text("\ufeff" + good), [], 1),
        ("truncated last line", "csv", _text(good + "13;2020-0"), ["truncated"], 1),
        ("wrong separator", "csv", _text(good.replace(";", ",")), ["wrong-separator"], 0),
        ("wrong encoding", "csv", _text(good + "974;2020-03-19;é\n", "cp1252"), ["wrong-encoding"], 0),
        ("decimal commas", "csv", _text(good + "13;2020-03-19;2,5\n"), ["not-a-number"], 1),
        ("two date formats", "csv", _text(good + "13;19/03/2020;5\n"), ["bad-date"], 1),
        ("duplicate headers", "csv", _text("dep;jour;incid_hosp;incid_hosp\n75;2020-03-19;3;4\n"), ["duplicate-header"], 0),
        ("one line without end", "csv", _long_line(long_line_bytes), ["line-too-long"], 0),
        ("zip bomb as XLSX", "xlsx", _zip_bomb, ["unpacks-too-large"], 0),
        ("not a workbook", "xlsx", _text(good), ["not-a-table"], 0),
        ("cut Parquet", "parquet", _text("PAR1" + "x" * 400), ["truncated"], 0),
    ]


def cases(folder: Path, *, long_line_bytes: int) -> Iterator[Outcome]:
    """Writes each bad file, reads it, and says what became of it."""
    mappings = {}
    for kind in ("csv", "xlsx", "parquet"):
        mappings[kind] = folder / f"{kind}.toml"
        mappings[kind].write_text(MAPPING.format(kind=kind))
    plain = folder / "plain.csv"
    plain.write_text(HEADER + "75;2020-03-19;3\n")
    floor = _read(plain, mappings["csv"])["peak"]
    for name, kind, write, rules, rows in _cases(long_line_bytes):
        path = folder / f"bad.{kind}"
        write(path)
        found = _read(path, mappings[kind])
        path.unlink()
        right = found["rules"] == rules and found["rows"] == rows
        yield Outcome(name, right, found["rules"], found["rows"], found["peak"] - floor)


def _read(path: Path, mapping: Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHILD, str(path), str(mapping)],
        cwd=REPOSITORY, check=True, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(done.stdout)
