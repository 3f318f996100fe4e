"""Measurements. `make bench NAME=topic` runs `bench/<topic>.py`; see bench/README.md."""

from bench._figures import Figure

__all__ = ["Figure"]
