"""One severity as it grows: a linear part first, then trees on what it leaves, and cut-points that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.cumulative_logit import fit_cuts, gradients, initial_cuts
from models.linear_severity import LinearSeverity

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Features (n, d) with NaN for missing, class ranks (n,) from 0, weights (n,) above 0."""

    X: Floats
    y: NDArray[np.int64]
    weight: Floats

    def merged(self) -> Rows:
        """Equal rows as one, their weights summed, in an order of their own.

        So a weight of 2 is two rows and the order of the rows is nothing, bit for bit.

        >>> Rows(np.array([[1.0], [1.0]]), np.array([0, 0]), np.array([1.0, 2.0])).merged().weight
        array([3.])
        """
        keys = np.ascontiguousarray(np.column_stack([self.X, self.y]))
        keys = keys.view(np.dtype((np.void, keys.itemsize * keys.shape[1]))).ravel()
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        return Rows(self.X[first], self.y[first], np.asarray(np.bincount(group.ravel(), self.weight), np.float64))

    def weighted(self, weight: Floats) -> Rows:
        """The same rows under other weights; those of (nearly) none are left out."""
        kept = weight > 1e-9
        return Rows(self.X[kept], self.y[kept], weight[kept])


@dataclass(frozen=True)
class BoostSettings:
    """The numbers of ``OrdinalLGBMClassifier``, resolved; an empty ``monotone`` means free."""

    rounds: int
    leaves: int
    rate: float
    min_leaf_weight: float
    reg_lambda: float
    max_bin: int
    refit_every: int
    patience: int
    prior: float
    ridge: float | None
    folds: int
    monotone: tuple[int, ...]
    threads: int
    seed: int

    def lightgbm(self, weight: Floats) -> dict[str, Any]:
        """LightGBM's own parameters; leaves are limited by weight, so that a weight of 2 equals two rows."""
        # a row's second derivative is between 0 and 1/2; at the start it is about 1/4 to 1/2
        leaf = min(self.min_leaf_weight, 0.05 * float(weight.sum())) / 4
        return {
            "objective": "none",
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_sum_hessian_in_leaf": leaf,
            "min_data_in_leaf": 1,
            "min_data_in_bin": 1,
            "max_bin": self.max_bin,
            "lambda_l2": self.reg_lambda,
            "monotone_constraints": list(self.monotone) or None,
            "num_threads": self.threads,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "feature_pre_filter": False,
            "verbosity": -1,
        }


class Growth:
    """A booster on its rows under the cumulative link, one tree at a time."""

    def __init__(self, rows: Rows, classes: int, settings: BoostSettings) -> None:
        import lightgbm

        self.rows, self.settings, self.rounds = rows, settings, 0
        self.linear = _linear(rows, classes, settings)
        self._offset = self.linear.of(rows.X)
        start = initial_cuts(rows.y, rows.weight, classes, settings.prior)
        self.cuts = fit_cuts(self._offset, rows.y, rows.weight, start, settings.prior)
        parameters = settings.lightgbm(rows.weight)
        self.booster = lightgbm.Booster(parameters, lightgbm.Dataset(rows.X, weight=rows.weight, params=parameters))
        self._exhausted = not _varies(rows.X)

    def grow(self) -> bool:
        """One more tree; False when no split is left."""
        if self._exhausted:
            return False
        self._exhausted = bool(self.booster.update(fobj=self._derivatives))
        self.rounds += 1
        return True

    def _derivatives(self, raw: Floats, _: Dataset) -> tuple[Floats, Floats]:
        rows, severity = self.rows, self._offset + raw
        if self.rounds and self.rounds % self.settings.refit_every == 0:
            self.cuts = fit_cuts(severity, rows.y, rows.weight, self.cuts, self.settings.prior, steps=3)
        slope, curve = gradients(severity, rows.y, self.cuts)
        return slope * rows.weight, curve * rows.weight

    def trees(self, X: Floats, start: int, count: int) -> Floats:
        """What ``count`` trees from ``start`` on add, shape (n,)."""
        if not count:
            return np.zeros(X.shape[0])
        raw = self.booster.predict(X, raw_score=True, start_iteration=start, num_iteration=count, num_threads=1)
        return np.asarray(raw, dtype=np.float64)

    def kept(self, rounds: int) -> tuple[Booster, Floats]:
        """The first ``rounds`` trees as a booster of their own, and cut-points refitted to them.

        Through text: the booster in memory then equals the one that is read back, and lets go of the training rows.
        """
        import lightgbm

        rows, booster = self.rows, self.booster
        if not rounds and self.rounds:  # LightGBM reads 0 as all
            parameters = self.settings.lightgbm(rows.weight)
            booster = lightgbm.Booster(parameters, lightgbm.Dataset(rows.X, params=parameters))
        kept = lightgbm.Booster(model_str=booster.model_to_string(num_iteration=rounds or None))
        return kept, self.cuts_after(rounds)

    def cuts_after(self, rounds: int) -> Floats:
        """The most likely cut-points for the linear part and the first ``rounds`` trees."""
        severity = self._offset + self.trees(self.rows.X, 0, rounds)
        return fit_cuts(severity, self.rows.y, self.rows.weight, self.cuts, self.settings.prior)


def _linear(rows: Rows, classes: int, settings: BoostSettings) -> LinearSeverity:
    if settings.ridge is None:
        return LinearSeverity.none(rows.X.shape[1])
    return LinearSeverity.fit(
        rows.X, rows.y, rows.weight, classes, ridge=settings.ridge, prior=settings.prior, signs=settings.monotone
    )


def _varies(X: Floats) -> bool:
    """Whether any feature could split the rows; LightGBM refuses to grow a tree when none can."""
    present = ~np.isnan(X)
    lowest, highest = np.where(present, X, np.inf).min(axis=0), np.where(present, X, -np.inf).max(axis=0)
    return bool(((highest > lowest) | (present.any(axis=0) & ~present.all(axis=0))).any())
