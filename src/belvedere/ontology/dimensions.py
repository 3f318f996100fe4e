"""The vocabulary of array dimensions: the only names the axes of an array may have, and the order they stand in.

Sample 17 is the same future in every room, so `sample` always comes first and time (`date` or `horizon`) last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from belvedere.errors import DataError, UnknownName
from belvedere.ontology.schema import CodeList

DIMENSIONS = CodeList(
    "dimension",
    {
        "sample": "one joint future; the same number is the same future in every room",
        "region": "place from the country down to the zone, by its place id",
        "facility": "hospital, by its place id",
        "unit": "unit of a hospital, by its place id",
        "level": "level of care",
        "role": "role of staff",
        "shift": "shift of the day",
        "product": "product, by its id",
        "supplier": "supplier",
        "age": "age class, both ends included",
        "date": "calendar day",
        "horizon": "steps ahead; 1 is the day or week after the last complete one",
    },
)


def check_dims(array: object, *, required: Collection[str] = (), optional: Collection[str] | None = None) -> None:
    """Checks the dimensions of an array: known names, none twice, in the vocabulary's order, and those that were asked for.

    array: anything with `dims` (an xarray.DataArray, a Dataset's variable), or the names themselves.
    required: names that must be there. optional: names that may be there too; None: any of the vocabulary.
    Raises UnknownName for a name outside the vocabulary, in the array or in what is asked; DataError for anything else.
    Nothing is computed: an array not loaded yet stays so.
    """
    dims = _names(array)
    for name in (*dims, *required, *(optional or ())):
        if name not in DIMENSIONS:
            raise UnknownName("dimension", name, DIMENSIONS)
    if len(set(dims)) < len(dims):
        raise DataError(f"the array has a dimension twice: ({', '.join(dims)})")
    if missing := [name for name in DIMENSIONS if name in required and name not in dims]:
        raise DataError(f"the array ({', '.join(dims)}) lacks the dimension {', '.join(missing)}")
    if optional is not None and (extra := [name for name in dims if name not in required and name not in optional]):
        raise DataError(f"the array ({', '.join(dims)}) has the dimension {', '.join(extra)}, which was not asked for")
    if dims != (ordered := tuple(name for name in DIMENSIONS if name in dims)):
        raise DataError(f"the array has its dimensions as ({', '.join(dims)}), expected ({', '.join(ordered)})")


def _names(array: object) -> tuple[str, ...]:
    names: Iterable[object] = getattr(array, "dims", array)
    return tuple(str(name) for name in names)
