"""Under CI nothing may be skipped: a test that did not run proves nothing."""

from __future__ import annotations

import os

import pytest

NOT_RUN = ("skipped", "xfailed")


def not_run(config: pytest.Config) -> list[str]:
    """The tests, or whole files, that were passed over."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [report.nodeid for outcome in NOT_RUN for report in reporter.stats.get(outcome, [])]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and not_run(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if os.environ.get("CI"):
        for name in not_run(config):
            terminalreporter.write_line(f"NOT RUN, which fails under CI: {name}", red=True)
