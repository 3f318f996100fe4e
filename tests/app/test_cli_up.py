"""`belvedere up`: a downloaded file is loaded, looked ahead from, and the page told, whatever year its figures are of."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pytest
import uvicorn

import belvedere
from belvedere.app import cli
from belvedere.outlook.committed import last_runs

FIRST, LAST = dt.date(2022, 11, 1), dt.date(2023, 3, 31)
DEPARTMENTS = ("21", "25", "39")


@pytest.fixture
def up(monkeypatch, capsys):
    """Runs `belvedere up` without serving; returns (standard output, standard error)."""

    def call(*words: object) -> tuple[str, str]:
        monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
        monkeypatch.setattr(sys, "argv", ["belvedere", "up", "--port", "0", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
            raise SystemExit(0)
        told = capsys.readouterr()
        assert not stopped.value.code, told.err
        return told.out, told.err

    return call


def published_flows(folder: Path) -> Path:
    """The official file of admissions as downloaded, of three départements."""
    rng = np.random.default_rng(1)
    folder.mkdir()
    lines = ['"dep";"jour";"incid_hosp";"incid_rea";"incid_dc";"incid_rad"']
    for place in DEPARTMENTS:
        for n in range((LAST - FIRST).days + 1):
            day, admitted = FIRST + dt.timedelta(n), rng.poisson(12)
            lines.append(f'"{place}";{day};{admitted};{admitted // 6};0;{admitted}')
    file = folder / "covid-hospit-incid-2023-03-31-18h01.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_figures_of_another_year_are_looked_ahead_from_as_of_their_last_day(up, tmp_path):
    file = published_flows(tmp_path / "downloads")
    out, err = up("--source", file.parent, "--workspace", tmp_path / "workspace")
    assert "fr-spf-hospital-flows" in out and "Looking ahead from 2023-03-31" in err
    assert "FR: the four weeks after 2023-03-31" in out
    address = next(line for line in out.splitlines() if "Belvedere is at" in line).split()[3]
    assert f"{address}/?country=FR&as_of=2023-03-31" in out
    (run,) = last_runs(belvedere.open(tmp_path / "workspace"), as_of="2023-03-31")
    assert run.commit.feed == "replay" and set(run.watch["place"]) == {f"FR-{d}" for d in DEPARTMENTS}
    again, _ = up("--source", file, "--workspace", tmp_path / "workspace")
    assert "the four weeks after" not in again and "as_of=2023-03-31" in again


def test_a_folder_from_which_nothing_can_be_foretold_says_so_and_is_served(up, tmp_path):
    (tmp_path / "own-beds.csv").write_text("place,since,icu_beds\nITC4,2020-10-20,983\n")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    out, err = up("--source", tmp_path, "--workspace", tmp_path / "workspace")
    assert "own-beds" in out and "belvedere mapping list" in out and "nothing to look ahead from" in err
