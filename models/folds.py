"""Folds of weighted rows: which part of each row is held out in turn, a weight of 2 being two rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fold_weights(y: NDArray[np.int64], weight: Floats, folds: int) -> list[Floats]:
    """The weight of each row that every fold holds out; over the folds they sum to ``weight``.

    The rows are laid end to end, class by class, each as long as its weight; unit k goes to fold k mod ``folds``. So
    a row that stands for many is in every fold, the classes are spread evenly, and no random draw is needed. Fewer
    than ``folds`` units of two classes cannot be judged on rows held out: no folds.

    >>> [part.tolist() for part in fold_weights(np.array([0, 1, 1]), np.array([2.0, 3.0, 1.0]), 2)]
    [[1.0, 2.0, 0.0], [1.0, 1.0, 1.0]]
    """
    shares = np.bincount(y, weight)
    if (shares >= folds).sum() < 2:
        return []
    order = np.argsort(y, kind="stable")
    end = np.cumsum(weight[order])
    bounds = np.concatenate([[0.0], end])
    parts = []
    for fold in range(folds):
        held = np.empty(weight.size)
        # the length of [0, t) that lies in units of this fold
        inside = bounds // folds + np.clip(bounds % folds - fold, 0.0, 1.0)
        held[order] = np.diff(inside)
        parts.append(held)
    return parts
