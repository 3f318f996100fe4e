import codecs
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import UnreadableFile
from belvedere.sources.raw import FormatSpec
from belvedere.sources.text_inspection import CHUNK_BYTES, TextShape, inspect_text, likely_encodings, recognise

FRENCH = "région;département\nÎle-de-France;Hauts-de-Seine\nProvence-Alpes-Côte d'Azur;Hérault\n"


def refused(path, **layout):
    with pytest.raises(UnreadableFile) as error:
        inspect_text(path, FormatSpec(**layout))
    return error.value.problem


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a,b\n1,2\n", TextShape("\n", 2, True)),
        ("a,b\n1,2", TextShape("\n", 2, False)),
        ("a,b\r\n1,2\r\n", TextShape("\n", 2, True)),
        ("a,b\r1,2\r", TextShape("\r", 2, True)),
        ("a", TextShape("\n", 1, False)),
        ("\n\na\n", TextShape("\n", 3, True)),
    ],
)
def test_lines_and_their_ends(write, text, shape):
    assert inspect_text(write(text), FormatSpec()) == shape


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"<!DOCTYPE html>\n<html>", "an HTML page"),
        (b"\xef\xbb\xbf\n  <html lang='fr'>", "an HTML page"),
        (b"<!-- portal --> <HTML>", "an HTML page"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (gzip.compress(b"a,b", mtime=0), "a gzip file"),
        (b"PK\x03\x04", "a ZIP archive or XLSX workbook"),
        (b"PAR1", "a Parquet file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a git-lfs pointer, not the file it points to"),
        (b"version,value\n", None),
        (b"<5,6\n", None),
        (b"a,b\n", None),
    ],
)
def test_other_kinds_of_file_are_recognised(write, head, kind):
    assert recognise(head) == kind
    if kind:
        problem = refused(write(head))
        assert (problem.rule, problem.found) == ("not-a-table", kind)


@pytest.mark.parametrize("content", [b"", b"  \r\n\t\n", codecs.BOM_UTF8])
def test_an_empty_file_is_refused(write, content):
    assert refused(write(content)).rule == "empty-file"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_bytes_of_another_encoding_are_located_and_the_encoding_named(write, encoding):
    plain = "a;b\n" * 10
    problem = refused(write((plain + FRENCH).encode(encoding)))
    assert (problem.rule, problem.row) == ("wrong-encoding", 11)
    position = len(plain) + 2
    assert f"byte {'é'.encode(encoding).hex().upper()} at position {position:,}, not utf-8" in problem.found
    assert encoding in problem.found.partition("the file looks like ")[2].split(" or ")


def test_a_wrong_byte_beyond_the_first_chunk_has_its_row_and_position(write):
    good = b"abcdefg\n" * (CHUNK_BYTES // 8 + 5)
    problem = refused(write(good + b"abc\xe9\n"))
    assert problem.row == CHUNK_BYTES // 8 + 6
    assert f"byte E9 at position {len(good) + 4:,}" in problem.found


def test_a_character_cut_by_the_chunk_is_no_error_and_by_the_end_is_one(write):
    text = "é" * 700_000
    lines = b"x" + "\n".join(text[i : i + 1000] for i in range(0, len(text), 1000)).encode()
    assert inspect_text(write(lines + b"\n"), FormatSpec()).complete
    problem = refused(write(lines + b"\n\xc3"))
    assert (problem.rule, problem.row) == ("wrong-encoding", 701)
    assert f"byte C3 at position {len(lines) + 2:,}" in problem.found


def test_utf8_declared_as_a_one_byte_table_is_not_read_as_mojibake(write):
    problem = refused(write(b"a;b\n" + FRENCH.encode()), encoding="cp1252")
    assert (problem.rule, problem.row) == ("wrong-encoding", 2)
    assert "valid utf-8" in problem.found and "région" in problem.found
    assert inspect_text(write(FRENCH.encode("cp1252")), FormatSpec(encoding="cp1252")).lines == 3


@pytest.mark.parametrize(
    ("mark", "encoding", "name"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
    ],
)
def test_a_byte_order_mark_of_another_encoding_is_named(write, mark, encoding, name):
    problem = refused(write(mark + "a,b\n".encode(encoding)))
    assert (problem.rule, problem.found) == ("wrong-encoding", f"the byte order mark of {name}")


def test_a_utf8_mark_contradicts_a_declared_cp1252(write):
    assert refused(write(codecs.BOM_UTF8 + b"a,b\n"), encoding="cp1252").found == "the byte order mark of utf-8"


def test_declared_utf16_is_read(write):
    assert inspect_text(write("a\tb\r\nü\t2\r\n".encode("utf-16")), FormatSpec(encoding="utf-16", separator="\t")).lines == 2


def test_utf16_without_mark_shows_by_its_nul_bytes(write):
    problem = refused(write("a,b\n1,2\n".encode("utf-16-le")))
    assert (problem.rule, problem.row) == ("nul-byte", 1)


def test_a_nul_byte_has_its_row(write):
    assert refused(write(b"a,b\n1,2\n3,\x004\n")).row == 3


def test_a_line_at_the_limit_passes_and_one_beyond_does_not(write):
    assert inspect_text(write(b"a\n" + b"x" * 50 + b"\n"), FormatSpec(max_line_bytes=50)).lines == 2
    problem = refused(write(b"a\n" + b"x" * 51 + b"\n"), max_line_bytes=50)
    assert (problem.rule, problem.row) == ("line-too-long", 2)


def test_a_file_over_its_limit_is_not_read(write):
    problem = refused(write(b"a\n" * 100), max_file_bytes=199)
    assert (problem.rule, problem.found) == ("too-large", "200 bytes")


def test_ascii_tells_nothing_of_the_encoding():
    assert likely_encodings(b"a,b\n") == []


LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(LINE, min_size=1), st.integers(1, 40))
def test_lines_are_counted_whatever_the_chunks(tmp_path_factory, lines, limit):
    """The limit sets the chunk, so small limits put the cuts everywhere."""
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(b"h\n" + "".join(line + "\n" for line in lines).encode())
    longest = max(len(line) for line in lines)
    if longest <= limit:
        assert inspect_text(path, FormatSpec(max_line_bytes=limit)) == TextShape("\n", len(lines) + 1, True)
    else:
        with pytest.raises(UnreadableFile, match="line-too-long"):
            inspect_text(path, FormatSpec(max_line_bytes=limit))
