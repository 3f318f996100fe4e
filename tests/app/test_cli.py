"""The commands: what they print, what they change, and how they refuse."""

from __future__ import annotations

import csv
import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import belvedere
from belvedere.app import cli
from tests.app.demo_workspace import DAYS, FLOWS, STOCKS


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command in this process; returns (exit status, standard output, standard error)."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["belvedere", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
            raise SystemExit(0)
        told = capsys.readouterr()
        return stopped.value.code or 0, told.out, told.err

    return call


def test_help_loads_nothing_heavy():
    heavy = {"pandas", "duckdb", "ibis", "pyarrow", "fastapi", "sqlalchemy"}
    code = f"import sys, belvedere.app.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_says_an_example_and_what_it_changes(run):
    import typer

    from belvedere.app.command_pages import _commands

    commands = dict(_commands(typer.main.get_command(cli.app), "belvedere"))
    assert {"belvedere init", "belvedere quarantine mend", "belvedere mapping check", "belvedere up"} <= commands.keys()
    for path, command in commands.items():
        assert f"Example: `{path}" in command.help and "Changes: " in command.help, path


def test_init_makes_a_workspace_and_refuses_a_full_folder(run, tmp_path):
    status, out, _ = run("init", tmp_path / "new")
    assert status == 0 and (tmp_path / "new" / "belvedere.toml").exists() and "ingest" in out
    status, out, err = run("init", tmp_path / "new")
    assert status == 2 and "not empty" in err and "Traceback" not in err


def test_init_hands_the_database_on_and_refuses_another_kind(run, tmp_path, monkeypatch):
    asked = []

    def make(folder, *, database_url):
        asked.append(database_url)
        return SimpleNamespace(path=folder)

    monkeypatch.setattr(belvedere, "create", make)
    assert run("init", tmp_path / "w", "--database", "postgresql+psycopg://me@localhost/b")[0] == 0
    assert asked == ["postgresql+psycopg://me@localhost/b"]
    status, _, err = run("init", tmp_path / "v", "--database", "mysql://me@localhost/b")
    assert status == 2 and "postgresql+psycopg://USER@HOST/NAME" in err and len(asked) == 1


def test_ingest_counts_what_it_did_and_leaves_status_1_when_something_was_set_aside(run, demo, tmp_path):
    run("init", tmp_path / "w")
    workspace = belvedere.open(tmp_path / "w")
    for text in demo.mappings.glob("*.toml"):
        (workspace.mappings / text.name).write_bytes(text.read_bytes())
    sources = demo.path.parent / "sources"
    flows = sorted(sources.rglob("*department-flows*"))
    status, out, _ = run("ingest", *flows, "-w", workspace.path)
    assert status == 1
    assert "found n.c., expected a number" in out and FLOWS in out
    status, out, _ = run("ingest", *flows, "-w", workspace.path)
    assert status == 0 and "set aside" in out and "found" not in out
    status, out, _ = run("ingest", tmp_path / "none.csv", "-w", workspace.path)
    assert status == 1 and "no such file" in out


def test_show_and_its_errors(run, demo):
    status, out, _ = run(
        "show",
        "indicators",
        "--place",
        "FR-59",
        "--indicator",
        "icu_census",
        "--where",
        "sex=all",
        "--from",
        "2026-11-20",
        "-w",
        demo.path,
    )
    assert status == 0 and "2 of 2 rows" in out and "2026-11-21" in out
    status, _, err = run("show", "indicatrs", "-w", demo.path)
    assert (status, err.strip()) == (2, "belvedere: There is no table 'indicatrs'. Did you mean indicators?")
    status, _, err = run("show", "indicators", "--date", "20/11/2026", "-w", demo.path)
    assert status == 2 and "expected a day such as" in err
    status, _, err = run("show", "indicators", "--as-of", "2026-11-20T18:00", "-w", demo.path)
    assert status == 2 and "time zone" in err


def test_a_missing_workspace_names_the_command_that_makes_one(run, tmp_path):
    status, _, err = run("status", "--workspace", tmp_path)
    assert status == 2 and "belvedere init" in err


def test_the_workspace_can_come_from_the_environment(run, demo, monkeypatch):
    monkeypatch.setenv("BELVEDERE_WORKSPACE", str(demo.path))
    status, out, _ = run("quarantine", "list", "--feed", FLOWS)
    assert status == 0 and "5 of 5 entries" in out and "bad-date" in out


def test_status_as_json(run, demo):
    status, out, _ = run("status", "--json", "-w", demo.path)
    told = json.loads(out)
    assert status == 0
    assert {f["feed"] for f in told["feeds"]} >= {FLOWS, STOCKS}
    assert next(f for f in told["feeds"] if f["feed"] == FLOWS)["quarantine"] == 5


