"""The rules, as data: what each looks for, what it means, what to do. They find; nothing here repairs.

check(Evidence(panels=build_panels(rows), definitions=INDICATORS, thresholds=thresholds, today=today)) -> DataFrame of findings
"""

from belvedere.health.rules.base import Evidence, Rule
from belvedere.health.rules.registry import RULES, check

__all__ = ["RULES", "Evidence", "Rule", "check"]
