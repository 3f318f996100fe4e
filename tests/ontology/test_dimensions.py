"""The dimensions an array may have."""

from types import SimpleNamespace

import pytest

from belvedere.errors import DataError, UnknownName
from belvedere.ontology.dimensions import DIMENSIONS, check_dims


def test_the_vocabulary_in_its_order():
    assert list(DIMENSIONS) == (
        ["sample", "region", "facility", "unit", "level", "role", "shift", "product", "supplier", "age", "date", "horizon"]
    )


def test_arrays_and_plain_names_are_read_alike():
    check_dims(("sample", "region", "date"), required=("sample", "date"))
    check_dims(SimpleNamespace(dims=("sample", "region", "horizon")), required=("sample",), optional=("region", "horizon"))
    check_dims(())


@pytest.mark.parametrize(
    ("dims", "asked", "error", "says"),
    [
        (("sample", "regoin"), {}, UnknownName, "region"),
        (("sample",), {"required": ("dates",)}, UnknownName, "date"),
        (("sample", "sample"), {}, DataError, "twice"),
        (("date",), {"required": ("sample", "date")}, DataError, "lacks the dimension sample"),
        (("sample", "age"), {"required": ("sample",), "optional": ("region",)}, DataError, "age, which was not asked for"),
        (("date", "sample"), {}, DataError, r"expected \(sample, date\)"),
    ],
)
def test_what_is_wrong_is_named(dims, asked, error, says):
    with pytest.raises(error, match=says):
        check_dims(dims, **asked)
