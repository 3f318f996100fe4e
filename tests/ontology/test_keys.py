"""Duplicates, against a slow and obvious search."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from belvedere.ontology.keys import combined, find_duplicates, numbered

rows = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from([None, 1.0, 2.0])), max_size=25)


@given(rows)
def test_duplicates_are_those_a_slow_search_finds(rows):
    letters, numbers, said = ([row[i] for row in rows] for i in range(3))
    found = find_duplicates(
        [numbered(pa.array(letters, pa.string())), numbered(pa.array(numbers, pa.int64()))], [pa.array(said, pa.float64())]
    )
    same = {at: [other for other, r in enumerate(rows) if r[:2] == row[:2]] for at, row in enumerate(rows)}
    differ = [at for at in same if len({rows[other][2] for other in same[at]}) > 1]
    repeated = [at for at in same if at not in differ and same[at][0] < at]
    assert found.conflicting.tolist() == differ
    assert found.repeated.tolist() == repeated
    assert found.first.tolist() == [same[at][0] for at in repeated]
    groups = dict(zip(found.conflicting.tolist(), found.groups.tolist(), strict=True))
    assert all((groups[a] == groups[b]) == (b in same[a]) for a in differ for b in differ)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_numbers_are_equal_exactly_where_values_are(values):
    numbers = numbered(pa.array(values))
    assert len(set(numbers.tolist())) == len(set(values))
    assert all((numbers[a] == numbers[0]) == (values[a] == values[0]) for a in range(len(values)))


@given(st.lists(st.tuples(*[st.integers(0, 2**30)] * 4), min_size=1, max_size=20))
def test_combinations_never_overflow_into_one_another(rows):
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    assert len(set(combined(columns).tolist())) == len(set(rows))
