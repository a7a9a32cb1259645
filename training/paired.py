"""Two models on the same rows: the difference of a metric with a bootstrap interval over subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics import Estimate, Floats, Ints, Metric, draws, interval


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
    weight: Floats | None = None,
) -> Estimate:
    """``metric`` of ``first`` less that of ``second``, with a 95 % percentile interval.

    Whole subjects are drawn again, the same ones for both models, so that what is hard for both cancels out (paired
    bootstrap, Efron and Tibshirani 1993). NaN where the metric has no value on these rows.
    """
    own = np.ones(len(truth)) if weight is None else weight

    def apart(weights: Floats) -> float:
        one = metric(truth, first.grade, first.probabilities, weights)
        return one - metric(truth, second.grade, second.probabilities, weights)

    values = [apart(times * own) for times in draws(subjects, seed=seed, rounds=rounds)]
    return Estimate(apart(own), *interval(values))
