"""The command that replays past days, on a small country held in a workspace."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from belvedere.app import cli_backtest
from belvedere.errors import BelvedereError
from belvedere.store.jobs import jobs
from tests.outlook.fake_country import world
from tests.outlook.held_country import hold


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return hold(tmp_path_factory.mktemp("backtest") / "held", world())


def run(workspace, *words: str):
    app = typer.Typer()
    cli_backtest.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["backtest", "--workspace", str(workspace.path), *words])


def test_a_report_is_written_and_the_figures_are_told(workspace, tmp_path):
    file = tmp_path / "report.html"
    asked = ["--country", "FR", "--from", "2020-12-20", "--to", "2021-01-10", "--every", "14", "--samples", "100"]
    done = run(workspace, *asked, "--processes", "1", "--out", str(file))
    assert done.exit_code == 0, done.output
    page = file.read_text(encoding="utf-8")
    assert "Past forecasts, France" in page
    assert "2 of 2 days replayed" in done.stdout
    assert "Hospital admissions a week" in done.stdout
    assert [job.state for job in jobs(workspace)] == ["done"]
    assert not file.with_name(file.name + ".part").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--horizons", "7,40"], "numbers from 1 to 28"),
        (["--levels", "100,none"], "numbers from 1 to 1000"),
        (["--lang", "xx"], "There is no language 'xx'"),
        (["--out", "no/such/folder/report.html"], "There is no folder"),
        (["--to", "2020-01-01"], "first before the last"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_computed(workspace, words, said):
    done = run(workspace, "--country", "FR", "--from", "2020-12-20", "--to", "2021-01-10", *words)
    assert isinstance(done.exception, BelvedereError)
    assert said in str(done.exception)
