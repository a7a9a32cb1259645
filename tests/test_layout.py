"""The house: packages lie where they should, start quickly and hold no accidents."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONG

PACKAGES = (
    "alertgrade",
    "features",
    "ledger",
    "models",
    "monitoring",
    "rules_baseline",
    "serving",
    "simulation",
    "training",
)
HEAVY = ("feast", "mlflow", "evidently", "bentoml", "pyod", "lightgbm", "sklearn", "streamlit", "ibis", "pandas")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_ours_and_not_a_stranger_of_the_same_name(name: str, repository: Path) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(repository)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_in_its_first_line_what_it_is(name: str) -> None:
    assert importlib.import_module(name).__doc__


def test_importing_the_command_line_loads_no_heavy_library() -> None:
    code = f"import alertgrade.cli, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"


def test_the_lock_names_hashes_and_no_address(repository: Path) -> None:
    lines = (repository / "requirements.lock").read_text().splitlines()
    assert any("--hash=sha256:" in line for line in lines)
    assert not [line for line in lines if "://" in line or "--index" in line]
    assert not (repository / "uv.lock").exists()


def test_no_tracked_file_is_larger_than_5_mb(repository: Path) -> None:
    asked = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True)
    files = [repository / name for name in asked.stdout.decode().split("\0") if name]
    assert [f.name for f in files if f.exists() and f.stat().st_size > 5_000_000] == []


def test_the_long_test_files_and_folders_are_those_that_are_there(repository: Path) -> None:
    for name in (name for names in LONG for name in names):
        assert (repository / name).is_dir() if name.endswith("/") else (repository / name).is_file(), name
