from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger


class StepClock:
    """An instant that moves one second with every reading."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def clock() -> StepClock:
    return StepClock()


@pytest.fixture
def ledger(url: str, clock: StepClock) -> Iterator[Ledger]:
    opened = Ledger(url, clock, busy_timeout_ms=200)
    yield opened
    opened.close()


@pytest.fixture
def trigger() -> Callable[..., dict[str, Any]]:
    def make(name: str, **changes: Any) -> dict[str, Any]:
        return {
            "alert_id": name,
            "rule_id": "self_trade",
            "level": "breach",
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": "2026-03-02",
            "subject_type": "account",
            "subject_id": "A1",
            "account_id": "A1",
            "triggered_at": "2026-03-02T02:00:00Z",
            "measured": 5.0,
            "threshold": 5.0,
            "occurrence": 1,
            "parameters_version": None,
            "evidence": None,
        } | changes

    return make


@pytest.fixture
def answer() -> Callable[..., dict[str, Any]]:
    def make(name: str, grade: int = 3, **changes: Any) -> dict[str, Any]:
        return {
            "score_id": f"S-{name}",
            "alert_id": name,
            "grade": grade,
            "baseline": {"grade": 3, "decided_by_alert": name},
            "decided_by": {"rules": 3, "classifier": 2, "anomaly": None, "policy_clause": "least_expected_cost"},
            "degraded": [],
        } | changes

    return make


@pytest.fixture
def filled(tmp_path: Path, trigger: Any, answer: Any) -> Path:
    """The file of a ledger with three graded alerts and a promotion."""
    file = tmp_path / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    for number in range(3):
        evidence = {"features": {"a": 0.5}, "made_by": {}}
        ledger.record_score(trigger(f"警{number}"), answer(f"警{number}", grade=number + 1), evidence)
    ledger.append("promotion", "v1", {"approver": "governor"})
    ledger.close()
    return file
