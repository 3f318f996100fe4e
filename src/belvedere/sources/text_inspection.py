"""One bounded pass over a text file before anything in it is believed.

Finds what makes the whole file unusable: another kind of file, another encoding, NUL bytes, an endless line. Nothing is
re-decoded by guess: the message names the encoding it looks like, and the mapping must say so.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from belvedere.problems import shorten
from belvedere.sources.raw import MEBIBYTE, FormatSpec, refuse

CHUNK_BYTES = MEBIBYTE
SAMPLE_BYTES = 16 << 10
# Tried first: what hospitals' exports in western Europe are written in; charset-normalizer alone ties dozens of tables.
USUAL_ENCODINGS = ["utf_8", "cp1252", "mac_roman", "cp850"]
# Tables of 256 characters accept nearly any bytes, so UTF-8 read through one passes unseen as "RÃ©gion".
ONE_BYTE_TABLES = ("cp125", "cp437", "cp85", "iso8859", "mac")

BYTE_ORDER_MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16",
                    codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8"}  # fmt: skip
FIRST_BYTES = {
    b"PK\x03\x04": "a ZIP archive or XLSX workbook",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "a gzip file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file (XLS) or a password-protected workbook",
    b"%PDF-": "a PDF document",
    b"version https://git-lfs.github.com/spec/": "a git-lfs pointer, not the file it points to",
}
_WEB_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"\s*<\?xml\b")


@dataclass(frozen=True)
class TextShape:
    """What the pass found in a file fit to be read.

    line_end: what a line ends with; lines: how many; complete: whether the last one has its line end.
    """

    line_end: str
    lines: int
    complete: bool


def recognise(head: bytes) -> str | None:
    """What a file's first bytes (some hundreds) say it is, in words; None for plain text or the unknown."""
    for start, name in FIRST_BYTES.items():
        if head.startswith(start):
            return name
    plain = head.removeprefix(codecs.BOM_UTF8)
    if _WEB_PAGE.match(plain):
        return "an HTML page"
    return "an XML document" if _XML.match(plain) else None


def likely_encodings(sample: bytes) -> list[str]:
    """Encodings the bytes may be written in, likeliest first; at most two."""
    telling = b"\n".join(line for line in sample.split(b"\n") if not line.isascii())[:SAMPLE_BYTES]
    if not telling:
        return []
    guesses = charset_normalizer.from_bytes(telling, cp_isolation=USUAL_ENCODINGS) or charset_normalizer.from_bytes(telling)
    return [guess.encoding for guess in guesses][:2]


def inspect_text(path: Path, spec: FormatSpec) -> TextShape:
    """Read the whole file once, in chunks, and raise UnreadableFile for what makes it unusable.

    Memory is bounded by the chunk and `spec.max_line_bytes`; an endless line stops the pass where the limit is passed.
    """
    size = path.stat().st_size
    if size > spec.max_file_bytes:
        raise refuse("too-large", f"{size:,} bytes", f"at most {spec.max_file_bytes:,} bytes")
    with path.open("rb") as file:
        head = file.read(max(CHUNK_BYTES, spec.max_line_bytes))
        _check_head(head, spec)
        scan = _Scan(spec, _line_end(head, spec))
        step = min(CHUNK_BYTES, spec.max_line_bytes)
        file.seek(0)
        while chunk := file.read(step):
            scan.feed(chunk)
        return scan.finish()


def _check_head(head: bytes, spec: FormatSpec) -> None:
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise refuse("empty-file", "nothing but blanks" if head else "0 bytes", "a table with column names")
    kind = recognise(head)
    if kind:
        raise refuse("not-a-table", kind, "CSV text")
    declared = codecs.lookup(spec.encoding).name
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    if marked and not declared.startswith(marked):
        raise refuse("wrong-encoding", f"the byte order mark of {marked}", _declared(spec), row=1)


