"""Files as they really come: each is set aside with its reason, the good rows load, and memory stays bounded.

What must not fill the memory is read in a process of its own, whose peak is compared with that of reading a small good file.
"""

import json
import subprocess
import sys
import zipfile
import zlib

import openpyxl
import pytest

from belvedere.errors import UnreadableFile
from belvedere.sources.formats import read
from belvedere.sources.raw import FormatSpec

MEBIBYTE = 1 << 20

# Peak resident memory in bytes, seconds of CPU, and how the file was judged.
MEASURE = """
import json, pathlib, resource, sys, time
from belvedere.errors import UnreadableFile
from belvedere.sources.formats import read
from belvedere.sources.raw import FormatSpec
spec = FormatSpec(**json.loads(sys.argv[2]))
rows, rules = 0, []
began = time.process_time()
try:
    for table in read(pathlib.Path(sys.argv[1]), spec):
        rows += len(table.rows)
        rules += [problem.rule for problem in table.problems]
except UnreadableFile as error:
    rules.append(error.problem.rule)
seconds = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"peak": peak, "seconds": seconds, "rows": rows, "rules": rules[:5]}))
"""


def measure(path, **layout):
    command = [sys.executable, "-c", MEASURE, str(path), json.dumps(layout)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def judge(path, **layout):
    """Cells of the good rows, and the rules broken."""
    try:
        tables = list(read(path, FormatSpec(**layout)))
    except UnreadableFile as error:
        assert error.problem.found and error.problem.expected
        return None, [error.problem.rule]
    rows = [row for table in tables for row in table.columns.to_pylist()]
    return rows, [problem.rule for table in tables for problem in table.problems]


GOOD = {"dep": "75", "jour": "2020-03-18", "taux": "2,5"}


@pytest.mark.parametrize(
    ("content", "rows", "rules"),
    [
        pytest.param("dep;jour;taux\n75;2020-03-18;2,5\n75;2020-", [GOOD], ["truncated"], id="truncated"),
        pytest.param('dep;jour;taux\n75;2020-03-18;2,5\n75;"2020-', [GOOD], ["truncated"], id="truncated in a quote"),
        pytest.param("dep,jour,taux\n75,2020-03-18,2.5\n", None, ["wrong-separator"], id="wrong separator"),
        pytest.param("dep;jour;taux\nHérault;;\n".encode("cp1252"), None, ["wrong-encoding"], id="wrong encoding"),
        pytest.param("dep;jour;taux\n75;2020-03-18;2,5\n".encode("utf-16"), None, ["wrong-encoding"], id="UTF-16"),
        pytest.param(b"\xef\xbb\xbfdep;jour;taux\n75;2020-03-18;2,5\n", [GOOD], [], id="UTF-8 byte order mark"),
        pytest.param("dep;jour;taux\n75;2020-03-18;2,5\n", [GOOD], [], id="decimal commas verbatim"),
        pytest.param(
            "dep;jour;taux\n75;2020-03-18;2,5\n75;18/03/2020;2,5\n",
            [GOOD, GOOD | {"jour": "18/03/2020"}], [], id="two date formats verbatim",
        ),
        pytest.param("dep;jour;jour\n75;2020-03-18;2,5\n", None, ["duplicate-header"], id="duplicate headers"),
        pytest.param("dep;;taux\n75;2020-03-18;2,5\n", None, ["blank-header"], id="blank header"),
        pytest.param("", None, ["empty-file"], id="empty"),
        pytest.param("<html><body>502 Bad Gateway</body></html>", None, ["not-a-table"], id="error page"),
        pytest.param("dep;jour;taux\n75;2020-03-18;2,5\n75\n1;2;3;4\n", [GOOD], ["wrong-number-of-fields"] * 2, id="fields"),
    ],
)  # fmt: skip
def test_each_malformed_csv_is_set_aside_with_its_reason(write, content, rows, rules):
    assert judge(write(content), separator=";") == (rows, rules)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_that_is_not_there_is_said_so(tmp_path, kind):
    assert judge(tmp_path / "none", kind=kind) == (None, ["missing-file"])


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_of_another_format_is_recognised(write, kind):
    contents = {"csv": b"a,b\n1,2\n", "xlsx": b"PK\x03\x04" + bytes(50), "parquet": b"PAR1" + bytes(50) + b"PAR1"}
    for other, content in contents.items():
        if other != kind:
            assert judge(write(content), kind=kind) == (None, ["not-a-table"])


@pytest.fixture(scope="module")
def usual_peak(tmp_path_factory):
    """Bytes that a process takes to start and read a small file of each format."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "s.csv").write_text("a,b\n1,2\n")
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(folder / "s.xlsx")
    return max(measure(folder / "s.csv")["peak"], measure(folder / "s.xlsx", kind="xlsx")["peak"])


def test_a_300_megabyte_line_stops_early_in_bounded_memory(tmp_path, usual_peak):
    path = tmp_path / "line.csv"
    block = b"1,2,3," * 50_000
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n")
        for _ in range(1000):
            file.write(block)
    seen = measure(path)
    assert path.stat().st_size >= 300_000_000
    assert seen["rules"] == ["line-too-long"]
    assert seen["peak"] - usual_peak < 32 * MEBIBYTE
    assert seen["seconds"] < 5


def test_an_endless_quote_takes_bounded_memory(tmp_path, usual_peak):
    path = tmp_path / "quote.csv"
    with path.open("wb") as file:
        file.write(b'a,b\n1,2\n3,"')
        for _ in range(20):
            file.write(b"4,5\n" * 250_000)
    seen = measure(path)
    assert (seen["rows"], seen["rules"]) == (1, ["broken-record"])
    assert seen["peak"] - usual_peak < 32 * MEBIBYTE


def test_a_large_good_file_is_streamed(tmp_path, usual_peak):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"a,b,c,d\n")
        for _ in range(20):
            file.write(b"2020-03-18,75,hospital_admissions,12\n" * 50_000)
    seen = measure(path)
    assert (seen["rows"], seen["rules"]) == (1_000_000, [])
    assert path.stat().st_size > 35_000_000
    assert seen["peak"] - usual_peak < 100 * MEBIBYTE  # all cells at once take 250


def _bomb(path, honest):
    """A workbook with a part of 256 KiB that unpacks to 256 MiB of blanks; if not honest, it claims 100 bytes."""
    size = 256 * MEBIBYTE
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join([*(deflate.compress(b" " * MEBIBYTE) for _ in range(size // MEBIBYTE)), deflate.flush()])
    claimed = size if honest else 100
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("xl/sharedStrings.xml")
        info.compress_type, info.compress_size, info.file_size, info.CRC = zipfile.ZIP_DEFLATED, len(packed), claimed, 0
        info.header_offset = archive.fp.seek(archive.start_dir)
        archive.fp.write(info.FileHeader(zip64=False) + packed)
        archive.start_dir = archive.fp.tell()
        archive.filelist.append(info)
        archive.NameToInfo[info.filename] = info
        archive._didModify = True


@pytest.mark.parametrize("honest", [True, False])
def test_a_zip_bomb_is_refused_in_bounded_memory(tmp_path, usual_peak, honest):
    path = tmp_path / "bomb.xlsx"
    _bomb(path, honest)
    assert path.stat().st_size < MEBIBYTE
    seen = measure(path, kind="xlsx")
    assert seen["rules"] == ["unpacks-too-large"]
    assert seen["peak"] - usual_peak < 32 * MEBIBYTE
    assert seen["seconds"] < 5


def test_a_member_list_of_gigabytes_is_not_read(write):
    """The end record claims 64 MiB of members."""
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff" * 2 + (64 * MEBIBYTE).to_bytes(4, "little") + bytes(6)
    assert judge(write(b"PK\x03\x04" + bytes(100) + end, "x.xlsx"), kind="xlsx") == (None, ["unpacks-too-large"])


def test_entities_that_multiply_are_stopped(tmp_path):
    """ "Billion laughs" in the sheet's XML."""
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(tmp_path / "good.xlsx")
    layers = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{layers}]>'
    sheet = f"{laughs}<worksheet><sheetData><row><c t='e'><v>&l9;</v></c></row></sheetData></worksheet>"
    with zipfile.ZipFile(tmp_path / "good.xlsx") as old, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    assert judge(tmp_path / "bomb.xlsx", kind="xlsx") == (None, ["damaged"])
