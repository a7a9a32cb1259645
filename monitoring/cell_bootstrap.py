"""Intervals over subjects from counts: a million alerts resample as fast as their subjects do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from models.metrics import GRADES, Estimate

Floats = NDArray[np.float64]
Cells = Callable[[Floats], float]  # counts[true - 1, given - 1], shape (5, 5), to a figure
_TRUE, _GIVEN = np.repeat(GRADES, 5), np.tile(GRADES, 5)


def cost_of(cost: Floats) -> Cells:
    """Mean of ``cost[true - 1, given - 1]``; the same as ``models.metrics.expected_cost`` on the rows."""
    return lambda counts: float((counts * cost).sum() / counts.sum())


def kappa(counts: Floats) -> float:
    """Cohen's kappa with quadratic weights; the same as ``models.metrics.quadratic_kappa`` on the rows."""
    if (counts.sum(axis=0) > 0).sum() < 2 and (counts.sum(axis=1) > 0).sum() < 2:
        return float("nan")
    weight = counts.ravel()
    return float(cohen_kappa_score(_TRUE, _GIVEN, labels=list(GRADES), weights="quadratic", sample_weight=weight))


def voices(
    figure: Cells,
    truth: NDArray[np.int_],
    ours: NDArray[np.int_],
    rules: NDArray[np.int_],
    subjects: NDArray[Any],
    *,
    seed: int,
    rounds: int = 200,
) -> dict[str, Estimate]:
    """A figure of two voices on the same rows and of their difference, each with its 95 % interval.

    Whole subjects are drawn, as in ``models.metrics.estimate``: their alerts are not independent.
    """
    names, member = np.unique(subjects, return_inverse=True)
    tables = [_by_subject(truth, grade, member, len(names)) for grade in (ours, rules)]
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        weight = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names)).astype(np.float64)
        drawn.append([figure((weight @ one).reshape(5, 5)) for one in tables])
    values = np.array([*drawn, [figure(one.sum(axis=0).reshape(5, 5)) for one in tables]])
    columns = {"champion": values[:, 0], "rules_only": values[:, 1], "difference": values[:, 0] - values[:, 1]}
    return {name: _estimate(column) for name, column in columns.items()}


def _by_subject(truth: NDArray[np.int_], grade: NDArray[np.int_], member: NDArray[np.int_], count: int) -> Floats:
    cells = member * 25 + (truth - 1) * 5 + (grade - 1)
    return np.bincount(cells, minlength=count * 25).reshape(count, 25).astype(np.float64)


def _estimate(values: Floats) -> Estimate:
    kept = values[:-1][~np.isnan(values[:-1])]
    low, high = np.quantile(kept, [0.025, 0.975]) if kept.size else (np.nan, np.nan)
    return Estimate(float(values[-1]), float(low), float(high))
