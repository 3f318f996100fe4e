"""The epidemic: delays and what is not reported yet, the reproduction number, admissions to come.

Pure functions on labelled arrays (dims from `ontology.dimensions`); numbers that come from the world are arguments.
"""

from belvedere.spread.admissions import PRIORS, AdmissionForecast, Drift, Priors, admission_paths
from belvedere.spread.delays import discretise_gamma, growth_to_reproduction
from belvedere.spread.reporting import ReportingDelay, estimate_delay, given_delay, no_delay, nowcast
from belvedere.spread.reproduction import reproduction_number
from belvedere.spread.screening import SCREENING, Screening, screen

__all__ = [
    "PRIORS",
    "SCREENING",
    "AdmissionForecast",
    "Drift",
    "Priors",
    "ReportingDelay",
    "Screening",
    "admission_paths",
    "discretise_gamma",
    "estimate_delay",
    "given_delay",
    "growth_to_reproduction",
    "no_delay",
    "nowcast",
    "reproduction_number",
    "screen",
]
