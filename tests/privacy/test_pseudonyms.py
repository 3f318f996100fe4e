"""Pseudonyms: stable under one key and purpose, unlinkable across them, and never the identity itself."""

import hashlib
import hmac

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from belvedere.privacy.pseudonyms import LENGTH, pseudonym, pseudonyms

KEY, OTHER = b"k" * 32, b"o" * 32
name = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_it_is_the_keyed_hash_of_rfc_2104():
    expected = hmac.new(KEY, b"stays\x1f1850599999999", hashlib.sha256).hexdigest()[:LENGTH]
    assert pseudonym(KEY, "stays", "1850599999999") == expected


@given(name)
def test_one_person_one_pseudonym_within_a_purpose_only(identity):
    made = pseudonym(KEY, "tracing", identity)
    assert made == pseudonym(KEY, "tracing", f"  {identity} ")
    assert len({made, pseudonym(KEY, "stays", identity), pseudonym(OTHER, "tracing", identity)}) == 3


@given(st.lists(st.one_of(st.none(), name)))
def test_a_column_is_replaced_row_by_row_and_null_stays_null(identities):
    made = pseudonyms(KEY, "stays", pa.array(identities, pa.string())).to_pylist()
    assert made == [None if i is None else pseudonym(KEY, "stays", i) for i in identities]
