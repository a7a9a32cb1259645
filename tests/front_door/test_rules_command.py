"""`alertgrade rules` as a person types it: a folder runs the rules; `explain` and `status` are commands."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from rules_baseline.alerts import read_alerts
from rules_baseline.batches import arrow_schema


@pytest.fixture
def events(tmp_path: Path) -> Path:
    folder = tmp_path / "events"
    folder.mkdir()
    for name in ("contracts", "orders", "trades"):
        pq.write_table(arrow_schema(name).empty_table(), folder / f"{name}.parquet")
    return folder


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    for word in words:
        assert word in done.stderr


def test_a_folder_and_its_options_need_no_name_of_a_command(run: Any, events: Path, tmp_path: Path) -> None:
    out = tmp_path / "alerts.parquet"
    for words in ((str(events), "--out", str(out)), ("--out", str(out), str(events), "--only", "spoofing,self_trade")):
        done = run("rules", *words)
        assert done.returncode == 0, done.stderr
        assert "0 alerts" in done.stdout
    assert read_alerts(out) == []
    assert pq.read_table(out.with_name("findings.parquet")).num_rows == 0


def test_an_unknown_rule_is_one_error_that_lists_the_rules(run: Any, events: Path, tmp_path: Path) -> None:
    done = run("rules", str(events), "--out", str(tmp_path / "a.parquet"), "--only", "self_trad")
    refused(done, "--only self_trad", "self_trade", "spoofing")


def test_days_that_are_no_days_are_one_line(run: Any, events: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "a.parquet"))
    refused(run("rules", str(events), *out, "--from", "monday"), "--from 'monday'")
    refused(run("rules", str(events), *out, "--from", "2026-03-03", "--to", "2026-03-02"), "no later than --to")


def test_an_alert_that_is_not_there_is_one_line(run: Any, events: Path, tmp_path: Path) -> None:
    refused(run("rules", "explain", "x:y", "--alerts", str(tmp_path / "none.parquet")), "none.parquet")


def test_help_names_the_commands(run: Any) -> None:
    done = run("rules", "--help")
    assert done.returncode == 0
    for word in ("explain", "status", "--out"):
        assert word in done.stdout