def _line_end(head: bytes, spec: FormatSpec) -> str:
    """Line feed, unless the head has none and carriage returns instead (old Macintosh exports)."""
    text = codecs.getincrementaldecoder(spec.encoding)(errors="replace").decode(head)
    return "\r" if "\r" in text and "\n" not in text else "\n"


def _declared(spec: FormatSpec) -> str:
    return f"{spec.encoding}, as the mapping says; mend the file or the mapping's encoding"


class _Scan:
    """State of the pass: position, line count, length of the line being read."""

    def __init__(self, spec: FormatSpec, line_end: str) -> None:
        self.spec, self.line_end = spec, line_end
        self.decoder = codecs.getincrementaldecoder(spec.encoding)(errors="strict")
        self.bytes_seen = self.ends = self.open_line = 0
        name = codecs.lookup(spec.encoding).name
        self.as_utf8 = codecs.getincrementaldecoder("utf-8")(errors="strict") if name.startswith(ONE_BYTE_TABLES) else None
        self.first_foreign: tuple[int, bytes] | None = None

    def feed(self, chunk: bytes, final: bool = False) -> None:
        if self.as_utf8 is not None:
            self._try_utf8(chunk, final)
        held = self.decoder.getstate()[0]
        try:
            text = self.decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            raise self._undecodable(error, self.bytes_seen - len(held), chunk) from None
        if "\0" in text:
            row = self.ends + text[: text.index("\0")].count(self.line_end) + 1
            found = "a NUL byte: the file is damaged, binary or in UTF-16"
            raise refuse("nul-byte", found, f"{self.spec.encoding} text", row=row)
        self._measure(text)
        self.bytes_seen += len(chunk)

    def finish(self) -> TextShape:
        self.feed(b"", final=True)
        if self.first_foreign is not None:
            row, line = self.first_foreign
            shown = line.decode("utf-8", errors="replace")
            found = f"text that is valid utf-8 throughout, such as {shorten(shown, 80)!r}"
            raise refuse("wrong-encoding", found, _declared(self.spec), row=row)
        return TextShape(self.line_end, self.ends + (self.open_line > 0), self.open_line == 0)

    def _measure(self, text: str) -> None:
        """Count lines; a character is at least one byte, so no line within the limit is refused."""
        first = text.find(self.line_end)
        longest_start = self.open_line + (len(text) if first < 0 else first)
        if longest_start > self.spec.max_line_bytes:
            limit = f"lines of at most {self.spec.max_line_bytes:,} bytes, ended by {self.line_end!r}"
            raise refuse("line-too-long", f"a line of more than {self.spec.max_line_bytes:,} bytes", limit, row=self.ends + 1)
        self.ends += text.count(self.line_end)
        self.open_line = longest_start if first < 0 else len(text) - text.rfind(self.line_end) - 1

    def _undecodable(self, error: UnicodeDecodeError, base: int, chunk: bytes) -> Exception:
        before = error.object[: error.start].decode(self.spec.encoding, errors="ignore")
        row = self.ends + before.count(self.line_end) + 1
        shown = error.object[error.start : error.end].hex(" ").upper()
        guesses = likely_encodings(chunk[max(0, error.start - SAMPLE_BYTES) : error.start + SAMPLE_BYTES])
        looks = f"; the file looks like {' or '.join(guesses)}" if guesses else ""
        found = f"byte {shown} at position {base + error.start + 1:,}, not {self.spec.encoding}{looks}"
        return refuse("wrong-encoding", found, _declared(self.spec), row=row)

    def _try_utf8(self, chunk: bytes, final: bool) -> None:
        """Keep the first line beyond ASCII for as long as everything is valid UTF-8."""
        try:
            self.as_utf8.decode(chunk, final)
        except UnicodeDecodeError:
            self.as_utf8 = self.first_foreign = None
            return
        if self.first_foreign is None and not chunk.isascii():
            lines = chunk.split(self.line_end.encode())
            at = next(i for i, line in enumerate(lines) if not line.isascii())
            self.first_foreign = (self.ends + at + 1, lines[at])
