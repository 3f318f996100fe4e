"""Demonstration: source files of a made-up epidemic, in the official forms, labelled synthetic wherever they are shown.

A feed of the demonstration is told by its id: it begins with `demo-`.
"""

from belvedere.demo.files import DEMO_PREFIX, MAPPING_TEXTS, is_demo, write_demo_files

__all__ = ["DEMO_PREFIX", "MAPPING_TEXTS", "is_demo", "write_demo_files"]
