"""A home with a champion, its training sample and a real ledger of synthetic scores."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ledger.ledger import Ledger
from models.graded_alert import ACTIONS, GRADE_NAMES, GradedAlert
from rules_baseline.trigger import TriggerRecord

DIGEST = "ab" * 32
FIRST = date(2026, 3, 2)


def features(rng: np.random.Generator, shift: float = 0.0) -> dict[str, float | None]:
    return {
        "orders_5d": float(rng.normal(shift, 1.0)),
        "cancel_ratio_5d": float(rng.uniform()),
        "is_employee": float(rng.uniform() < 0.2),
        "logins_5d": None,
    }


class Home:
    """``ALERTGRADE_HOME`` of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rng = np.random.default_rng(11)
        self.count = 0

    def train(self, rows: int = 400) -> None:
        table = pd.DataFrame([features(self.rng) | {"grade": int(self.rng.integers(1, 6))} for _ in range(rows)])
        bundle = self.folder / "bundles" / DIGEST
        bundle.mkdir(parents=True, exist_ok=True)
        table.astype("float64").to_parquet(bundle / "reference.parquet")
        pointer = {"digest": DIGEST, "path": str(bundle), "version": "3"}
        (self.folder / "bundles" / "champion.json").write_text(json.dumps(pointer))

    def score(self, rows: int, shift: float = 0.0, day: int = 0, digest: str | None = DIGEST, **values: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(f"sqlite:///{self.folder / 'ledger.db'}", lambda: datetime(2026, 4, 1, tzinfo=UTC))
        for _ in range(rows):
            self.count += 1
            trigger, answer = self._pair(FIRST + timedelta(days=day), digest, values)
            ledger.record_score(trigger, answer, {"features": features(self.rng, shift)})
        ledger.close()

    def _pair(self, day: date, digest: str | None, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        account, grade = f"A{self.count:04d}", int(self.rng.integers(1, 6))
        trigger = TriggerRecord(
            alert_id=f"self_trade:breach:{day}:SHFE.cu2605:{account}",
            rule_id="self_trade",
            level="breach",
            trading_day=day,
            subject_type="account",
            subject_id=account,
            account_id=account,
            triggered_at=datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
            measured=6,
            threshold=5,
        )
        known: dict[str, Any] = {
            "score_id": f"S{self.count}",
            "alert_id": trigger.alert_id,
            "account_id": account,
            "grade": grade,
            "grade_name_zh": GRADE_NAMES[grade][0],
            "grade_name_en": GRADE_NAMES[grade][1],
            "severity": 0.4,
            "probabilities": None,
            "grade_set": [grade],
            "anomaly": {"share": None, "drivers": []},
            "baseline": {"grade": grade, "decided_by_alert": None},
            "decided_by": {"rules": grade, "classifier": None, "anomaly": None, "policy_clause": "test"},
            "reasons": [],
            "action_zh": ACTIONS[grade][0],
            "action_en": ACTIONS[grade][1],
            "versions": {"model": None, "digest": digest, "policy": "1", "rules": None, "feature_service": None},
            "features_as_of": None,
            "feature_age_days": None,
            "degraded": [],
        }
        return trigger.model_dump(mode="json"), GradedAlert(**(known | values)).model_dump(mode="json")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")  # a narrow terminal would cut the table's cells
    return Home(tmp_path / "home")
