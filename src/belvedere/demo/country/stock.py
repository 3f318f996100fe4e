"""Pharmacies and stores: what patients use, what is ordered, when it comes. Stock = yesterday + received − issued − lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.world import World


@dataclass(frozen=True)
class Stocks:
    """Units of product by hospital, product and day, (H, P, T): on_hand at the end of the day, issued, received, lost, wanted.

    wanted: what would have been issued had the store held it. mean_use: what the pharmacy takes for its mean daily use.
    orders: one row an order: facility, product, supplier (indices), ordered, promised, delivered (day indices; delivered -1
    while it has not come within the simulated days), quantity.
    """

    on_hand: np.ndarray
    issued: np.ndarray
    received: np.ndarray
    lost: np.ndarray
    wanted: np.ndarray
    mean_use: np.ndarray
    orders: pd.DataFrame


def simulate(world: World, ward: np.ndarray, icu: np.ndarray, ventilated: np.ndarray, others: np.ndarray,
             rng: np.random.Generator) -> Stocks:  # fmt: skip
    """ward, icu, ventilated: epidemic patients by hospital and day, (H, T); ward: all beds but intensive care.

    others: patients without the epidemic disease, all levels, (H, T).
    """
    p = parameters()["stock"]
    H, T = ward.shape
    P = len(world.products)
    basis = ("ward_day", "icu_day", "ventilated_day", "other_day")
    norms = np.stack([world.products[name].astype(float).to_numpy() for name in basis])
    mean = np.einsum("bht,bp->hpt", np.stack([ward, icu, ventilated, others]).astype(float), norms)
    wanted = rng.poisson(mean * np.exp(rng.normal(0, p["noise_sd"], mean.shape)))
    supplier = _supplier_of(world)
    lead_mean, lead_sd = (world.suppliers[name].astype(float).to_numpy() for name in ("lead_mean_days", "lead_sd_days"))
    # Drawn beforehand for every day, ordered or not, so that one order more changes no other's delay.
    law = ((lead_mean / lead_sd)[supplier][:, None] ** 2, (lead_sd**2 / lead_mean)[supplier][:, None])
    delays = np.maximum(np.rint(rng.gamma(*law, (H, P, T))), 1).astype(np.int16)
    pack = world.products["pack_units"].astype(int).to_numpy()

    use = mean[:, :, :7].mean(axis=2) + 0.05
    store = np.ceil(use * p["cover_days"]).astype(np.int64)
    coming = np.zeros((H, P, T + 120), dtype=np.int64)
    kept = {name: np.zeros((H, P, T), dtype=np.int64) for name in ("on_hand", "issued", "received", "lost")}
    mean_use = np.zeros((H, P, T), dtype=np.float32)
    on_order, orders = np.zeros((H, P), dtype=np.int64), []
    for t in range(T):
        received = coming[:, :, t]
        lost = np.floor((store + received) * world.lost[:, :, t]).astype(np.int64)
        issued = np.minimum(wanted[:, :, t], store + received - lost)
        store = store + received - lost - issued
        on_order = on_order - received
        use = p["quick_memory"] * use + (1 - p["quick_memory"]) * wanted[:, :, t]
        for name, now in (("on_hand", store), ("issued", issued), ("received", received), ("lost", lost)):
            kept[name][:, :, t] = now
        mean_use[:, :, t] = use
        lead = lead_mean[supplier]
        at_least = use * (p["reorder_days"] + lead)
        house, product = np.nonzero(store + on_order < at_least)
        gap = use[house, product] * (p["cover_days"] + lead[product]) - (store + on_order)[house, product]
        quantity = (np.ceil(gap / pack[product]) * pack[product]).astype(np.int64)
        due = _when_open(world.supplier_open[supplier[product]], t + delays[house, product, t])
        np.add.at(coming, (house, product, due), quantity)
        np.add.at(on_order, (house, product), quantity)
        orders.append((house, product, np.full(len(house), t), np.rint(t + lead[product]).astype(int), due, quantity))
    columns = ("facility", "product", "ordered", "promised", "delivered", "quantity")
    table = pd.DataFrame({name: np.concatenate(parts) for name, parts in zip(columns, zip(*orders, strict=True), strict=True)})
    table["supplier"] = supplier[table["product"].to_numpy()]
    table["delivered"] = table["delivered"].where(table["delivered"] < T, -1)
    return Stocks(**kept, wanted=wanted, mean_use=mean_use, orders=table)


def _supplier_of(world: World) -> np.ndarray:
    """Supplier of each product, shape (P,)."""
    carried = [set(row.split()) for row in world.suppliers["products"]]
    return np.array([next(s for s, has in enumerate(carried) if product in has) for product in world.products["product"]])


def _when_open(open_days: np.ndarray, due: np.ndarray) -> np.ndarray:
    """The first day from `due` on which the supplier delivers. open_days: (n, T), due: (n,); at most 119 days past the end."""
    n, T = open_days.shape
    later = np.concatenate([open_days, np.ones((n, 121), dtype=bool)], axis=1)
    next_open = np.where(later, np.arange(T + 121), T + 121)
    next_open = np.minimum.accumulate(next_open[:, ::-1], axis=1)[:, ::-1]
    return np.minimum(next_open[np.arange(n), np.minimum(due, T + 119)], T + 119)
