"""The command: what it writes, what it prints, what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alertgrade.commands import rules as command
from rules_baseline.alerts import read_alerts


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "var"))
    return tmp_path / "var"


def test_rules_writes_both_files_and_prints_counts(
    market: Any, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(5):
        market.match("A1", "A1", f"t{number}")
    command.rules(market.write(tmp_path / "events"), out=tmp_path / "alerts.parquet", batches=3)
    printed = capsys.readouterr().out
    assert [a.level for a in read_alerts(tmp_path / "alerts.parquet")] == ["warning", "breach"]
    assert (tmp_path / "findings.parquet").exists()
    assert (home / "rules" / "rules.duckdb").exists()
    assert "self_trade" in printed
    assert "10 events" in printed.replace("\n", " ")
