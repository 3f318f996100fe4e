"""The harness of the measurements: figures, aims, lines, and where they are kept."""

from __future__ import annotations

import datetime as dt
import io
import math
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import Figure
from bench.__main__ import main, report, topics
from bench._figures import shown
from bench._record import commit, facts, keep, result_file
from bench.cold_start import counts
from tests.project.repository import REPOSITORY

NOW = dt.datetime(2026, 3, 1, 12, 30, 5, tzinfo=dt.UTC)


def test_a_line_has_four_fields():
    assert Figure("ingest, France", 231_004.4, "rows/s", ">=200000").line() == "ingest, France\t231004\trows/s\t>=200000"
    assert Figure("lost", 0).line() == "lost\t0\t\t"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (3, "3"),
        (1e6, "1000000"),
        (1234.6, "1235"),
        (0.123456, "0.1235"),
        (-0.5, "-0.5"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_values_are_shown_with_four_digits(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "aim", "met"),
    [
        (20, "<=20", True),
        (20.0001, "<=20", False),
        (0.15, ">=0.15", True),
        (0.1499, ">=0.15", False),
        (0, "=0", True),
        (1, "=0", False),
        (1, "<1", False),
        (1, ">0", True),
        (-2, ">=-2.5", True),
        (math.nan, "<=20", False),
        (math.nan, ">=0", False),
        (5, "", None),
    ],
)
def test_an_aim_is_judged_on_the_unrounded_value(value, aim, met):
    assert Figure("x", value, "", aim).met() is met


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-1000, 1000))
def test_at_most_and_above_are_opposites(value, bound):
    assert Figure("x", value, "", f"<={bound}").met() is not Figure("x", value, "", f">{bound}").met()


@pytest.mark.parametrize("aim", ["20", "<= 20", "≤20", "<=20 s", "==0", "about 3", "<="])
def test_another_form_of_aim_is_refused(aim):
    with pytest.raises(ValueError, match="not one of"):
        Figure("x", 1, "", aim)


@pytest.mark.parametrize(("name", "unit"), [("a\tb", ""), ("a", "s\n"), ("", "s")])
def test_texts_that_would_break_the_line_are_refused(name, unit):
    with pytest.raises(ValueError, match=r"tab or line break|needs a name"):
        Figure(name, 1, unit)


def test_missed_aims_are_marked_and_counted_apart_from_the_lines():
    out, notes = io.StringIO(), io.StringIO()
    missed = report([Figure("a", 1, "s", "<=2"), Figure("b", 3, "s", "<=2"), Figure("c", 9)], out, notes)
    assert out.getvalue() == "a\t1\ts\t<=2\nb\t3\ts\t<=2\nc\t9\t\t\n"
    assert notes.getvalue() == "MISSED: b is 3 s, aim <=2\n3 figures, 2 with an aim, 1 missed\n"
    assert [figure.name for figure in missed] == ["b"]


def test_figures_are_kept_as_they_come(tmp_path):
    def dies():
        yield Figure("first", 1)
        raise OSError("the machine stopped")

    file = tmp_path / "topic" / "run.tsv"
    with pytest.raises(OSError, match="stopped"):
        list(keep(dies(), file, {"commit": "abc"}))
    assert file.read_text(encoding="utf-8") == "# commit: abc\nfigure\tvalue\tunit\taim\nfirst\t1\t\t\n"


def test_a_kept_run_is_never_overwritten(tmp_path):
    file = tmp_path / "run.tsv"
    list(keep([], file, {}))
    with pytest.raises(FileExistsError):
        list(keep([], file, {}))


def test_the_file_is_named_by_date_and_commit(tmp_path):
    about = {"date": NOW.isoformat(), "commit": "abc1234-dirty"}
    assert result_file(tmp_path, "store", about) == tmp_path / "bench/results/store/20260301T123005Z-abc1234-dirty.tsv"


def test_the_facts_name_the_machine_but_not_its_paths():
    about = facts(REPOSITORY, NOW)
    assert list(about) == ["date", "commit", "python", "machine", "load at start"]
    assert "cores" in about["machine"]
    assert str(REPOSITORY) not in " ".join(about.values())


def test_a_changed_tree_is_marked_but_results_do_not_count(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert commit(tmp_path) == "unknown"
    git("init")
    (tmp_path / "code.py").write_text("1\n", encoding="utf-8")
    git("add", ".")
    git("commit", "-m", "one")
    clean = commit(tmp_path)
    (tmp_path / "bench" / "results").mkdir(parents=True)
    (tmp_path / "bench" / "results" / "run.tsv").write_text("x\n", encoding="utf-8")
    assert commit(tmp_path) == clean
    assert "dirty" not in clean
    (tmp_path / "code.py").write_text("2\n", encoding="utf-8")
    assert commit(tmp_path) == f"{clean}-dirty"


def test_topics_are_the_modules_that_measure(tmp_path):
    (tmp_path / "store.py").write_text("def figures():\n    yield\n", encoding="utf-8")
    (tmp_path / "_record.py").write_text("def figures():\n    yield\n", encoding="utf-8")
    (tmp_path / "notes.py").write_text("x = 1\n", encoding="utf-8")
    assert topics(tmp_path) == ["store"]


def test_an_unknown_topic_is_told_the_known_ones(capsys):
    assert main(["no-such-topic"]) == 2
    assert main([]) == 2
    assert "cold_start" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "passed", "failed", "skipped", "error"),
    [
        ("....\n12 passed in 3.1s\n", 12, 0, 0, 0),
        ("x\n1 failed, 11 passed, 2 skipped, 3 errors in 3.1s\nmake: *** Error 1\n", 11, 1, 2, 3),
        ("no tests here\n", 0, 0, 0, 0),
    ],
)
def test_the_counts_of_a_test_run_are_read_from_its_last_line(output, passed, failed, skipped, error):
    assert counts(output) == {"passed": passed, "failed": failed, "skipped": skipped, "error": error}
