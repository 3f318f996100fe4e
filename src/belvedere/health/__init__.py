"""Is what we hold fresh, complete, plausible? Pure functions on tables; they find and say, and never repair."""

from belvedere.health.completeness import completeness, missing_places
from belvedere.health.freshness import Freshness, freshness
from belvedere.health.gaps import cell_types, summarise_gaps
from belvedere.health.panels import Panel, SeriesKey, build_panels
from belvedere.health.rules import RULES, Evidence, check
from belvedere.health.rules.registry import sentence
from belvedere.health.rules.revisions import compare_versions, revision_findings
from belvedere.health.thresholds import Thresholds

__all__ = [
    "RULES",
    "Evidence",
    "Freshness",
    "Panel",
    "SeriesKey",
    "Thresholds",
    "build_panels",
    "cell_types",
    "check",
    "compare_versions",
    "completeness",
    "freshness",
    "missing_places",
    "revision_findings",
    "sentence",
    "summarise_gaps",
]
