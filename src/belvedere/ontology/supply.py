"""Supply: what is used, how much lies where, what is ordered."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.ontology.codes import EARLIEST_DAY, FEED_PATTERN, LATEST_DAY, PLACE_PATTERN, STATUSES
from belvedere.ontology.rules import ValueMatchesStatus, WithinBoundsOfCode
from belvedere.ontology.schema import CodeList, Shelf, Table, boolean, number, text
from belvedere.ontology.schema import date as day

PRODUCT_GROUPS = CodeList(
    "product_group",
    {
        "medicine": "medicine",
        "ppe": "personal protective equipment",
        "oxygen": "oxygen and other medical gases",
        "test": "tests and reagents",
        "vaccine": "vaccines",
        "consumable": "other consumables",
        "equipment": "equipment that is used again",
        "service": "services",
    },
)


@dataclass(frozen=True)
class StockMeasure:
    """One thing told of a stock: stock or flow, its meaning, and the lowest figure it can have."""

    kind: str
    description: str
    minimum: float | None = 0.0


STOCK_MEASURES: dict[str, StockMeasure] = {
    "on_hand": StockMeasure("stock", "Usable units in store at the end of the day."),
    "reserved": StockMeasure("stock", "Units in store already promised to someone."),
    "on_order": StockMeasure("stock", "Units ordered and not yet received."),
    "issued": StockMeasure("flow", "Units given out for use in the day; below zero: returns beyond issues.", None),
    "received": StockMeasure("flow", "Units received in the day; below zero: sent back.", None),
    "lost": StockMeasure("flow", "Units expired, broken or missing; below zero: found again.", None),
    "transferred": StockMeasure("flow", "Units from (above zero) or to (below zero) another site.", None),
    "mean_daily_use": StockMeasure("rate", "Mean units used a day, as the site declares it."),
}

STOCK_MEASURE_CODES = CodeList(
    "stock_measure",
    {name: m.description for name, m in STOCK_MEASURES.items()},
    facts={
        name: {"kind": m.kind, "lowest": "" if m.minimum is None else f"{m.minimum:g}"} for name, m in STOCK_MEASURES.items()
    },
)

ORDER_STATUSES = CodeList(
    "order_status",
    {
        "requested": "asked for, not yet ordered",
        "ordered": "ordered",
        "confirmed": "the supplier promises it",
        "shipped": "on its way",
        "delivered": "delivered in full",
        "partly_delivered": "delivered in part",
        "cancelled": "cancelled",
    },
)


class Products(Table):
    """The register of products: what one unit is, its official codes, and what can stand in for it."""

    shelf = Shelf.SERIES
    caveats = (
        "Quantities in every table are in this register's `unit`, never in packs.",
        "Products of one substitution group can replace one another; a shortage moves along the group.",
    )

    product = text("The product's name in every table.", key=True, pattern=r"[A-Za-z0-9][A-Za-z0-9._:-]*")
    name = text("What people call it.")
    product_group = text("What kind of product.", codes=PRODUCT_GROUPS)
    unit = text("What one unit is: one ampoule, one mask, one litre.")
    atc = text("ATC code of a medicine (WHO).", pattern=r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?", required=False)
    gtin = text("GTIN of the trade item (GS1).", pattern=r"\d{8}|\d{12,14}", required=False)
    strength = text("Strength and form, as on the label.", required=False)
    pack_units = number("Units in one pack.", unit="units", minimum=0, required=False)
    substitution_group = text("Name of the group of products that can replace one another.", required=False)
    reusable = boolean("Whether it is used again.", required=False)


class Stocks(Table):
    """How much of a product lies where, and what came in and went out, day by day."""

    shelf = Shelf.SERIES
    caveats = (
        "A site that declares nothing has an unknown stock, not an empty one.",
        "`issued` is what left the store, not what was used at the bedside: wards keep their own small stocks.",
        "Use measured while a product is rationed is not need.",
    )
    rules = (
        WithinBoundsOfCode(
            "value", by="measure", minimum={name: m.minimum for name, m in STOCK_MEASURES.items() if m.minimum is not None}
        ),
        ValueMatchesStatus(),
    )

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    place = text("The site.", key=True, place=True, pattern=PLACE_PATTERN)
    product = text("The product.", key=True)
    date = day("The day.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    measure = text("What is told of the stock.", key=True, codes=STOCK_MEASURE_CODES)
    lot = text("The lot, or `all`.", key=True, default="all")
    value = number("Units of the product; empty where the status says why.", unit="units", required=False)
    status = text("Whether the figure is given, hidden or withdrawn.", codes=STATUSES, default="reported")
    expires_on = day("Last day of use of the lot.", required=False)


class Orders(Table):
    """What was ordered, from whom, for where, and when it came: one row is one line of an order."""

    shelf = Shelf.SERIES
    caveats = (
        "Many registers do not record when an order was placed: the delay then counts from nothing and is unknown.",
        "`promised_on` is the supplier's word; the gap to `delivered_on` is the delay to learn from.",
        "Prices are those of the contract, without transport unless the feed says otherwise.",
    )

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    order = text("The order or contract.", key=True)
    line = text("The line of the order.", key=True, default="1")
    product = text("The product, or the item as the order names it.")
    product_group = text("What kind of product.", codes=PRODUCT_GROUPS, required=False)
    supplier = text("The supplier.", required=False)
    supplier_country = text("Country of the supplier.", place=True, pattern="[A-Z]{2}", required=False)
    place = text("Where it goes.", place=True, pattern=PLACE_PATTERN)
    ordered_on = day("Day it was ordered.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    promised_on = day("Day it was promised for.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    delivered_on = day("Day it came.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    quantity = number("Units ordered.", unit="units", minimum=0)
    quantity_delivered = number("Units that came so far.", unit="units", minimum=0, required=False)
    unit_price = number("Price of one unit.", unit="currency units", minimum=0, required=False)
    currency = text("Currency, ISO 4217.", pattern="[A-Z]{3}", required=False)
    status = text("How far it has come.", codes=ORDER_STATUSES)
