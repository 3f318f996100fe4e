"""The tutorial's commands and the notebook run on real French figures, and what they print is what their text says."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest
import uvicorn

import belvedere
from belvedere.app import cli
from belvedere.sources.mapping import shipped_mappings
from scripts.build_notebook import cells, page
from tests.project.repository import REPOSITORY

pytestmark = pytest.mark.timeout(1_200)  # the fixture goes through the whole tutorial, four outlooks of 101 départements

TUTORIAL = REPOSITORY / "docs" / "guides" / "tutorial.md"
NOTEBOOK = REPOSITORY / "docs" / "notebooks" / "epidemiologist.py"
FLOWS, STOCKS = "6fadff46-9efd-4c53-942a-54aca783c30c", "63352e38-d353-4b54-bfd1-f1b3ee1cabd7"
BEDS = "lits-departements-france.csv"
STAND_INS = ("curl", "mkdir")
"""Programs whose work the test does itself: it takes the files from the folder of real data."""


def lines() -> list[list[str]]:
    """The words of every command of the tutorial, in order."""
    text = TUTORIAL.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def put_files(data: Path, folder: Path) -> None:
    """The three downloads, in the form in which they are published."""
    folder.mkdir()
    raw = data / "france" / "raw" / "covid-hospit-incid-2023-03-31-18h01.csv"
    (folder / FLOWS).write_bytes(raw.read_bytes())
    stocks = pd.read_parquet(data / "france" / "hospital_stocks_dep_day.parquet").dropna(subset=["dep_code"])
    names = {"dep_code": "dep", "date": "jour", "icu": "rea", "discharges_cum": "rad", "deaths_hosp_cum": "dc"}
    stocks = stocks.rename(columns=names).assign(sexe=0)
    stocks[["dep", "sexe", "jour", "hosp", "rea", "rad", "dc"]].to_csv(folder / STOCKS, sep=";", index=False)
    beds = pd.read_parquet(data / "france" / "beds_dep_2018.parquet")
    rows = beds.to_csv(index=False, header=False)
    (folder / BEDS).write_text(f"dep_id,dep,rea,si_usic,si_unv,si_autres,sc\n{rows}", encoding="utf-8")


@pytest.fixture(scope="module")
def followed(data_folder, tmp_path_factory):
    """Every command run in order in one folder: (folder, what each printed by its words)."""
    folder = tmp_path_factory.mktemp("tutorial")
    put_files(data_folder, folder / "downloads")
    printed = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
        for words in lines():
            if words[0] in STAND_INS:
                continue
            assert words[0] == ".venv/bin/belvedere", words
            port = ["--port", "0"] if words[1] == "up" else []
            patch.setattr(sys, "argv", ["belvedere", *words[1:], *port])
            printed[" ".join(words[1:])] = _run()
    return folder, printed


def _run() -> str:
    """What the command line prints; it must end well."""
    out, status = io.StringIO(), None
    with contextlib.redirect_stdout(out):
        try:
            cli.main()
        except SystemExit as end:
            status = end.code
    assert not status, f"{sys.argv} ended with {status}: {out.getvalue()}"
    return out.getvalue()


def said(followed, start: str) -> str:
    (found,) = [text for words, text in followed[1].items() if words.startswith(start)]
    return found


def test_the_addresses_of_the_tutorial_are_those_of_the_mappings():
    named = {words[-1] for words in lines() if words[0] == "curl"}
    assert len(named) == 3 and named <= {m.url for m in shipped_mappings().values()}


def test_one_command_loads_looks_ahead_and_names_the_page(followed):
    told = said(followed, "up ")
    assert "fr-spf-hospital-flows" in told and "fr-spf-hospital-stocks" in told and "fr-drees-beds-2018-list" in told
    assert re.search(r"FR: the four weeks after 2023-03-\d\d", told)
    assert re.search(r"/\?country=FR&as_of=2023-03-3\d", told)


def test_the_answer_of_20_october_2020(followed):
    """The second wave came first to the Alps and the Loire; nobody in the West was to run out."""
    watch = belvedere.open(followed[0] / "france").frame("outlooks", feed="replay")
    watch = watch[(watch["level"] == "icu") & (watch["reference_date"].astype(str) == "2020-10-20")].set_index("place")
    likely = watch.index[watch["chance_14"] > 0.5]
    assert len(watch) == 101 and 10 <= len(likely) <= 35
    assert {"FR-42", "FR-38"} <= set(likely) and not {"FR-29", "FR-85", "FR-17"} & set(likely)
    told = said(followed, "watch ")
    assert "FR-42" in told and "Patients with other conditions are not known" in told


def test_the_replayed_days_are_scored(followed):
    told = said(followed, "backtest ")
    assert "1 of 1 days replayed" in told and (followed[0] / "held.html").stat().st_size > 20_000


def test_the_scenario_changes_the_later_weeks(followed):
    told = said(followed, "scenario compare")
    assert "curfew" in told and re.search(r"-\d", told)


def test_the_exports_are_there_with_their_certificates(followed):
    rows = pd.read_csv(followed[0] / "watch-list.csv", comment="#")
    assert {"FR-42", "FR-75"} <= set(rows["place"]) and (followed[0] / "watch-list.about.json").is_file()
    assert (followed[0] / "paris.xlsx").stat().st_size > 5_000


def test_the_notebook_runs_and_finds_what_was_put_in(followed):
    """Growth of 3 % a day is found again, and the workspace answers as of a past day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BELVEDERE_WORKSPACE", str(followed[0] / "france"))
        names = runpy.run_path(str(NOTEBOOK))
    expected = names["bv"].spread.growth_to_reproduction(0.03, names["generation"])
    last = names["r"].isel(date=-1)
    assert ((last["q05"] < expected) & (expected < last["q95"])).all() and (last["above_one"] > 0.9).all()
    passed = names["passed"].chance_within
    assert (passed.sel(horizon=7) <= passed.sel(horizon=28)).all() and (passed.sel(horizon=28) > 0.5).all()
    assert names["paris"]["date"].max() == pd.Timestamp("2020-10-20") and len(names["found"].units) > 1_000


def test_the_page_of_the_notebook_is_up_to_date():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert [kind for kind, _ in cells(text)].count("code") > 5
    assert (REPOSITORY / "docs" / "guides" / "notebook.md").read_text(encoding="utf-8") == page(text)


def test_the_library_rooms_are_found_from_the_package():
    assert belvedere.spread.reproduction_number.__module__ == "belvedere.spread.reproduction"
    assert belvedere.care.census_paths.__module__ == "belvedere.care.census" and {"care", "spread"} <= set(dir(belvedere))
    with pytest.raises(AttributeError, match="sprad"):
        belvedere.sprad  # noqa: B018  the mere name is the test
