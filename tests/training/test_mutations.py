"""Three ways to spoil a training, each applied, each noticed by the guard that stands against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alertgrade.errors import AlertError
from models.bundle import save_bundle
from models.metrics import Estimate
from models.scorer import AlertScorer
from models.signing import public_key_of
from training.bundle_contract import broken
from training.guards import doubts, refuse_future, telling_features
from training.recipe import MONOTONE, fit_scorer
from training.splits import SplitPlan, split

from .conftest import KEY, History, world


@pytest.mark.parametrize("mutated", [False, True], ids=["labels as they are", "labels shuffled"])
def test_shuffled_labels_are_noticed(past: History, mutated: bool) -> None:
    data = past.data()
    taught = data.y.sample(frac=1.0, random_state=2) if mutated else data.y
    data = replace(data, alerts=data.alerts.assign(grade=taught.to_numpy()))
    scorer = fit_scorer(data, split(data.alerts, SplitPlan()), np.ones(len(data.X)), seed=1)
    assert scorer.skill is not None
    assert scorer.skill.shown is not mutated
    assert (scorer.classifier is None) is mutated


@pytest.mark.parametrize(("low", "doubted"), [(-1e-9, True), (0.0, True), (1e-9, False)], ids=["below", "at", "above"])
def test_a_kappa_that_may_be_zero_on_later_days_is_doubted(past: History, low: float, doubted: bool) -> None:
    data = past.data()
    said = doubts(data.X, data.y, {"alertgrade": {"quadratic_kappa": Estimate(0.3, low, 0.6)}})
    assert any("nothing was learnt" in word for word in said) is doubted


@pytest.mark.parametrize("mutated", [False, True], ids=["as known at the alert", "with the outcome in it"])
def test_a_feature_that_holds_the_future_is_noticed(past: History, mutated: bool) -> None:
    data = past.data()
    rng = np.random.default_rng(1)
    X = data.X.copy()
    if mutated:  # as if the sanction that follows the alert were counted among those before it
        X["sanctions_250d"] = (5 - data.y) * 2 + rng.integers(0, 2, len(X))
    assert telling_features(X, data.y) == (["sanctions_250d"] if mutated else [])


@pytest.mark.parametrize("mutation", ["none", "late label", "late alert", "subject on both sides"])
def test_a_split_that_knows_the_future_is_refused(past: History, mutation: str) -> None:
    alerts = past.data().alerts
    parts = split(alerts, SplitPlan())
    row = int(np.flatnonzero(parts.train)[0])
    changed = {
        "late label": ("decided_at", parts.test_from),
        "late alert": ("triggered_at", parts.test_from),
        "subject on both sides": ("subject_id", alerts.loc[parts.unseen, "subject_id"].iloc[0]),
    }
    if mutation == "none":
        refuse_future(alerts, parts)
        return
    column, value = changed[mutation]
    alerts.loc[row, column] = value
    with pytest.raises(AlertError, match="called unseen" if "subject" in mutation else "or later"):
        refuse_future(alerts, parts)


@pytest.mark.parametrize("sign", [1, -1], ids=["as it should be", "reversed"])
def test_a_reversed_monotone_constraint_breaks_the_bundle_contract(
    sign: int, tmp_path: Path, history: Callable[..., History]
) -> None:
    X, y = world(400, 1, 0.0)
    X["alert_occurrence"] = 5 - y + np.random.default_rng(3).integers(0, 3, len(y))  # more of it, truly more severe
    if sign < 0:
        y = 6 - y
    monotone = {name: sign * side for name, side in MONOTONE.items() if name in X.columns}
    scorer = AlertScorer.fit(
        X[:300], y[:300], calibration=(X[300:], y[300:]), monotone=monotone, feature_service="risk_grade_v1"
    )
    save_bundle(scorer, tmp_path / "bundle", manifest={}, private_key=KEY)
    X.assign(grade=3, severity=0.0).to_parquet(tmp_path / "reference.parquet")
    found = broken(tmp_path / "bundle", tmp_path / "reference.parquet", public_key_of(KEY))
    assert found == (() if sign > 0 else ("the severity falls as alert_occurrence rises",))
