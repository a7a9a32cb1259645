"""Two models on the same rows: the difference of a metric with a bootstrap interval over subjects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics import Estimate, Floats, Ints

Metric = Callable[[Ints, Ints, Floats], float]


@dataclass(frozen=True, slots=True)
class Given:
    """What one model gave: grades (n,) and probabilities (n, 5), in the order of the rows."""

    grade: Ints
    probabilities: Floats


def difference(
    metric: Metric,
    truth: Ints,
    first: Given,
    second: Given,
    subjects: NDArray[np.str_],
    *,
    seed: int,
    rounds: int = 1000,
) -> Estimate:
    """``metric`` of ``first`` less that of ``second``, with a 95 % percentile interval.

    Whole subjects are drawn again, the same ones for both models, so that what is hard for both cancels out (paired
    bootstrap, Efron and Tibshirani 1993). NaN where the metric has no value on these rows.
    """
    names, member = np.unique(subjects, return_inverse=True)
    rows = [np.flatnonzero(member == i) for i in range(len(names))]
    rng = np.random.default_rng(seed)

    def apart(drawn: NDArray[np.int_]) -> float:
        one = metric(truth[drawn], first.grade[drawn], first.probabilities[drawn])
        return one - metric(truth[drawn], second.grade[drawn], second.probabilities[drawn])

    values = np.array(
        [apart(np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])) for _ in range(rounds)]
    )
    kept = values[~np.isnan(values)]
    low, high = np.quantile(kept, [0.025, 0.975]) if kept.size else (float("nan"), float("nan"))
    return Estimate(apart(np.arange(len(truth))), float(low), float(high))
