"""Numbers of the outlook: from the reference table, a workspace's own, a scenario's."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest

from belvedere.errors import UnknownName
from belvedere.outlook.settings import Settings
from belvedere.spread.admissions import PRIORS
from belvedere.spread.screening import SCREENING


def test_every_number_has_a_value_and_no_model_lacks_one() -> None:
    settings = Settings.load()
    assert not settings.changed
    assert np.isclose(sum(settings.icu_delay), 1) and np.isclose(settings.generation.sum(), 1)
    assert np.isclose(settings.generation @ np.arange(len(settings.generation)), settings["generation.mean"], atol=0.02)
    assert len(settings.hospital_stays) == 15 and len(settings.icu_stays) == 9
    assert settings.level_prior("icu_share").mean == settings["icu_share.mean"]
    assert settings.limits.recent_days == settings["assess.recent_days"]


def test_a_candidate_stay_is_the_mixture_it_says() -> None:
    settings = Settings.load(changes={"icu_stay.long.share.low": 0.0})
    assert settings.icu_stays[0].mean == pytest.approx(settings["icu_stay.short.low"], rel=0.1)
    assert settings.icu_stays[2].mean > settings.icu_stays[1].mean > settings.icu_stays[0].mean


def test_a_workspace_replaces_a_number_and_a_scenario_wins_over_it(tmp_path) -> None:
    with (resources.files("belvedere.reference") / "data" / "outlook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = next(row for row in rows if row["id"] == "generation.mean") | {"value": "3.0", "low": "", "high": ""}
    with (tmp_path / "outlook.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(own))
        writer.writeheader()
        writer.writerow(own)
    assert Settings.load(tmp_path)["generation.mean"] == 3.0
    both = Settings.load(tmp_path, {"generation.mean": 4.0})
    assert both["generation.mean"] == 4.0
    assert both.changed == {"generation.mean": 5.1}  # the shipped figure, so that a reader sees what was replaced


def test_an_unknown_number_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"generation\.mean"):
        Settings.load(changes={"generation.maen": 3.0})
    with pytest.raises(UnknownName, match=r"icu_share\.mean"):
        Settings.load()["icu_share.maen"]


def test_the_table_holds_what_the_library_takes_by_itself() -> None:
    """A notebook that calls `spread` alone and a run of the outlook start from the same beliefs."""
    settings = Settings.load()
    assert settings.admission_priors == PRIORS
    assert settings.screening == SCREENING
