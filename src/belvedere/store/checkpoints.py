"""Arrays and tables kept between two attempts at the same work: one npz file each, no pickle.

A value is a tree of dictionaries and lists whose leaves are arrays (numpy, or xarray with their labels), Arrow tables, text,
numbers, true, false or none. What is read back equals what was written, type and bits; only text held as objects comes back as
numpy text.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import xarray as xr

TREE, STAMP = "tree", "stamp"


def write(path: Path, value: object, *, stamp: str) -> None:
    """Writes a value whole or not at all, replacing what was there. stamp: what it was made from, asked for by `read`.

    Raises TypeError for a value of any other kind.
    """
    arrays: dict[str, np.ndarray] = {}
    tree = _taken_apart(value, arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, allow_pickle=False, **{TREE: _text(json.dumps(tree)), STAMP: _text(stamp)}, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def read(path: Path, *, stamp: str) -> tuple[object] | None:
    """The value in the file, alone in a tuple; None if there is no file, or it is damaged, or was made from something else."""
    try:
        with np.load(path, allow_pickle=False) as packed:
            if packed[STAMP].tobytes().decode() != stamp:
                return None
            return (_put_together(json.loads(packed[TREE].tobytes()), packed),)
    except (FileNotFoundError, zipfile.BadZipFile, EOFError, KeyError, ValueError):  # the bytes are checked by zip's checksums
        return None


def _text(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def _taken_apart(value: object, arrays: dict[str, np.ndarray]) -> object:
    """The tree as JSON, its arrays put aside under the names a0, a1, …"""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        _need(all(isinstance(k, str) for k in value), f"a dictionary with keys {list(value)!r}, expected texts")
        return {"dict": {k: _taken_apart(v, arrays) for k, v in value.items()}}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_taken_apart(v, arrays) for v in value]}
    if isinstance(value, np.ndarray):
        return {"array": _put_aside(value, arrays)}
    if isinstance(value, xr.DataArray):
        return {"labelled": {"name": value.name, **_labelled(value.variable, value.coords, arrays)}}
    if isinstance(value, xr.Dataset):
        variables = {str(n): _labelled(v.variable, {}, arrays) for n, v in value.data_vars.items()}
        coords = {str(n): _labelled(c.variable, {}, arrays) for n, c in value.coords.items()}
        return {"dataset": {"variables": variables, "coords": coords, "attrs": dict(value.attrs)}}
    if isinstance(value, pa.Table):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as stream:
            stream.write_table(value)
        return {"table": _put_aside(np.frombuffer(sink.getvalue(), np.uint8), arrays)}
    raise TypeError(f"A checkpoint holds arrays, tables, texts and numbers; found {type(value).__name__}.")


def _labelled(variable: xr.Variable, coords, arrays: dict[str, np.ndarray]) -> dict:
    return {
        "dims": list(variable.dims), "attrs": dict(variable.attrs), "array": _put_aside(variable.values, arrays),
        "coords": {str(n): _labelled(c.variable, {}, arrays) for n, c in coords.items()},
    }  # fmt: skip


def _put_aside(array: np.ndarray, arrays: dict[str, np.ndarray]) -> str:
    if array.dtype.kind in "OT":
        _need(all(isinstance(x, str) for x in array.flat), "an array of objects that are not texts")
        array = array.astype(str)
    name = f"a{len(arrays)}"
    arrays[name] = array
    return name


def _need(condition: bool, found: str) -> None:
    if not condition:
        raise TypeError(f"A checkpoint cannot hold {found}.")


def _put_together(tree: object, arrays) -> object:
    if not isinstance(tree, dict):
        return tree
    ((kind, inside),) = tree.items()
    if kind == "dict":
        return {k: _put_together(v, arrays) for k, v in inside.items()}
    if kind in ("list", "tuple"):
        items = (_put_together(v, arrays) for v in inside)
        return tuple(items) if kind == "tuple" else list(items)
    if kind == "array":
        return arrays[inside]
    if kind == "labelled":
        variable = _variable(inside, arrays)
        coords = {n: _variable(c, arrays) for n, c in inside["coords"].items()}
        return xr.DataArray(variable.values, coords, variable.dims, name=inside["name"], attrs=variable.attrs)
    if kind == "dataset":
        parts = ({n: _variable(v, arrays) for n, v in inside[part].items()} for part in ("variables", "coords"))
        return xr.Dataset(*parts, attrs=inside["attrs"])
    if kind == "table":
        return pa.ipc.open_stream(pa.py_buffer(arrays[inside].tobytes())).read_all()
    raise ValueError(f"a checkpoint of another kind: {kind!r}")


def _variable(inside: dict, arrays) -> xr.Variable:
    return xr.Variable(inside["dims"], arrays[inside["array"]], inside["attrs"])
