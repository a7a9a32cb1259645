"""ECOD frozen: how far out in a tail each value lies, feature by feature."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.detectors.detector import Arrays, Floats, FrozenDetector

_NO_SKEW = 1e-9  # a skewness below this is rounding error: the feature counts as symmetric


class FrozenECOD(FrozenDetector):
    """PyOD's ECOD without its flaw of re-fitting on every batch that it scores.

    Li et al., "ECOD: Unsupervised Outlier Detection Using Empirical Cumulative Distribution Functions", TKDE 2022.
    PyOD joins training rows and batch and recomputes, so a row's score depends on its neighbours. Here the training
    values are frozen: for each feature, the contribution at and between its distinct values. On a training row the
    score is PyOD's own; beyond the training range a value counts as one joined to the n training rows would
    (tail 1 / (n + 1)). A feature constant in training (PyOD: NaN for every row) contributes 0 at that value.

    >>> rows = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = FrozenECOD().fit(rows)
    >>> detector.score([[9.0, 0.0, 0.0]]) > detector.score([[0.0, 0.0, 0.0]])
    array([ True])
    """

    name: ClassVar[str] = "ecod"

    def _learn(self, rows: Floats) -> None:
        skewness = _skewness(rows)
        signs = np.where(np.abs(skewness) < _NO_SKEW, 0.0, np.sign(skewness))
        parts = [_table(column, sign) for column, sign in zip(rows.T, signs, strict=True)]
        self._freeze(
            np.concatenate([values for values, _, _ in parts]),
            np.concatenate([table for _, table, _ in parts]),
            np.array([values.size for values, _, _ in parts], dtype=np.int64),
            np.array([typical for _, _, typical in parts]),
        )

        self._agree_with_pyod(rows, np.isfinite(signs) & (signs != 0))

    def _agree_with_pyod(self, rows: Floats, judged: NDArray[np.bool_]) -> None:
        """Fit PyOD's ECOD and refuse to freeze anything that is not its answer on the training rows.

        A feature without skew is left out: there PyOD's sign is the rounding error of its sum.
        """
        from pyod.models.ecod import ECOD

        theirs = ECOD().fit(rows[:, judged]).decision_scores_ if judged.any() else np.zeros(rows.shape[0])
        flat = np.cumsum(self._tails(rows)[:, ~judged], axis=1)[:, -1] if not judged.all() else 0.0
        if not np.allclose(self._raw(rows) - flat, theirs, rtol=0.0, atol=1e-9):
            raise RuntimeError("the frozen ECOD differs from PyOD's on its training rows: PyOD has changed its formula")

    def _freeze(self, values: Floats, table: Floats, sizes: NDArray[np.int64], typical: Floats) -> None:
        self.values_, self.table_, self.sizes_, self.typical_ = values, table, sizes, typical
        ends = np.cumsum(sizes)
        starts = ends - sizes
        self._columns = [values[a:b] for a, b in zip(starts, ends, strict=True)]
        self._offsets = 2 * starts + np.arange(sizes.size)  # a feature with u values has u places at and u+1 between

    def _tails(self, rows: Floats) -> Floats:
        """Contribution of each value, shape (n, d): a look-up, so no arithmetic can differ between batch sizes."""
        left, right = np.empty(rows.shape, np.int64), np.empty(rows.shape, np.int64)
        for j, column in enumerate(self._columns):
            left[:, j] = column.searchsorted(rows[:, j], side="left")
            right[:, j] = column.searchsorted(rows[:, j], side="right")
        return self.table_[left + right + self._offsets]

    def _raw(self, rows: Floats, parts: Floats | None = None) -> Floats:
        tails = self._tails(rows)
        if parts is not None:
            parts += tails - self.typical_
        return np.cumsum(tails, axis=1)[:, -1]  # in feature order, whatever the batch

    def _state(self) -> Arrays:
        return {"values": self.values_, "table": self.table_, "sizes": self.sizes_, "typical": self.typical_}

    def _restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        values, table, typical = (np.asarray(arrays[key], np.float64) for key in ("values", "table", "typical"))
        self._freeze(values, table, np.asarray(arrays["sizes"], np.int64), typical)


def _skewness(rows: Floats) -> Floats:
    """Skewness of each feature, shape (d,); NaN where a feature is (nearly) constant."""
    from scipy.stats import skew

    with warnings.catch_warnings():  # scipy warns of a constant feature and answers NaN: that is the answer wanted
        warnings.filterwarnings("ignore", message="Precision loss occurred", category=RuntimeWarning)
        return np.asarray(skew(rows, axis=0), dtype=np.float64)


def _table(column: Floats, sign: float) -> tuple[Floats, Floats, float]:
    """Distinct values, contribution between and at them (between first), and the median over the training rows."""
    n = column.size
    values, counts = np.unique(column, return_counts=True)
    below = np.concatenate([[0], np.cumsum(counts)])  # training rows below the k-th value
    at_most, at_least = np.empty(2 * values.size + 1), np.empty(2 * values.size + 1)
    at_most[0::2], at_least[0::2] = below, n - below
    at_most[1::2], at_least[1::2] = below[1:], n - below[:-1]
    lower = -np.log(np.maximum(at_most, n / (n + 1)) / n)
    upper = -np.log(np.maximum(at_least, n / (n + 1)) / n)
    table = np.maximum(lower, upper)
    if np.isfinite(sign):  # PyOD's U_skew
        table = np.maximum(table, lower * -np.sign(sign - 1) + upper * np.sign(sign + 1))
    return values, table, float(np.median(np.repeat(table[1::2], counts)))
