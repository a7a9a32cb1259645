"""What the desk can look at in a day: how much of what is severe lies at the top of each day's queue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.metrics import Floats, Ints, Metric

SHARE = 0.1  # of an average day's alerts, where nobody states the desk's capacity


def daily_capacity(days: pd.Series, share: float = SHARE) -> float:
    """Alerts a desk looks at in a day when it can work through ``share`` of an average day's; one at least."""
    return max(1.0, round(share * len(days) / max(days.nunique(), 1)))


def recall_at_capacity(days: pd.Series, capacity: float) -> Metric:
    """Recall of grade <= 2 among the first ``capacity`` alerts of each day's queue, worst grade first, then P(<= 2).

    Alerts that stand equal at the end of the capacity count by the share of them that still fits. NaN without a severe
    alert.

    >>> days = pd.Series(["mon"] * 4)
    >>> metric, p = recall_at_capacity(days, 2), np.zeros((4, 5))
    >>> metric(np.array([1, 5, 5, 5]), np.array([2, 2, 2, 5]), p, np.ones(4))
    0.6666666666666666
    """
    day = pd.factorize(days)[0]

    def metric(truth: Ints, grade: Ints, probabilities: Floats, weight: Floats) -> float:
        hit = weight * (truth <= 2)
        if not hit.any():
            return float("nan")
        score = grade - probabilities[:, :2].sum(axis=1) / 2  # a probability settles equal grades and nothing else
        order = np.lexsort((score, day))
        begins = np.append(True, (np.diff(day[order]) != 0) | (np.diff(score[order]) != 0))
        first = np.flatnonzero(begins)
        rows, hits = (np.add.reduceat(values[order], first) for values in (weight, hit))
        of_day = day[order][first]
        before = np.cumsum(rows) - rows
        before -= np.repeat(before[np.flatnonzero(np.append(True, np.diff(of_day) != 0))], np.bincount(of_day))
        room = np.clip(capacity - before, 0.0, rows)
        return float((np.divide(room, rows, out=np.zeros_like(rows), where=rows > 0) * hits).sum() / hits.sum())

    return metric
