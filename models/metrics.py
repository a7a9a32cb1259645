"""Metrics of ordered grades, each with a bootstrap interval over subjects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, cohen_kappa_score

GRADES = (1, 2, 3, 4, 5)
Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; NaN where it cannot be computed (no positive case, say)."""

    value: float
    low: float
    high: float


def quadratic_kappa(truth: Ints, grade: Ints, _: Floats) -> float:
    """Cohen's kappa with quadratic weights over grades 1 to 5; 1 is perfect, 0 is chance (Cohen 1968)."""
    if len(np.unique(truth)) < 2 and len(np.unique(grade)) < 2:
        return float("nan")
    return float(cohen_kappa_score(truth, grade, labels=list(GRADES), weights="quadratic"))


def macro_mae(truth: Ints, grade: Ints, _: Floats) -> float:
    """Mean absolute error in grades, averaged over the true grades present (Baccianella et al. 2009)."""
    return float(np.mean([np.abs(grade[truth == g] - g).mean() for g in np.unique(truth)]))


def pr_auc_severe(truth: Ints, _: Ints, probabilities: Floats) -> float:
    """Average precision of P(grade <= 2) for the truth grade <= 2; NaN without a severe case."""
    severe = truth <= 2
    return float(average_precision_score(severe, probabilities[:, :2].sum(axis=1))) if severe.any() else float("nan")


def log_loss(truth: Ints, _: Ints, probabilities: Floats) -> float:
    """Mean negative log probability of the true grade, clipped at 1e-6."""
    return float(-np.log(np.clip(probabilities[np.arange(len(truth)), truth - 1], 1e-6, None)).mean())


METRICS: Mapping[str, Callable[[Ints, Ints, Floats], float]] = {
    "quadratic_kappa": quadratic_kappa,
    "macro_mae": macro_mae,
    "pr_auc_grade_1_2": pr_auc_severe,
    "log_loss": log_loss,
}


def expected_cost(cost: Floats) -> Callable[[Ints, Ints, Floats], float]:
    """Mean cost of the given grades under ``cost[true - 1, given - 1]`` of the policy."""
    return lambda truth, grade, _: float(cost[truth - 1, grade - 1].mean())


def estimate(
    metric: Callable[[Ints, Ints, Floats], float],
    truth: Ints,
    grade: Ints,
    probabilities: Floats,
    subjects: NDArray[np.str_],
    *,
    seed: int,
    rounds: int = 200,
) -> Estimate:
    """Value on all rows and a percentile interval, resampling whole subjects (their alerts are not independent)."""
    names, member = np.unique(subjects, return_inverse=True)
    rows = [np.flatnonzero(member == i) for i in range(len(names))]
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        drawn = np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])
        values.append(metric(truth[drawn], grade[drawn], probabilities[drawn]))
    kept = np.asarray(values)[~np.isnan(values)]
    low, high = np.quantile(kept, [0.025, 0.975]) if kept.size else (float("nan"), float("nan"))
    return Estimate(metric(truth, grade, probabilities), float(low), float(high))
