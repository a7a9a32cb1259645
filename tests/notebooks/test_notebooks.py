"""Every notebook runs from its first cell to its last on a small synthetic market."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

from alertgrade.commands.train import run_training
from alertgrade.demo import DemoPlan, prepare
from alertgrade.settings import Settings

pytestmark = [pytest.mark.notebooks, pytest.mark.timeout(600)]  # four kernels, each with its own imports
NAMES = ("drift_to_retraining", "explore_an_account", "train_and_compare", "what_moved_this_grade")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's home: a market with its past, features, a champion."""
    made = Settings.read({"ALERTGRADE_HOME": str(tmp_path_factory.mktemp("notebooks") / "home")})
    prepare(made, DemoPlan(accounts=40, days=30, seed=3), run_training, lambda _: None)
    return made.home


def test_no_notebook_is_left_out(repository: Path) -> None:
    kept = {path.stem for path in (repository / "notebooks").glob("*.py")} - {"__init__"}
    assert kept == set(NAMES)


def test_every_notebook_runs_to_its_end(repository: Path, home: Path, tmp_path: Path) -> None:
    for name in NAMES:
        jupytext.write(jupytext.read(repository / "notebooks" / f"{name}.py"), tmp_path / f"{name}.ipynb")
    environment = {**os.environ, "ALERTGRADE_HOME": str(home), "PYTHONPATH": str(repository)}
    command = [sys.executable, "-m", "pytest", "--nbmake", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    asked = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout[-4000:]
    assert f"{len(NAMES)} passed" in asked.stdout