def test_export_writes_and_refuses_to_overwrite(run, demo, tmp_path):
    words = ("export", "indicators", tmp_path / "a.csv", "--place", "FR-59", "--date", "2026-11-20", "-w", demo.path)
    status, out, _ = run(*words)
    assert status == 0 and "16 rows" in out and (tmp_path / "a.about.json").exists()
    status, _, err = run(*words)
    assert status == 2 and "exists already" in err


def test_quarantine_out_mended_and_back(run, demo_copy, tmp_path):
    target = tmp_path / "mend.csv"
    assert run("quarantine", "export", target, "--feed", FLOWS, "-w", demo_copy.path)[0] == 0
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    row = next(r for r in rows if r["incid_hosp"] == "n.c.")
    row["incid_hosp"] = "31"
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerow(row)
    status, _, _ = run("quarantine", "mend", target, "--reason", "told on the phone", "-w", demo_copy.path)
    assert status == 0
    held = demo_copy.frame("indicators", feed=FLOWS, indicator="hospital_admissions", place=f"FR-{row['dep']}")
    assert 31 in set(held[held["date"].astype(str).str[:10] == row["jour"]]["value"])
    _, out, _ = run("quarantine", "list", "-w", demo_copy.path)
    assert "4 of 4 entries" in out


def test_dismiss_needs_a_reason_and_an_open_entry(run, demo_copy):
    assert run("quarantine", "dismiss", 1, "--reason", " ", "-w", demo_copy.path)[0] == 2
    status, _, err = run("quarantine", "dismiss", 999, "--reason", "x", "-w", demo_copy.path)
    assert status == 2 and "999" in err
    assert run("quarantine", "dismiss", 1, 2, "--reason", "closed hospital", "-w", demo_copy.path)[0] == 0
    assert "3 of 3 entries" in run("quarantine", "list", "-w", demo_copy.path)[1]


def test_backup_and_restore(run, demo, tmp_path):
    assert run("backup", tmp_path / "b.tar", "-w", demo.path)[0] == 0
    status, _, err = run("restore", tmp_path / "b.tar", tmp_path / "r")
    assert status == 2 and "--keys" in err and not (tmp_path / "r").exists()
    assert run("restore", tmp_path / "b.tar", tmp_path / "r", "--keys", demo.path / "keys")[0] == 0
    again = belvedere.open(tmp_path / "r")
    assert len(again.frame("indicators", place="FR-59")) == len(demo.frame("indicators", place="FR-59")) > DAYS


def test_mapping_check_names_the_fault_and_tries_a_file(run, demo, tmp_path):
    mapping = demo.mappings / f"{FLOWS}.toml"
    spoiled = sorted((demo.path.parent / "sources").rglob("*department-flows*"))[-1]
    status, out, _ = run("mapping", "check", mapping, spoiled, "-w", demo.path)
    assert status == 1 and "expected a place code of scheme insee-dep" in out
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(mapping.read_text(encoding="utf-8").replace("hospital_admissions", "hospital_admission"), encoding="utf-8")
    status, _, err = run("mapping", "check", wrong, "-w", demo.path)
    assert status == 2 and "hospital_admissions" in err
    assert run("mapping", "show", "demo-fr-department-flow", "-w", demo.path)[0] == 2
    assert run("mapping", "show", FLOWS, "-w", demo.path)[1] == mapping.read_text(encoding="utf-8")


def test_erase_asks_for_exactly_one_limit_and_refuses_aggregates(run, demo_copy):
    words = ("erase", "contacts", "--column", "last_on", "--reason", "retention", "--yes", "-w", demo_copy.path)
    assert run(*words)[0] == 2
    assert run(*words, "--before", "2026-08-01")[0] == 0
    status, _, err = run(
        "erase", "indicators", "--column", "date", "--before", "2026-08-01", "--reason", "x", "--yes", "-w", demo_copy.path
    )
    assert status == 2 and "aggregates" in err


def test_tables_lists_each_table_with_its_keys(run):
    status, out, _ = run("tables")
    assert status == 0 and "indicators" in out and "one row is one figure" in out


def test_serve_refuses_a_port_in_use(run, demo):
    import socket

    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        status, _, err = run("serve", "--port", busy.getsockname()[1], "-w", demo.path)
    assert status == 2 and "choose another --port" in err


def test_the_guide_is_made_from_the_help():
    from belvedere.app.command_pages import command_guide

    guide = Path(__file__).resolve().parents[2] / "docs" / "guides" / "command-line.md"
    assert guide.read_text(encoding="utf-8") == command_guide() + "\n", (
        "run: .venv/bin/python -m belvedere.app.command_pages docs/guides/command-line.md"
    )


def test_the_package_runs_as_the_command(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["belvedere", "--version"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("belvedere", run_name="__main__")
    assert stopped.value.code in (0, None) and "belvedere" in capsys.readouterr().out
