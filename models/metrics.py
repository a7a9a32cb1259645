"""Metrics of ordered grades, each with a bootstrap interval over subjects; every row may carry a weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

GRADES = (1, 2, 3, 4, 5)
Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Metric = Callable[
    [Ints, Ints, Floats, Floats], float
]  # truth (n,), grade given (n,), probabilities (n, 5), weight (n,)
_APART = np.subtract.outer(np.arange(5.0), np.arange(5.0)) ** 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; NaN where it cannot be computed (no positive case, say)."""

    value: float
    low: float
    high: float


def quadratic_kappa(truth: Ints, grade: Ints, _: Floats, weight: Floats) -> float:
    """Cohen's kappa with quadratic weights over grades 1 to 5; 1 is perfect, 0 is chance (Cohen 1968).

    >>> quadratic_kappa(np.array([1, 3, 5]), np.array([1, 3, 5]), np.empty(0), np.ones(3))
    1.0
    """
    table = np.bincount((truth - 1) * 5 + grade - 1, weight, minlength=25).reshape(5, 5)
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    expected = float((_APART * by_chance).sum())
    return 1.0 - float((_APART * table).sum()) / expected if expected else float("nan")


def macro_mae(truth: Ints, grade: Ints, _: Floats, weight: Floats) -> float:
    """Mean absolute error in grades, averaged over the true grades present (Baccianella et al. 2009)."""
    rows = np.bincount(truth, weight, minlength=6)
    errors = np.bincount(truth, weight * np.abs(grade - truth), minlength=6)
    return float(np.mean(errors[rows > 0] / rows[rows > 0]))


def pr_auc_severe(truth: Ints, _: Ints, probabilities: Floats, weight: Floats) -> float:
    """Average precision of P(grade <= 2) for the truth grade <= 2; NaN without a severe case.

    The sum over distinct probabilities of precision times the recall gained (Zhu 2004), as scikit-learn has it; ours
    because a thousand bootstrap rounds of theirs take seconds.
    """
    said, hit = probabilities[:, :2].sum(axis=1), weight * (truth <= 2)
    if not hit.any():
        return float("nan")
    order = np.argsort(-said, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(said[order]) != 0, True))  # equal probabilities are taken together
    hits, rows = np.cumsum(hit[order])[ends], np.cumsum(weight[order])[ends]
    precision = np.divide(hits, rows, out=np.zeros_like(hits), where=rows > 0)
    return float((precision * np.diff(hits, prepend=0.0)).sum() / hits[-1])


def roc_auc_severe(truth: Ints, _: Ints, probabilities: Floats, weight: Floats) -> float:
    """How well P(grade <= 2) ranks the severe above the others; NaN where one of the two is missing."""
    severe = truth <= 2
    if not (weight[severe] > 0).any() or not (weight[~severe] > 0).any():
        return float("nan")
    return float(roc_auc_score(severe, probabilities[:, :2].sum(axis=1), sample_weight=weight))


def log_loss(truth: Ints, _: Ints, probabilities: Floats, weight: Floats) -> float:
    """Mean negative log probability of the true grade, clipped at 1e-6."""
    given = np.clip(probabilities[np.arange(len(truth)), truth - 1], 1e-6, None)
    return float(-np.average(np.log(given), weights=weight))


def ranked_probability_score(truth: Ints, _: Ints, probabilities: Floats, weight: Floats) -> float:
    """Mean squared distance of the cumulative probabilities to the true grade's, summed over cuts (Epstein 1969).

    0 is perfect; a miss by two grades costs more than one by one, and none costs without bound as in the log loss.

    >>> two = np.array([[0.0, 1.0, 0, 0, 0], [0.0, 0, 0, 1.0, 0]])
    >>> ranked_probability_score(np.array([2, 2]), np.empty(0, dtype=int), two, np.array([1.0, 1.0]))
    1.0
    """
    at_most = truth[:, None] <= np.array(GRADES[:-1])
    apart = (np.cumsum(probabilities, axis=1)[:, :-1] - at_most) ** 2
    return float(np.average(apart.sum(axis=1), weights=weight))


def calibration_error(truth: Ints, _: Ints, probabilities: Floats, weight: Floats) -> float:
    """Mean distance between P(grade <= 2) and the share of severe ones, over ten bins of equal width (Naeini 2015)."""
    said, severe = probabilities[:, :2].sum(axis=1), (truth <= 2).astype(np.float64)
    place = np.minimum((said * 10).astype(np.int64), 9)
    off = np.bincount(place, weight * (said - severe), minlength=10)
    return float(np.abs(off).sum() / weight.sum())


METRICS: Mapping[str, Metric] = {
    "quadratic_kappa": quadratic_kappa,
    "macro_mae": macro_mae,
    "pr_auc_grade_1_2": pr_auc_severe,
    "log_loss": log_loss,
    "calibration_error": calibration_error,
}


def expected_cost(cost: Floats) -> Metric:
    """Mean cost of the given grades under ``cost[true - 1, given - 1]`` of the policy."""
    return lambda truth, grade, _, weight: float(np.average(cost[truth - 1, grade - 1], weights=weight))


def draws(subjects: NDArray[np.str_], *, seed: int, rounds: int) -> Iterator[Floats]:
    """How often each row comes in each bootstrap round; whole subjects are drawn, as their alerts are not independent.

    >>> [d.tolist() for d in draws(np.array(["a", "b", "a"]), seed=1, rounds=2)]
    [[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]]
    """
    names, member = np.unique(subjects, return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        yield times[member].astype(np.float64)


def interval(values: list[float]) -> tuple[float, float]:
    """The middle 95 % of bootstrap values, those that could not be computed left out; NaN where none could."""
    kept = np.asarray(values)[~np.isnan(values)]
    low, high = np.quantile(kept, [0.025, 0.975]) if kept.size else (float("nan"), float("nan"))
    return float(low), float(high)


def estimate(
    metric: Metric,
    truth: Ints,
    grade: Ints,
    probabilities: Floats,
    subjects: NDArray[np.str_],
    *,
    seed: int,
    rounds: int = 200,
    weight: Floats | None = None,
) -> Estimate:
    """Value on all rows and a percentile interval over resampled subjects; NaN for no rows."""
    if not len(truth):
        return Estimate(float("nan"), float("nan"), float("nan"))
    own = np.ones(len(truth)) if weight is None else weight
    values = [metric(truth, grade, probabilities, times * own) for times in draws(subjects, seed=seed, rounds=rounds)]
    return Estimate(metric(truth, grade, probabilities, own), *interval(values))
