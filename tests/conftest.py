"""Fixtures every test may use. Under CI nothing may be skipped: a test that did not run proves nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Properties are judged by what they find, not by how busy the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data (BELVEDERE_DATA, default ../shared/data). Without it: fails under CI, skips elsewhere."""
    folder = Path(os.environ.get("BELVEDERE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        message = f"no real data at {folder}: set BELVEDERE_DATA to the folder that holds france/, italy/, hubs/ …"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


NOT_RUN = ("skipped", "xfailed")


def not_run(config: pytest.Config) -> list[str]:
    """The tests, or whole files, that were passed over; a worker names none and leaves the count to the process above it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [] if reporter is None else [report.nodeid for outcome in NOT_RUN for report in reporter.stats.get(outcome, [])]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and not_run(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if os.environ.get("CI"):
        for name in not_run(config):
            terminalreporter.write_line(f"NOT RUN, which fails under CI: {name}", red=True)
