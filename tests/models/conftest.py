"""A small synthetic world for the models' tests: features of the catalogue, grades driven by three of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.catalogue import FEATURES
from models.score_input import ScoreInput
from models.scorer import AlertScorer
from rules_baseline.grade import BaselineGrade
from rules_baseline.trigger import TriggerRecord

World = tuple[pd.DataFrame, "np.ndarray[Any, np.dtype[np.int64]]"]


@pytest.fixture(scope="session")
def world() -> Callable[[int, int], World]:
    def make(n: int, seed: int) -> World:
        rng = np.random.default_rng(seed)
        values = rng.gamma(2.0, 2.0, size=(n, len(FEATURES))).round(3)
        frame = pd.DataFrame(values, columns=list(FEATURES))
        frame["account_type_code"] = rng.integers(0, 3, n).astype(float)
        frame["alert_occurrence"] = rng.integers(1, 6, n).astype(float)
        hidden = frame["alert_occurrence"] + frame["alert_measured_over_threshold"] / 2 + frame["alerts_30d"] / 4
        grades = 5 - np.digitize(hidden + rng.logistic(scale=0.5, size=n), [4.0, 5.0, 7.0, 9.0])
        frame = frame.mask(rng.random(frame.shape) < 0.1)
        return frame, grades.astype(np.int64)

    return make


@pytest.fixture(scope="session")
def scorer(world: Callable[[int, int], World]) -> AlertScorer:
    X, y = world(600, 1)
    return AlertScorer.fit(
        X,
        y,
        calibration=world(300, 2),
        monotone={"alert_occurrence": 1},
        seed=7,
        model_version="3",
        rules_version="rules-1",
        feature_service="risk_grade_v1",
    )


@pytest.fixture(scope="session")
def alert() -> Callable[..., TriggerRecord]:
    def make(**changes: Any) -> TriggerRecord:
        facts: dict[str, Any] = {
            "alert_id": "self_trade:breach:2026-03-02:SHFE.cu2605:A1",
            "rule_id": "self_trade",
            "level": "breach",
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": date(2026, 3, 2),
            "subject_type": "account",
            "subject_id": "A1",
            "account_id": "A1",
            "triggered_at": datetime(2026, 3, 2, 2, tzinfo=UTC),
            "measured": 5.0,
            "threshold": 5.0,
            "occurrence": 1,
        }
        return TriggerRecord(**{**facts, **changes})

    return make


@pytest.fixture(scope="session")
def inputs(world: Callable[[int, int], World], alert: Callable[..., TriggerRecord]) -> list[ScoreInput]:
    X, _ = world(40, 3)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    return [
        ScoreInput(
            trigger=alert(alert_id=f"self_trade:breach:2026-03-02:SHFE.cu2605:A{k}", account_id=f"A{k}"),
            features={str(name): None if np.isnan(value) else float(value) for name, value in row.items()},
            baseline=BaselineGrade(3, None, "nothing"),
            features_as_of=moment,
            feature_age_days=1,
            degraded=("stale_features",) if k % 2 else (),
        )
        for k, (_, row) in enumerate(X.iterrows())
    ]
