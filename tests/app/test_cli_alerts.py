"""Alerts by command: rules by option and by file, a look, what is open, a channel tried."""

from __future__ import annotations

import json
import sys

import pytest

import belvedere
from belvedere.app import cli
from belvedere.app.cli_alerts import read_rules
from belvedere.desk import alert_book as book
from belvedere.desk.alert_rules import rule_changes
from belvedere.errors import DataError

CHANNEL = """
[alerts.channels.desk]
kind = "email"
host = "127.0.0.1"
port = 1
security = "none"
sender = "b@example.org"
to = ["c@example.org"]
"""


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Runs `belvedere alerts …` on an empty workspace; returns (exit status, standard output, standard error)."""
    path = tmp_path / "workspace"
    belvedere.create(path)
    manifest = path / "belvedere.toml"
    manifest.write_text(manifest.read_text() + CHANNEL)

    def called(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["belvedere", "alerts", *map(str, words), "--workspace", str(path)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    called.path = path
    return called


def test_a_rule_is_changed_by_options_and_shown(call):
    status, out, _err = call(
        "set", "beds-icu", "--threshold", 0.4, "--clear", 0.2, "--channel", "desk", "--until", "2026-12-31"
    )
    assert status == 0 and "beds-icu" in out
    line = next(line for line in call("rules")[1].splitlines() if line.strip().startswith("beds-icu"))
    assert all(word in line for word in ("40 %", "20 %", "desk", "2026-12-31", "own"))


@pytest.mark.parametrize(
    ("words", "said"),
    [(("beds-icu",), "what to change"), ((), "which rule"), (("nothing", "--hours", 1), "no alert rule"),
     (("beds-icu", "--threshold", 0.1), "less than the threshold"), (("beds-icu", "--channel", "nobody"), "no channel"),
     (("beds-icu", "--place", "FR-XX"), "no place")],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_in_words(call, words, said):
    status, _out, err = call("set", *words)
    assert status == 2 and said in err


def test_rules_written_out_are_read_again(call, tmp_path):
    file = tmp_path / "rules.toml"
    call("set", "growth", "--owner", 'A. "M" Martin', "--channel", "desk", "--until", "2026-12-31", "--off")
    file.write_text(call("rules", "--toml")[1])
    written = {rule.id: rule for rule in read_rules(file)}
    assert (written["growth"].owner, written["growth"].active, written["growth"].channels) == (
        'A. "M" Martin',
        False,
        ("desk",),
    )
    assert call("set", "--file", file)[0] == 0
    changed = rule_changes(belvedere.open(call.path))
    assert {change.id for change in changed} == set(written) and {change.by for change in changed} == {"command line"}


@pytest.mark.parametrize("text", ["", "a = 1", "rule = 1", "[[rule]]\nid = 'x'", "no toml", "[[rule]]\n[other]"])
def test_a_file_that_holds_no_rules_is_refused_saying_what_was_expected(tmp_path, text):
    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(DataError, match="expected"):
        read_rules(tmp_path / "rules.toml")


def test_a_look_at_an_empty_workspace_opens_nothing(call):
    assert call("check")[:2] == (0, "0 opened, 0 closed, 0 open; 0 messages decided on.\n")
    assert call("list")[1] == "No alert is open.\n"


def test_a_channel_that_does_not_work_is_told_and_ends_with_status_1(call):
    status, out, _err = call("test", "desk")
    assert status == 1 and out.startswith("again: 127.0.0.1:1 cannot be reached")
    call("set", "beds-icu", "--channel", "desk")
    status, out, _err = call("check")
    assert status == 1 and "Channel desk does not work" in out
    assert json.loads(json.dumps(book.messages(belvedere.open(call.path), newest=1)[0].content))["kind"] == "test"
