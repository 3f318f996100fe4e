"""Scenarios from the command line: written, run, compared, closed."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path

import pytest

import belvedere
from belvedere.app import cli
from belvedere.outlook.scenarios import scenario
from belvedere.store.workspace import create
from tests.outlook.fake_country import world
from tests.outlook.held_country import MOMENT, hold

AS_OF = f"{MOMENT.date()}"
RUN = ("--as-of", AS_OF, "--samples", 100)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "workspace"
    create(path).engine.dispose()
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def call(monkeypatch, capsys):
    """Runs a command in this process; returns (exit status, standard output, standard error)."""

    def called(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["belvedere", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
            raise SystemExit(0)
        told = capsys.readouterr()
        return stopped.value.code or 0, told.out, told.err

    return called


def new(call, path: Path, *more: object) -> tuple[int, str, str]:
    return call("scenario", "new", "curfew", "--title", "Curfew at 20 h", "--author", "A. Martin", *more, "-w", path)


def kept(path: Path):
    return scenario(belvedere.open(path).snapshot(), "curfew")


def test_a_scenario_is_written_shown_and_taken_back(call, path):
    status, out, _ = new(call, path, "--question", "Is it enough?")
    assert status == 0 and "belvedere scenario set curfew" in out
    where = ("--place", "FR-IDF", "--from", "2026-11-25", "--to", "2026-12-15")
    call("scenario", "set", "curfew", "transmission", "--multiply", 0.8, *where, "--note", "a guess", "-w", path)
    call("scenario", "set", "curfew", "beds", "--level", "icu", "--add", 20, "--place", "FR-75", "-w", path)
    status, shown, _ = call("scenario", "set", "curfew", "icu_share.mean", "--value", 0.3, "-w", path)
    assert status == 0
    assert [(o.subject, o.name, o.operation, o.value, o.level, o.place, o.note) for o in kept(path).overlays] == [
        ("futures", "transmission", "multiply", 0.8, "", "FR-IDF", "a guess"),
        ("capacity", "beds", "add", 20, "icu", "FR-75", ""),
        ("parameter", "icu_share.mean", "set", 0.3, "", "", ""),
    ]
    assert kept(path).overlays[0].first_day == dt.date(2026, 11, 25)
    assert call("scenario", "show", "curfew", "-w", path)[1] == shown
    lines = [line.split() for line in shown.splitlines()]
    assert "Curfew at 20 h (A. Martin; draft)" in shown and "Is it enough?" in shown
    assert ["1", "transmission", "multiply", "0.8", "FR-IDF", "2026-11-25", "2026-12-15", "a", "guess"] in lines
    assert ["2", "beds", "icu", "add", "20", "FR-75"] in lines and ["3", "icu_share.mean", "set", "0.3", "everywhere"] in lines
    status, out, _ = call("scenario", "unset", "curfew", 2, "-w", path)
    assert status == 0 and "beds" not in out and [o.number for o in kept(path).overlays] == [1, 3]


def test_a_measure_brings_its_range_and_source(call, path):
    new(call, path)
    status, out, _ = call("scenario", "set", "curfew", "transmission", "--measure", "sha_curfew", "-w", path)
    assert status == 0 and "13 (6 to 20) % reduction of Rt" in out and kept(path).overlays[0].value == 0.87


def test_the_list_says_how_far_each_is(call, path):
    assert "no scenario yet" in call("scenario", "list", "-w", path)[1]
    new(call, path, "--expires", "2200-01-31")
    line = next(x for x in call("scenario", "list", "-w", path)[1].splitlines() if x.strip().startswith("curfew"))
    assert line.split() == ["curfew", "Curfew", "at", "20", "h", "A.", "Martin", "draft", "2200-01-31", "0"]
    call("scenario", "expire", "curfew", "-w", path)
    assert " expired " in call("scenario", "list", "-w", path)[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("set", "curfew", "transmission"), "exactly one of --multiply, --add, --value and --measure"),
        (("set", "curfew", "transmission", "--multiply", 0.8, "--add", 1), "exactly one of"),
        (("set", "curfew", "beds", "--measure", "sha_curfew"), "effect on transmission, found beds"),
        (("set", "curfew", "transmision", "--multiply", 0.8), "Did you mean transmission"),
        (("set", "curfew", "beds", "--add", 3), "level of beds"),
        (("set", "curfew", "transmission", "--multiply", 0.8, "--from", "25/11/2026"), "--from: found '25/11/2026'"),
        (("set", "curfw", "transmission", "--multiply", 0.8), "Did you mean curfew"),
        (("unset", "curfew", 1), "number"),
        (("show", "other"), "Known: curfew"),
        (("new", "curfew", "--title", "x", "--author", "y"), "already"),
        (("compare", "curfew"), "No run of outlook, curfew yet"),
        (("run", "curfew", "--country", "FR"), "FR"),
    ],
)
def test_what_cannot_be_is_one_message(call, path, words, says):
    new(call, path)
    status, out, err = call("scenario", *words, "-w", path)
    assert status in (1, 2) and says in err and "Traceback" not in err + out and "commit" not in out
    assert kept(path).overlays == () and kept(path).state == "draft"


def test_a_closed_scenario_refuses_to_run(call, path):
    new(call, path)
    status, out, _ = call("scenario", "expire", "curfew", "-w", path)
    assert status == 0 and "closed" in out
    status, _, err = call("scenario", "run", "curfew", "--country", "FR", "-w", path)
    assert status == 2 and "was closed" in err


def test_a_scenario_is_run_and_compared_on_the_same_futures(call, tmp_path):
    """One region has no more patients to come and half as many beds again; the others stay, future by future."""
    path = hold(tmp_path / "held", world()).path
    new(call, path)
    call("scenario", "set", "curfew", "admissions", "--multiply", 0, "--place", "FR-75", "-w", path)
    call("scenario", "set", "curfew", "beds", "--level", "icu", "--multiply", 1.5, "--place", "FR-75", "-w", path)
    assert call("outlook", "--country", "FR", *RUN, "-w", path)[0] == 0
    status, out, err = call("scenario", "run", "curfew", "--country", "FR", *RUN, "-w", path)
    assert status == 0, err
    assert "scenario curfew" in out and kept(path).state == "kept"
    status, out, _ = call("scenario", "compare", "curfew", "--places", 1, "-w", path)
    rows = [line.split() for line in out.splitlines() if line.strip().startswith("FR-75")]
    assert status == 0 and [row[1:3] for row in rows] == [[a, b] for a in ("icu", "ward") for b in ("outlook", "curfew")]
    assert "the four weeks after 2021-02-15" in out and "FR-77" not in out
    assert int(rows[3][3]) < int(rows[2][3]) and rows[3][7].startswith("-")
    status, out, _ = call("scenario", "compare", "curfew", "--places", 5, "-w", path)
    untouched = [line.split() for line in out.splitlines() if line.strip().startswith("FR-77") and "curfew" in line]
    assert untouched and all(row[7:11] == ["0", "0", "to", "0"] for row in untouched)
    call("scenario", "set", "curfew", "icu_stay", "--multiply", 1.2, "-w", path)
    status, out, _ = call("scenario", "compare", "curfew", "-w", path)
    assert status == 1 and "its overlays have changed since this run" in out and kept(path).state == "draft"
