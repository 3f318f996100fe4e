"""What exists: every table, column, unit and code of the house, declared once. Importing the room declares the tables."""

from belvedere.ontology.alerts import AlertRules
from belvedere.ontology.desk import Notes, WatchActions
from belvedere.ontology.epidemic import Cases, Contacts, Measures
from belvedere.ontology.forecasts import Forecasts
from belvedere.ontology.hospital import RESOURCES, Capacity, ResourceDefinition, Shifts, Stays
from belvedere.ontology.indicators import INDICATORS, IndicatorDefinition, Indicators, SeriesKind, indicator
from belvedere.ontology.mobility import Flows
from belvedere.ontology.outlooks import Outlooks
from belvedere.ontology.places import Places
from belvedere.ontology.scenarios import ScenarioOverlays, Scenarios
from belvedere.ontology.schema import CodeList, Column, Kind, Shelf, Table, table, tables
from belvedere.ontology.supply import Orders, Products, Stocks

__all__ = [
    "INDICATORS",
    "RESOURCES",
    "AlertRules",
    "Capacity",
    "Cases",
    "CodeList",
    "Column",
    "Contacts",
    "Flows",
    "Forecasts",
    "IndicatorDefinition",
    "Indicators",
    "Kind",
    "Measures",
    "Notes",
    "Orders",
    "Outlooks",
    "Places",
    "Products",
    "ResourceDefinition",
    "ScenarioOverlays",
    "Scenarios",
    "SeriesKind",
    "Shelf",
    "Shifts",
    "Stays",
    "Stocks",
    "Table",
    "WatchActions",
    "indicator",
    "table",
    "tables",
]
