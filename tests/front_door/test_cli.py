"""The command line as a person meets it: real processes, one line for every mistake."""

from __future__ import annotations

import subprocess
from pathlib import Path


def assert_one_clear_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]


def test_a_folder_that_is_not_there_is_one_line(run, tmp_path: Path) -> None:
    assert_one_clear_line(run("check", str(tmp_path / "nothing")), "nothing")


def test_a_folder_with_nothing_in_it_is_one_line(run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_one_clear_line(run("rules", str(tmp_path / "empty"), "--out", str(tmp_path / "a.parquet")), "empty")


def test_a_malformed_port_is_one_line(run) -> None:
    assert_one_clear_line(run("models", ALERTGRADE_PORT="80x"), "ALERTGRADE_PORT")


def test_materialize_before_any_build_is_one_line(run) -> None:
    assert_one_clear_line(run("materialize"), "alertgrade features")


def test_a_malformed_instant_is_one_line(run, tmp_path: Path) -> None:
    assert_one_clear_line(run("train", str(tmp_path), "--until", "yesterday"), "--until")


def test_simulate_never_writes_over_what_is_there(run, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    assert_one_clear_line(run("simulate", str(tmp_path / "full")), "not empty")
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"
