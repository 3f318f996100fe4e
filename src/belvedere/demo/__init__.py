"""Demonstration: a made-up country in official forms (`demo.country`), labelled synthetic wherever it is shown.

A feed of the demonstration is told by its id: it begins with `demo-`.
"""

DEMO_PREFIX = "demo-"

__all__ = ["DEMO_PREFIX", "is_demo"]


def is_demo(feed: str) -> bool:
    """Whether the feed is one of the demonstration."""
    return feed.startswith(DEMO_PREFIX)
