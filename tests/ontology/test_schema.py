"""How tables are declared, and what every declared table must have."""

import pytest

from belvedere.errors import UnknownName
from belvedere.ontology import Shelf, Table, table, tables
from belvedere.ontology.schema import CodeList, number, text

EXPECTED = {
    "places": Shelf.SERIES,
    "indicators": Shelf.SERIES,
    "capacity": Shelf.SERIES,
    "products": Shelf.SERIES,
    "stocks": Shelf.SERIES,
    "orders": Shelf.SERIES,
    "flows": Shelf.SERIES,
    "measures": Shelf.SERIES,
    "forecasts": Shelf.SERIES,
    "outlooks": Shelf.SERIES,
    "stays": Shelf.RECORDS,
    "shifts": Shelf.RECORDS,
    "cases": Shelf.RECORDS,
    "contacts": Shelf.RECORDS,
    "scenarios": Shelf.RECORDS,
    "scenario_overlays": Shelf.RECORDS,
    "watch_actions": Shelf.RECORDS,
    "notes": Shelf.RECORDS,
    "alert_rules": Shelf.RECORDS,
}
QUESTIONS = {"scenarios", "scenario_overlays"}  # what people ask: records that name no patient
DESK = {"watch_actions", "notes", "alert_rules"}  # what people do, in their own name
REGISTERS = {"places", "products", *QUESTIONS, *DESK}  # kept by the installation, not told by one feed
declared = pytest.mark.parametrize("declared", tables().values(), ids=lambda t: t.name)


def test_the_tables_and_their_shelves():
    assert {name: t.shelf for name, t in tables().items()} == EXPECTED


@declared
def test_a_table_explains_itself(declared):
    assert declared.description().endswith((".", ":")) and declared.caveats and declared.keys()
    assert all(c.description and c.name == name for name, c in declared.columns.items())
    assert all(c.required for c in declared.columns.values() if c.key)


@declared
def test_tables_from_feeds_have_the_feed_as_first_key(declared):
    assert ("feed" in declared.columns) == (declared.name not in REGISTERS)
    assert declared.name in REGISTERS or declared.keys()[0] == "feed"


@declared
def test_people_are_on_the_records_shelf_only(declared):
    assert declared.shelf is Shelf.RECORDS or not any(c.identity for c in declared.columns.values())
    named = any(c.identity for c in declared.columns.values())
    assert declared.shelf is Shelf.SERIES or named is (declared.name not in QUESTIONS | DESK)


@declared
def test_rules_speak_of_columns_that_exist(declared):
    for rule in declared.rules:
        assert {*rule.columns, rule.column} <= declared.columns.keys()
        assert rule.name and rule.expected


@declared
def test_a_default_is_an_allowed_value(declared):
    for column in declared.columns.values():
        assert column.default is None or not column.codes or column.default in column.codes


def test_a_name_means_one_code_list():
    lists = {}
    for column in (c for t in tables().values() for c in t.columns.values() if c.codes):
        assert lists.setdefault(column.codes.name, column.codes) is column.codes
        assert all(code and meaning for code, meaning in column.codes.codes.items())


def test_a_column_may_be_called_name():
    assert table("places").name == "places"
    assert "name" in table("places").columns


def test_the_arrow_schema_follows_the_declaration():
    class Trial(Table, register=False):
        "A trial."

        shelf = Shelf.SERIES
        who = text("Who.", key=True)
        size = number("How much.", required=False)

    assert [(f.name, str(f.type), f.nullable) for f in Trial.arrow_schema()] == [
        ("who", "string", False),
        ("size", "double", True),
    ]
    assert Trial.keys() == ["who"] and Trial.values() == ["size"]
    assert "trial" not in tables()


@pytest.mark.parametrize("name", ["keys", "columns", "known_at", "source_row", "stated_at"])
def test_names_of_the_house_are_refused(name):
    with pytest.raises(TypeError, match=name):
        type("Trial", (Table,), {"__doc__": "A trial.", name: text("Taken.")}, register=False)


def test_a_table_is_declared_once():
    with pytest.raises(TypeError, match="twice"):
        type("Places", (Table,), {"__doc__": "Again."})
    assert table("places").columns


def test_an_unknown_table_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean indicators"):
        table("indicator")


def test_a_code_list_can_be_asked_and_read():
    codes = CodeList("colour", {"red": "stop", "green": "go"})
    assert "red" in codes and "blue" not in codes and list(codes) == ["red", "green"]
