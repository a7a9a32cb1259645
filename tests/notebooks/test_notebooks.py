"""Every notebook runs from its first cell to its last on a small synthetic market."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from alertgrade.commands.train import run_training
from alertgrade.demo import DemoPlan, prepare
from alertgrade.settings import Settings

pytestmark = [pytest.mark.notebooks, pytest.mark.timeout(600)]  # a kernel with imports of its own
NAMES = ("drift_to_retraining", "explore_an_account", "train_and_compare", "what_moved_this_grade")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's home: a market with its past, features, a champion whose classifier speaks."""
    made = Settings.read({"ALERTGRADE_HOME": str(tmp_path_factory.mktemp("notebooks") / "home")})
    prepare(made, DemoPlan(accounts=40, days=40, seed=7), run_training, lambda _: None)
    return made.home


def test_no_notebook_is_left_out(repository: Path) -> None:
    kept = {path.stem for path in (repository / "notebooks").glob("*.py")} - {"__init__"}
    assert kept == set(NAMES)


def test_every_notebook_runs_to_its_end(repository: Path, home: Path, tmp_path: Path) -> None:
    # one after another in one kernel, which imports once; each begins without a name of the one before
    whole = jupytext.read(repository / "notebooks" / f"{NAMES[0]}.py")
    for name in NAMES[1:]:
        cells = jupytext.read(repository / "notebooks" / f"{name}.py").cells
        whole.cells += [nbformat.v4.new_code_cell("%reset -f"), *cells]
    whole.cells.append(nbformat.v4.new_code_cell(f"print('all {len(NAMES)} to the end')"))
    jupytext.write(whole, tmp_path / "all.ipynb")
    environment = {**os.environ, "ALERTGRADE_HOME": str(home), "PYTHONPATH": str(repository)}
    command = [sys.executable, "-m", "pytest", "--nbmake", "--overwrite", "-p", "no:randomly", "-p", "no:cacheprovider"]
    asked = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout[-4000:]
    assert "1 passed" in asked.stdout
    assert f"all {len(NAMES)} to the end" in (tmp_path / "all.ipynb").read_text()
