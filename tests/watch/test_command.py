"""The command: runs until it is told to end, finishes the batch in hand, and says where it stands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.errors import AlertError
from tests.watch.conftest import busy_market, cut, put_all, rows_of, summary

Made = Callable[..., Any]


@pytest.mark.processes
def test_a_watch_takes_batches_as_they_come_and_ends_in_order_when_told_to(
    place: Made, batch_run: Made, tmp_path: Path
) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    words = ["--from", str(here.inbox), "--reference", str(here.reference), "--out", str(here.out)]
    watching = subprocess.Popen(
        [sys.executable, "-m", "alertgrade.cli", "watch", *words, "--idle", "0.05"],
        env={**os.environ, "ALERTGRADE_HOME": str(tmp_path / "home"), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        put_all(here.inbox, cut(rows_of(market), 3, 1))
        log, until = here.out / "alerts.jsonl", time.monotonic() + 60
        while (not log.exists() or log.read_text().count("\n") < len(wanted)) and time.monotonic() < until:
            time.sleep(0.1)
        watching.send_signal(signal.SIGTERM)
        said, _ = watching.communicate(timeout=60)
    finally:
        watching.kill()
    assert watching.returncode == 0, said
    assert "not graded" in said
    assert summary(here.alerts()) == summary(wanted)


def test_a_service_without_a_key_is_refused_before_anything_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ALERTGRADE_API_KEY", raising=False)
    words = ["--from", str(tmp_path), "--reference", str(tmp_path), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(build_app(), ["watch", *words, "--service", "http://127.0.0.1:9", "--once"])
    assert isinstance(done.exception, AlertError)
    assert "ALERTGRADE_API_KEY" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    words = ["--from", str(tmp_path / "none"), "--reference", str(tmp_path), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(build_app(), ["watch", *words, "--once"])
    assert isinstance(done.exception, AlertError)
    assert "no folder" in str(done.exception)


def test_help_has_an_example() -> None:
    shown = CliRunner().invoke(build_app(), ["watch", "--help"])
    assert shown.exit_code == 0
    assert "Example: alertgrade watch" in shown.output
