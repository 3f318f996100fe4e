"""The gate: what may be read, by whom, for what; and the log of it."""

from belvedere.trust.gate import Gate, GatedSnapshot, Read, Request

__all__ = ["Gate", "GatedSnapshot", "Read", "Request"]
