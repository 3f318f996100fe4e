"""One way in for every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from belvedere.sources.csv_file import read_csv
from belvedere.sources.parquet_file import read_parquet
from belvedere.sources.raw import FormatSpec, RawTable, refuse
from belvedere.sources.xlsx_file import read_xlsx

READERS: dict[str, Callable[[Path, FormatSpec], Iterator[RawTable]]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
}


def read(path: Path, spec: FormatSpec) -> Iterator[RawTable]:
    """Yield a file in chunks, at least one; raises UnreadableFile if nothing in it can be loaded.

    What concerns the whole file is raised before the first chunk, when the first is asked for.
    """
    path = Path(path)
    if not path.is_file():
        raise refuse("missing-file", f"no file {path.name!r} in {path.parent}", "a file")
    return READERS[spec.kind](path, spec)
