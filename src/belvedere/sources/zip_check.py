"""Is a ZIP archive safe to hand to a library that unpacks it whole?

Everything is measured by inflating each member in small steps, because the sizes written in an archive may lie.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from belvedere.sources.raw import MEBIBYTE, FormatSpec, refuse

READ_BYTES = 64 << 10
RATIO_FROM_BYTES = MEBIBYTE  # below this a high ratio harms nobody: small sheets of zeros compress well
MAX_DIRECTORY_BYTES = 4 * MEBIBYTE  # tens of thousands of members; a workbook has some dozens
END_RECORD, END_RECORD_64, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


def check_zip(path: Path, spec: FormatSpec) -> list[str]:
    """The names of the archive's members; raises UnreadableFile if it is damaged, encrypted or unpacks to too much.

    Memory stays below some mebibytes whatever the archive claims or holds.
    """
    size = path.stat().st_size
    if size > spec.max_file_bytes:
        raise refuse("too-large", f"{size:,} bytes", f"at most {spec.max_file_bytes:,} bytes")
    try:
        with path.open("rb") as file:
            _check_directory(file, size)
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
            _check_members(file, members, size, spec)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, OverflowError) as error:
        raise refuse("damaged", f"a ZIP archive that cannot be unpacked ({error})", "a whole XLSX workbook") from None
    return [member.filename for member in members]


def _check_directory(file: BinaryIO, size: int) -> None:
    """Refuse a member list so long that reading it would fill the memory."""
    start = max(0, size - 65_535 - 22 - 20)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(END_RECORD)
    if at < 0:
        raise zipfile.BadZipFile("its end is missing: the file is cut off")
    length = struct.unpack_from("<I", tail, at + 12)[0]
    if at >= 20 and tail.startswith(LOCATOR_64, at - 20):
        file.seek(struct.unpack_from("<Q", tail, at - 20 + 8)[0])
        record = file.read(56)
        if not record.startswith(END_RECORD_64):
            raise zipfile.BadZipFile("its 64-bit end record is missing")
        length = struct.unpack_from("<Q", record, 40)[0]
    if length > MAX_DIRECTORY_BYTES:
        raise refuse("unpacks-too-large", f"a member list of {length:,} bytes", f"at most {MAX_DIRECTORY_BYTES:,} bytes")


def _check_members(file: BinaryIO, members: list[zipfile.ZipInfo], size: int, spec: FormatSpec) -> None:
    limit = spec.max_unpacked_bytes
    claimed = sum(member.file_size for member in members)
    if claimed > limit:
        raise refuse("unpacks-too-large", f"members of {claimed:,} bytes in all", f"at most {limit:,} bytes")
    total = 0
    for member in members:
        if member.flag_bits & 1:
            raise refuse("encrypted", f"the member {member.filename!r} is encrypted", "a workbook saved without password")
        budget = min(limit, max(RATIO_FROM_BYTES, size * spec.max_unpack_ratio)) - total
        unpacked = _unpacked_bytes(file, member, budget)
        total += unpacked
        if total > limit:
            raise refuse("unpacks-too-large", f"more than {limit:,} bytes unpacked", f"at most {limit:,} bytes")
        if total > RATIO_FROM_BYTES and total > size * spec.max_unpack_ratio:
            found = f"{size:,} bytes that unpack to more than {total - 1:,}"
            raise refuse("unpacks-too-large", found, f"at most {spec.max_unpack_ratio} times the size of the file")
        if unpacked != member.file_size:
            found = f"the member {member.filename!r} unpacks to {unpacked:,} bytes and claims {member.file_size:,}"
            raise refuse("damaged", found, "a whole XLSX workbook")


def _unpacked_bytes(file: BinaryIO, member: zipfile.ZipInfo, budget: int) -> int:
    """Bytes a member unpacks to, counted no further than just beyond the budget."""
    file.seek(member.header_offset)
    header = file.read(30)
    if not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile(f"no member {member.filename!r} where the list says")
    file.seek(sum(struct.unpack("<HH", header[26:30])), 1)
    if member.compress_type == zipfile.ZIP_STORED:
        return member.compress_size
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"member {member.filename!r} is packed by method {member.compress_type}")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked, left = 0, member.compress_size
    while not inflate.eof and unpacked <= budget:
        packed = inflate.unconsumed_tail or file.read(min(READ_BYTES, left))
        if not packed:
            raise zipfile.BadZipFile(f"member {member.filename!r} is cut off")
        left -= 0 if inflate.unconsumed_tail else len(packed)
        unpacked += len(inflate.decompress(packed, MEBIBYTE))
    return unpacked
