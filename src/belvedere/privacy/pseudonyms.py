"""Keyed pseudonyms: the same person gets the same one, and nobody without the key can tell which.

HMAC-SHA-256 of the identity under a secret key and a purpose, 128 bits kept. Without the purpose's key two tables cannot be
joined by person. RFC 2104.
"""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pyarrow.compute as pc

LENGTH = 32


def pseudonym(key: bytes, purpose: str, identity: str) -> str:
    """One identity's pseudonym: 32 hexadecimal characters. Surrounding blanks do not make another person."""
    message = f"{purpose}\x1f{identity.strip()}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:LENGTH]


def pseudonyms(key: bytes, purpose: str, identities: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Pseudonyms of a column of text, null where null. shape (n,) in, shape (n,) out."""
    encoded = pa.array(identities.to_pylist(), pa.string()).dictionary_encode()
    replaced = pa.array(
        [None if v is None else pseudonym(key, purpose, v) for v in encoded.dictionary.to_pylist()], pa.string()
    )
    return pc.take(replaced, encoded.indices)
