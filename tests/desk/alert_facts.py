"""Small made-up facts for the alerts, and a compose function that needs no sentences."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from belvedere.desk.alert_book import Draft
from belvedere.desk.alert_rules import Rule
from belvedere.desk.alerts import Facts, PlaceFact
from belvedere.store.workspace import open_workspace

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.date(2026, 11, 21)
BEDS = Rule("beds-icu", "beds", 0.5, 0.3, 24, level="icu", within_days=14, channels=("desk",))
RULES = {BEDS.id: BEDS}


def inside(place: str, scope: str) -> bool:
    return place == scope or place.startswith(f"{scope}-")


def place(name: str, chance: float | None, **more) -> PlaceFact:
    given = {"level": "icu", "country": "FR", "reference_date": DAY, "status": "ok", "synthetic": False, **more}
    return PlaceFact(name, chance={7: None, 14: chance, 28: None}, **given)


def beds(**chances: float | None) -> Facts:
    """Facts of places by the end of their name: n59=0.6 is FR-59."""
    return Facts(places=[place(f"FR-{name[1:]}", chance) for name, chance in chances.items()])


def compose(lang, telling, standing) -> Draft:
    names = [alert.subject for alert in telling]
    return Draft(f"{len(names)} {lang}", " ".join(names), {"alerts": names, "open": len(standing)})


def settle_once(path: str, start) -> int:
    """In a process of its own: waits for the others, then decides; returns how many messages it made."""
    from belvedere.desk.alert_book import settle

    workspace = open_workspace(Path(path))
    start.wait()
    return len(settle(workspace, RULES, beds(n59=0.9, n62=0.8), now=NOW, inside=inside, compose=compose).messages)
