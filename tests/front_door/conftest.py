"""A home with a trained champion, made once by the demo's own preparation on a small synthetic market."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alertgrade.commands.train import run_training
from alertgrade.demo import DemoPlan, Prepared, prepare
from alertgrade.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[str]]


def command_line(home: Path, cwd: Path) -> Run:
    def call(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "ALERTGRADE_HOME": str(home), "COLUMNS": "200", **environ}
        command = [sys.executable, "-m", "alertgrade.cli", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, cwd=cwd, check=False)

    return call


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return command_line(tmp_path / "home", tmp_path)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    home = Settings.read({"ALERTGRADE_HOME": str(tmp_path_factory.mktemp("demo") / "home")})
    return prepare(home, DemoPlan(accounts=40, days=40, seed=7), run_training, lambda _: None)


@pytest.fixture(scope="session")
def run_there(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return command_line(prepared.home.home, tmp_path_factory.mktemp("there"))
