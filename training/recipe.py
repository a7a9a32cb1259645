"""The recipe: how a scorer is fitted on the earlier part of a split, wherever one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from features.catalogue import FEATURE_SERVICE
from features.rows import as_rows
from models.graded_alert import GradedAlert
from models.policy import Policy
from models.scorer import AlertScorer, ScoreInput
from rules_baseline.day_baseline import AlertHistory, baselines
from training.dataset import Dataset
from training.skill import skill_of
from training.splits import Split
from training.weights import Floats, training_weights

# More of these never makes an alert less severe; anything whose sign can be argued about stays free.
MONOTONE = {"alert_measured_over_threshold": 1, "alert_occurrence": 1, "sanctions_250d": 1, "self_match_share_20d": 1}
LEAST_LABELS = 30  # in the training part; with fewer no classifier is fitted (docs/training.md, cold start)


def fit_scorer(
    data: Dataset, parts: Split, weight: Floats, *, seed: int, parameters: Mapping[str, Any] | None = None
) -> AlertScorer:
    """Fit on the train part, stop early and set the grade sets on the calibration part; the test part is not looked at.

    ``weight`` (n,) is what each row of ``data`` counts. Where the labels do not suffice for a classifier
    (``too_few``), or it shows no skill (``skill_of``), the scorer has none: rules and detectors.
    """
    X, y = data.X[parts.train], data.y[parts.train]
    if too_few(data, parts):
        return AlertScorer.without_labels(X, seed=seed, feature_service=FEATURE_SERVICE)
    monotone = {name: sign for name, sign in MONOTONE.items() if name in X.columns}
    scorer = AlertScorer.fit(
        X,
        y,
        sample_weight=weight[parts.train],
        calibration=(data.X[parts.calibration], data.y[parts.calibration]),
        calibration_groups=data.alerts.loc[parts.calibration, "subject_id"].to_numpy(),
        monotone=monotone,
        seed=seed,
        policy=Policy.read(),
        feature_service=FEATURE_SERVICE,
        parameters=parameters,
    )
    return scorer.judged_by(skill_of(scorer, data, parts, weight, monotone=monotone, seed=seed, parameters=parameters))


def too_few(data: Dataset, parts: Split) -> str | None:
    """Why no classifier can be fitted on the train part, in words; null where one can."""
    y = data.y[parts.train]
    if len(y) < LEAST_LABELS:
        return f"{len(y)} labels to train on; a classifier wants {LEAST_LABELS}"
    if y.nunique() < 2:
        return f"all {len(y)} labels to train on are grade {y.iloc[0]}; a classifier wants two grades"
    return None


def inputs_of(data: Dataset, history: AlertHistory) -> list[ScoreInput]:
    """What a scorer is asked about each row of ``data``, in order.

    ``history`` is that of the same period: the baseline grade of an alert counts other alerts of its day.
    """
    # the desk labels alerts that a later folder of raw events may not hold any more
    every = {a.alert_id: a for a in (*data.triggers, *history.alerts)}
    by_alert = baselines(replace(history, alerts=tuple(every.values())))
    rows = as_rows(data.X)
    return [ScoreInput(t, row, by_alert[t.alert_id], None, None) for t, row in zip(data.triggers, rows, strict=True)]


def fit_and_grade(
    data: Dataset, *, seed: int, parameters: Mapping[str, Any] | None = None
) -> Callable[[Split, Sequence[ScoreInput]], list[GradedAlert]]:
    """The recipe as a function of a split: fit on its earlier parts and grade the inputs given."""
    weight = training_weights(data.alerts).values

    def run(parts: Split, asked: Sequence[ScoreInput]) -> list[GradedAlert]:
        return fit_scorer(data, parts, weight, seed=seed, parameters=parameters).grade(asked, explain=False)

    return run


def policy_cost() -> Floats:
    """The cost matrix of the policy in force, true grade by row."""
    return np.array(Policy.read().file.cost, dtype=np.float64)
