"""What all tests share: where samples lie, and that nothing is skipped where the change is judged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def samples() -> Path:
    """Samples that this project did not write; the test says so when they are not there."""
    folder = Path(os.environ.get("ALERTGRADE_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip(f"no samples under {folder}: set ALERTGRADE_SAMPLES")
    return folder


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI=true, a skipped test is a failed run: everything that tests need is installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI never skips a test: see the skipped ones above", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
