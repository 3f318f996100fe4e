"""Every indicator there is: what kind of figure, in which unit, what it means, and how it hangs together with others.

The relations are data for the health rules: a cumulative figure never falls, a part is never larger than its whole, a stock
changes by what flows in and out. A condition, an age or a sex is never part of a name: those are columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from belvedere.errors import UnknownName
from belvedere.ontology.schema import CodeList


class SeriesKind(StrEnum):
    """How a figure behaves in time."""

    STOCK = "stock"  # present at a moment: adds over places, not over days
    FLOW = "flow"  # happened in the period: adds over places and over days
    CUMULATIVE = "cumulative"  # happened since the beginning: never falls unless corrected
    RATE = "rate"  # a ratio: adds over nothing


@dataclass(frozen=True)
class IndicatorDefinition:
    """One indicator.

    kind: stock, flow, cumulative or rate.
    unit: what one of it is.
    description: what is counted, and how it is dated.
    cumulative_of: the flow it adds up.
    part_of: the indicator it is a part of, at the same place, date, condition, age, sex and period.
    inflows, outflows: the flows by which a stock changes from one day to the next.
    minimum, maximum: bounds that no figure of this kind can pass. A flow has none below: producers publish corrections
        as negative flows. A stock or a cumulative figure starts at zero: minus one person is never present.
    """

    kind: SeriesKind
    unit: str
    description: str
    cumulative_of: str | None = None
    part_of: str | None = None
    inflows: tuple[str, ...] = ()
    outflows: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


def _stock(unit: str, description: str, **relations) -> IndicatorDefinition:
    return IndicatorDefinition(SeriesKind.STOCK, unit, description, minimum=0.0, **relations)


def _flow(unit: str, description: str, **relations) -> IndicatorDefinition:
    return IndicatorDefinition(SeriesKind.FLOW, unit, description, **relations)


def _rate(unit: str, description: str, *, minimum: float | None = 0.0, maximum: float | None = None) -> IndicatorDefinition:
    return IndicatorDefinition(SeriesKind.RATE, unit, description, minimum=minimum, maximum=maximum)


_HOSPITAL_FLOWS = {
    "hospital_admissions": _flow("persons", "Entered hospital, dated by the day of entry unless the feed says otherwise."),
    "hospital_discharges": _flow("persons", "Left hospital alive."),
    "hospital_deaths": _flow("persons", "Died in hospital."),
    "hospitalised_cases": _flow(
        "persons", "Reported cases who are known to have entered hospital, dated by the report of the case (Germany)."
    ),
    "icu_admissions": _flow("persons", "Entered intensive care, from outside or from another unit."),
    "icu_admissions_vaccinated": _flow("persons", "Entered intensive care fully vaccinated.", part_of="icu_admissions"),
    "icu_admissions_partly_vaccinated": _flow("persons", "Entered intensive care partly vaccinated.", part_of="icu_admissions"),
    "icu_admissions_recovered": _flow(
        "persons", "Entered intensive care after an earlier infection.", part_of="icu_admissions"
    ),
    "icu_admissions_other": _flow(
        "persons", "Entered intensive care neither vaccinated nor recovered, or not known.", part_of="icu_admissions"
    ),
    "icu_exits": _flow("persons", "Left intensive care, to another unit, home or dead."),
    "icu_deaths": _flow("persons", "Died in intensive care.", part_of="hospital_deaths"),
    "ventilation_starts": _flow("persons", "Began invasive ventilation."),
    "ventilation_ends": _flow("persons", "Ended invasive ventilation."),
    "care_admissions": _flow("persons", "Entered a hospital's nursing-care beds."),
    "care_exits": _flow("persons", "Left a hospital's nursing-care beds."),
    "care_deaths": _flow("persons", "Died in a hospital's nursing-care beds."),
    "er_visits": _flow("visits", "Visits to emergency departments."),
    "er_admissions": _flow("visits", "Emergency visits that ended in a hospital admission.", part_of="er_visits"),
}

_HOSPITAL_STOCKS = {
    "hospital_census": _stock(
        "persons",
        "Present in hospital, all levels of care.",
        inflows=("hospital_admissions",),
        outflows=("hospital_discharges", "hospital_deaths"),
    ),
    "icu_census": _stock(
        "persons", "Present in intensive care.", part_of="hospital_census", inflows=("icu_admissions",), outflows=("icu_exits",)
    ),
    "ward_census": _stock("persons", "Present in general wards.", part_of="hospital_census"),
    "rehabilitation_census": _stock("persons", "Present in rehabilitation or long-term care.", part_of="hospital_census"),
    "other_census": _stock("persons", "Present in other hospital units.", part_of="hospital_census"),
    "care_census": _stock(
        "persons", "Present in a hospital's nursing-care beds.", inflows=("care_admissions",), outflows=("care_exits",)
    ),
    "red_zone_census": _stock("persons", "Present in the units set apart for infected patients.", part_of="hospital_census"),
    "ventilated_census": _stock(
        "persons",
        "Present on invasive ventilation.",
        part_of="icu_census",
        inflows=("ventilation_starts",),
        outflows=("ventilation_ends",),
    ),
    "noninvasive_ventilation_census": _stock("persons", "Present on non-invasive ventilation.", part_of="hospital_census"),
    "oxygen_census": _stock("persons", "Present on oxygen.", part_of="hospital_census"),
    "hospital_census_primary": _stock(
        "persons", "Present in hospital because of the condition, not only with it.", part_of="hospital_census"
    ),
    "icu_census_primary": _stock("persons", "Present in intensive care because of the condition.", part_of="icu_census"),
    "ward_census_primary": _stock("persons", "Present in general wards because of the condition.", part_of="ward_census"),
    "icu_units_reporting": _stock("units", "Intensive-care units that reported."),
    "icu_units_regular": _stock("units", "Intensive-care units working as usual.", part_of="icu_units_reporting"),
    "icu_units_partly_limited": _stock("units", "Intensive-care units partly limited.", part_of="icu_units_reporting"),
    "icu_units_limited": _stock("units", "Intensive-care units limited.", part_of="icu_units_reporting"),
    "icu_units_no_statement": _stock("units", "Intensive-care units that do not say.", part_of="icu_units_reporting"),
    "icu_units_limited_by_staff": _stock("units", "Intensive-care units short of staff.", part_of="icu_units_reporting"),
    "icu_units_limited_by_ventilators": _stock(
        "units", "Intensive-care units short of ventilators.", part_of="icu_units_reporting"
    ),
    "icu_units_limited_by_material": _stock("units", "Intensive-care units short of material.", part_of="icu_units_reporting"),
    "icu_units_limited_by_space": _stock("units", "Intensive-care units short of space.", part_of="icu_units_reporting"),
    "staff_absent": _stock("persons", "Staff absent, all roles."),
    "staff_absent_nursing": _stock("persons", "Nurses and midwives absent.", part_of="staff_absent"),
    "staff_absent_medical": _stock("persons", "Physicians and dentists absent.", part_of="staff_absent"),
    "staff_absent_other": _stock("persons", "Other staff absent.", part_of="staff_absent"),
}

_EPIDEMIC_FLOWS = {
    "cases": _flow("persons", "Confirmed cases, by the day the feed dates them (its mapping says test, onset or report)."),
    "cases_announced": _flow("persons", "Confirmed cases announced on that day, whenever the test was made."),
    "cases_care_homes": _flow("persons", "Confirmed cases among care-home residents."),
    "cases_from_symptoms": _flow("persons", "Confirmed cases found because of symptoms.", part_of="cases"),
    "cases_from_screening": _flow("persons", "Confirmed cases found by screening.", part_of="cases"),
    "cases_pcr": _flow("persons", "Cases confirmed by a molecular test.", part_of="cases"),
    "cases_antigen": _flow("persons", "Cases confirmed by a rapid antigen test.", part_of="cases"),
    "deaths": _flow("persons", "Deaths with or from the condition, in and out of hospital."),
    "deaths_care_homes": _flow("persons", "Deaths of care-home residents.", part_of="deaths"),
    "recovered": _flow("persons", "Declared recovered or discharged."),
    "tests": _flow("tests", "Tests made; the feed's mapping says whether one person counts once."),
    "tests_pcr": _flow("tests", "Molecular tests made.", part_of="tests"),
    "tests_antigen": _flow("tests", "Rapid antigen tests made.", part_of="tests"),
    "persons_tested": _flow("persons", "Persons tested for the first time.", part_of="tests"),
    "vaccinations_first_dose": _flow("persons", "Persons given a first dose."),
    "vaccinations_complete": _flow("persons", "Persons whose first course was completed."),
    "vaccinations_booster": _flow("persons", "Persons given a booster dose."),
    "vaccine_doses": _flow("doses", "Vaccine doses given, of any rank."),
    "sos_medecins_acts": _flow("acts", "House calls of SOS Médecins (France)."),
    "emergency_calls": _flow("calls", "Calls to the medical emergency or advice line."),
    "facilities_reporting_new": _flow("facilities", "Hospitals that declared a first case."),
}

_EPIDEMIC_STOCKS = {
    "active_cases": _stock("persons", "Cases neither recovered nor dead."),
    "home_isolation_census": _stock("persons", "Cases isolated at home.", part_of="active_cases"),
    "population": _stock("persons", "Resident population."),
}

_CHANGES = {
    "active_cases_change": _flow("persons", "Change of the active cases since the day before, as published (Italy)."),
}

_RATES = {
    "positivity_percent": _rate("percent", "Share of tests, or of persons tested, that are positive.", maximum=100.0),
    "incidence_per_100k": _rate("per 100,000 persons", "Cases in the period for each 100,000 inhabitants."),
    "tests_per_100k": _rate("per 100,000 persons", "Tests in the period for each 100,000 inhabitants."),
    "hospitalisation_per_100k": _rate("per 100,000 persons", "Hospitalised cases in the period for each 100,000 inhabitants."),
    "reproduction_number": _rate("persons", "Mean number of persons infected by one, as published by the producer."),
    "icu_occupancy_ratio": _rate("ratio", "Patients in intensive care over the beds the producer divides by; may pass 1."),
    "bed_occupancy_ratio": _rate("ratio", "Patients present over the beds the producer divides by; may pass 1."),
    "vaccination_first_dose_percent": _rate("percent", "Share of the population with a first dose."),
    "vaccination_complete_percent": _rate("percent", "Share of the population with a complete first course."),
    "vaccination_booster_percent": _rate("percent", "Share of the population with a booster dose."),
    "staff_absence_percent": _rate("percent", "Share of the staff who are absent.", maximum=100.0),
    "mobility_retail_and_recreation": _rate("percent of baseline", "Change of visits to shops and leisure.", minimum=-100.0),
    "mobility_grocery_and_pharmacy": _rate("percent of baseline", "Change of visits to groceries, pharmacies.", minimum=-100.0),
    "mobility_parks": _rate("percent of baseline", "Change of visits to parks.", minimum=-100.0),
    "mobility_transit_stations": _rate("percent of baseline", "Change of visits to stations.", minimum=-100.0),
    "mobility_workplaces": _rate("percent of baseline", "Change of visits to workplaces.", minimum=-100.0),
    "mobility_residential": _rate("percent of baseline", "Change of time spent at home.", minimum=-100.0),
}


def _cumulative(flows: dict[str, IndicatorDefinition]) -> dict[str, IndicatorDefinition]:
    """For each flow, the same figure counted since the beginning of the epidemic or of the feed."""
    return {
        ("facilities_reporting_cumulative" if name == "facilities_reporting_new" else f"{name}_cumulative"): replace(
            flow,
            kind=SeriesKind.CUMULATIVE,
            description=f"{flow.description.rstrip('.')}; counted since the beginning.",
            cumulative_of=name,
            part_of=flow.part_of and f"{flow.part_of}_cumulative",
            minimum=0.0,
        )
        for name, flow in flows.items()
    }


INDICATORS: dict[str, IndicatorDefinition] = {
    **_HOSPITAL_FLOWS,
    **_HOSPITAL_STOCKS,
    **_EPIDEMIC_FLOWS,
    **_EPIDEMIC_STOCKS,
    **_CHANGES,
    **_RATES,
    **_cumulative(_HOSPITAL_FLOWS),
    **_cumulative(_EPIDEMIC_FLOWS),
}


def _facts(definition: IndicatorDefinition) -> dict[str, str]:
    changes = [f"+ {name}" for name in definition.inflows] + [f"− {name}" for name in definition.outflows]
    return {
        "kind": str(definition.kind),
        "unit": definition.unit,
        "part of": definition.part_of or "",
        "changes by": ", ".join(changes),
        "lowest": "" if definition.minimum is None else f"{definition.minimum:g}",
        "highest": "" if definition.maximum is None else f"{definition.maximum:g}",
    }


INDICATOR_CODES = CodeList(
    "indicator",
    {name: definition.description for name, definition in INDICATORS.items()},
    facts={name: _facts(definition) for name, definition in INDICATORS.items()},
)


def indicator(name: str) -> IndicatorDefinition:
    """The definition of that indicator; raises UnknownName with the nearest ones."""
    if name not in INDICATORS:
        raise UnknownName("indicator", name, INDICATORS)
    return INDICATORS[name]
