"""What the others send: pharmacies and suppliers, phone networks, the tracing teams, the official journal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from belvedere.demo.country.messages import HOUR, in_pieces, written
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.reports import File, Reports

ORDERS_BACK_DAYS = 60
HIDDEN = "*"


def other_files(reports: Reports) -> Iterator[File]:
    """Stocks, orders, flows, cases, contacts and measures."""
    stamp = reports.stamp(reports.span.stop - 1)
    yield from in_pieces(reports, "supply", "demo-fr-supply-stocks", stocks(reports))
    yield File("supply", "demo-fr-orders", stamp, orders(reports))
    yield from in_pieces(reports, "phones", "demo-fr-phone-flows", flows(reports))
    cases = line_list(reports)
    yield File("tracing", "demo-fr-cases", stamp, _sent(reports, cases))
    yield File("tracing", "demo-fr-contacts", stamp, contacts(reports, cases))
    yield File("measures", "demo-fr-measures", stamp, measures(reports))


def _moment(reports: Reports, day: np.ndarray, hours: int) -> np.ndarray:
    """Instants: so many hours into days given by index."""
    return reports.world.days[0].astype("datetime64[s]") + day.astype(np.int64) * 24 * HOUR + hours * HOUR


def _days(reports: Reports, day: np.ndarray, there: np.ndarray | None = None) -> pa.Array:
    """Days of indices; empty where not `there`."""
    shown = np.ones(len(day), dtype=bool) if there is None else there
    return pa.array(reports.world.days[0] + np.where(shown, day, 0).astype(np.int64), pa.date32(), mask=~shown)


# -- supply -------------------------------------------------------------------------------------------------------------


def stocks(reports: Reports) -> pa.Table:
    """One row a hospital, product and day: what lies there, what went out, came in, was lost, and the mean daily use."""
    world, goods = reports.world, reports.truth.stocks
    first = max(reports.span.stop - reports.truth.scenario.settings["stock_days"], reports.span.start)
    H, P = len(world.facilities), len(world.products)
    grid = np.meshgrid(np.arange(first, reports.span.stop), np.arange(H), np.arange(P), indexing="ij")
    day, house, product = (at.ravel() for at in grid)
    sent = ~reports.silent_facilities[house, day]
    day, house, product = day[sent], house[sent], product[sent]
    columns = {
        "etablissement": world.facilities["place"].to_numpy()[house], "produit": world.products["product"].to_numpy()[product],
        "jour": world.days[day],
    }  # fmt: skip
    named = {"stock": "on_hand", "sorties": "issued", "entrees": "received", "pertes": "lost"}
    columns |= {column: goods[name].values[house, product, day] for column, name in named.items()}
    return pa.table(columns | {"conso_moyenne": np.round(goods["mean_use"].values[house, product, day].astype(float), 2)})


def orders(reports: Reports) -> pa.Table:
    """One row when an order is placed, one more when it comes."""
    world, now = reports.world, reports.span.stop
    table = reports.truth.orders
    table = table[(table["ordered"] >= now - ORDERS_BACK_DAYS) & (table["ordered"] < now)].reset_index(drop=True)
    ordered, promised, delivered = (table[name].to_numpy() for name in ("ordered", "promised", "delivered"))
    come = (delivered >= 0) & (delivered < now)
    suppliers = world.suppliers
    common = {
        "commande": np.array([f"SYN-O{number:07d}" for number in table.index], dtype=object),
        "etablissement": world.facilities["place"].to_numpy()[table["facility"]],
        "produit": world.products["product"].to_numpy()[table["product"]],
        "famille": world.products["product_group"].to_numpy()[table["product"]],
        "fournisseur": suppliers["supplier"].to_numpy()[table["supplier"]],
        "pays": suppliers["country"].to_numpy()[table["supplier"]],
        "commande_le": _days(reports, ordered), "promis_le": _days(reports, promised), "quantite": table["quantity"].to_numpy(),
    }  # fmt: skip
    placed = pa.table(
        {"message": written(_moment(reports, ordered, 10))} | common
        | {"livre_le": _days(reports, ordered, np.zeros(len(table), bool)), "livre": np.zeros(len(table), dtype=np.int64),
           "statut": pa.array(["ordered"] * len(table))}
    )  # fmt: skip
    brought = pa.table(
        {"message": written(_moment(reports, delivered, 15))} | common
        | {"livre_le": _days(reports, delivered, come), "livre": table["quantity"].to_numpy(),
           "statut": pa.array(["delivered"] * len(table))}
    ).filter(pa.array(come))  # fmt: skip
    return pa.concat_tables([placed, brought]).sort_by([("message", "ascending"), ("commande", "ascending")])


# -- phones -------------------------------------------------------------------------------------------------------------


def flows(reports: Reports) -> pa.Table:
    """Residents of one département seen in another, by day, scaled up from phones; small figures are hidden."""
    p, world = parameters()["mobility"], reports.world
    rng = reports.truth.scenario.rng("phones")
    first = max(reports.span.stop - reports.truth.scenario.settings["flow_days"], reports.span.start)
    days = np.arange(first, reports.span.stop)
    people = world.land.population.sum(axis=1)
    usual = people[:, None] * world.away * p["travellers_share"]
    origin, destination = np.nonzero(usual * p["phones_share"] >= p["hidden_below"] / 2)
    weekday = np.array(p["weekday"])[world.weekdays[days]]
    mean = usual[origin, destination][None, :] * world.travel[origin][:, days].T * weekday[:, None] * p["phones_share"]
    phones = rng.poisson(mean)
    shown = np.where(phones < p["hidden_below"], -1, np.rint(phones / p["phones_share"] / 10) * 10).astype(np.int64)
    values = shown.ravel().astype(str).astype(object)
    values[shown.ravel() < 0] = HIDDEN
    names = np.array(world.land.places, dtype=object)
    n = len(origin)
    return pa.table(
        {"residence": np.tile(names[origin], len(days)), "presence": np.tile(names[destination], len(days)),
         "jour": np.repeat(world.days[days], n), "personnes": values}
    )  # fmt: skip


# -- tracing ------------------------------------------------------------------------------------------------------------


def line_list(reports: Reports) -> pd.DataFrame:
    """Found infections of the pilots, one row each, with the index of the day of report."""
    q, now = parameters()["tracing"], reports.span.stop
    persons = reports.truth.tracing.persons
    rng = reports.truth.scenario.rng("line list")
    reported = persons["tested"] + 1 + rng.integers(0, 2, len(persons))
    asked = rng.random(len(persons)) < 0.85
    listed = (persons["tested"] >= now - q["days"]) & (reported < now)
    return persons.assign(reported=reported, asked=asked)[listed].reset_index(drop=True)


def _sent(reports: Reports, cases: pd.DataFrame) -> pa.Table:
    ages, places = np.array(parameters()["people"]["ages"], dtype=object), np.array(reports.world.land.places, dtype=object)
    tested, reported, onset = (cases[name].to_numpy() for name in ("tested", "reported", "onset"))
    asked = cases["asked"].to_numpy()
    setting = np.where(asked | (cases["cluster"] != "").to_numpy(), cases["setting"], "unknown")
    return pa.table(
        {"message": written(_moment(reports, reported, 20)), "cas": cases["person"].to_numpy(),
         "departement": places[cases["place"]], "debut": _days(reports, onset, asked & (onset <= reported)),
         "test": _days(reports, tested), "declare": _days(reports, reported), "age": ages[cases["age"]],
         "sexe": cases["sex"].to_numpy(), "lieu": setting, "foyer": cases["cluster"].to_numpy()}
    )  # fmt: skip


def contacts(reports: Reports, cases: pd.DataFrame) -> pa.Table:
    """Whom cases named: some of those they infected, and others who stayed well. One row a case and contact."""
    q, now = parameters()["tracing"], reports.span.stop
    rng = reports.truth.scenario.rng("contacts")
    persons = reports.truth.tracing.persons.set_index("person")
    day_of = cases.set_index("person")["reported"]
    named = persons[persons["infector"].isin(day_of.index)].copy()
    named = named[rng.random(len(named)) < 0.7]
    ill = pd.DataFrame(
        dict(cas=named["infector"].to_numpy(), contact=named.index.to_numpy(), lieu=named["setting"].to_numpy(),
             met=named["infected"].to_numpy(), known=named.index.isin(day_of.index))
    )  # fmt: skip
    well_of = np.repeat(cases["person"].to_numpy(), rng.poisson(q["contacts_mean"] - 1, len(cases)))
    settings = list(q["settings"])
    well = pd.DataFrame(
        dict(cas=well_of, contact=np.array([f"SYN-C{i:06d}" for i in range(len(well_of))], dtype=object),
             lieu=rng.choice(settings, len(well_of)), met=day_of.loc[well_of].to_numpy() - rng.integers(1, 6, len(well_of)),
             known=False)
    )  # fmt: skip
    every = pd.concat([ill, well], ignore_index=True)
    said = day_of.loc[every["cas"]].to_numpy()
    met = np.minimum(every["met"].to_numpy(), said)
    until = met + 10
    status = np.where(every["known"], "became_case", np.where(until < now, "completed", rng.choice(
        ["followed", "to_call", "lost"], len(every), p=[0.75, 0.17, 0.08])))  # fmt: skip
    message = _moment(reports, said, 21)
    order = np.lexsort((every["contact"], every["cas"], message))
    rows = every.iloc[order]
    return pa.table(
        {"message": written(message[order]), "cas": rows["cas"].to_numpy(), "contact": rows["contact"].to_numpy(),
         "lien": np.where(rows["known"], "infected", "exposed"), "lieu": rows["lieu"].to_numpy(),
         "vu_le": _days(reports, met[order]), "suivi_jusque": _days(reports, until[order]), "statut": status[order]}
    )  # fmt: skip


# -- measures -----------------------------------------------------------------------------------------------------------


def measures(reports: Reports) -> pa.Table:
    """One row when a measure comes into force, one more when it ends."""
    now = reports.span.stop
    begun = pd.DataFrame([m for m in reports.world.measures if m["first"] < now])
    over = begun[begun["last"] < now - 1]
    rows = pd.concat([begun.assign(when=begun["first"], end=-1), over.assign(when=over["last"], end=over["last"])])
    rows = rows.sort_values(["when", "place", "measure", "first"], kind="stable")
    columns, end = {"lieu": "place", "mesure": "measure", "portee": "extent"}, rows["end"].to_numpy()
    return pa.table(
        {"message": written(_moment(reports, rows["when"].to_numpy(), 8))}
        | {name: rows[column].to_numpy() for name, column in columns.items()}
        | {"debut": _days(reports, rows["first"].to_numpy()), "fin": _days(reports, end, end >= 0),
           "texte": rows["details"].to_numpy()}
    )  # fmt: skip
