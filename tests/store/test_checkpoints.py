"""What is kept comes back the same, and nothing else does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from belvedere.store import checkpoints

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(),
    hnp.arrays(st.sampled_from(["f8", "f4", "i8", "?", "<U5", "M8[D]"]), hnp.array_shapes(min_side=0, max_dims=3)),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.lists(inside, max_size=3).map(tuple), st.dictionaries(st.text(), inside, max_size=3)
    ),
    max_leaves=8,
)


def same(a: object, b: object) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b


@given(trees)
def test_any_tree_of_arrays_comes_back_bit_for_bit(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("kept") / "value.npz"
    checkpoints.write(path, value, stamp="s")
    (back,) = checkpoints.read(path, stamp="s")
    assert same(back, value)


def paths() -> xr.Dataset:
    coords = {
        "region": np.array(["FR-01", "FR-971"], dtype=object),
        "date": np.array(["2020-03-18", "2020-03-19"], "M8[ns]"),
        "part": ("region", np.array(["FR-ARA", "FR-971"])),
    }
    counts = np.array([[1.5, np.nan], [-0.0, np.inf]])
    return xr.Dataset({"icu": (("region", "date"), counts, {"unit": "persons"}), "scale": ((), 2.0)}, coords, {"seed": 3})


def test_labelled_arrays_keep_their_labels_names_and_notes(tmp_path):
    value = {"paths": paths(), "one": paths()["icu"].isel(date=0), "bare": xr.DataArray([1, 2], dims="sample")}
    checkpoints.write(tmp_path / "v.npz", value, stamp="s")
    (back,) = checkpoints.read(tmp_path / "v.npz", stamp="s")
    for name, written in value.items():
        xr.testing.assert_identical(back[name], written)
    assert back["paths"]["icu"].dtype == np.float64 and np.signbit(back["paths"]["icu"].values[1, 0])


def test_tables_come_back_with_their_schema(tmp_path):
    table = pa.table({"place": ["FR-01", None], "value": pa.array([1.0, None], pa.float32())})
    checkpoints.write(tmp_path / "v.npz", [table], stamp="s")
    assert checkpoints.read(tmp_path / "v.npz", stamp="s")[0][0].equals(table)


@pytest.mark.parametrize("value", [object(), {1: 2}, np.array([object()]), {"a": {3, 4}}])
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(tmp_path, value):
    with pytest.raises(TypeError, match="checkpoint"):
        checkpoints.write(tmp_path / "v.npz", value, stamp="s")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_a_damaged_and_a_foreign_file_are_none(tmp_path):
    path = tmp_path / "v.npz"
    assert checkpoints.read(path, stamp="s") is None
    checkpoints.write(path, np.arange(100.0), stamp="s")
    whole = path.read_bytes()
    assert checkpoints.read(path, stamp="t") is None
    for damaged in (
        b"",
        whole[: len(whole) // 2],
        whole[:-1],
        whole.replace(np.float64(40).tobytes(), np.float64(41).tobytes()),
    ):
        path.write_bytes(damaged)
        assert checkpoints.read(path, stamp="s") is None
    path.write_bytes(whole)
    assert checkpoints.read(path, stamp="s")[0][40] == 40
