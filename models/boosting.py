"""Boosting under the cumulative link: LightGBM grows the severity, Newton moves the cut-points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.cumulative_logit import fit_cuts, gradients, initial_cuts, log_loss, temperature

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


@dataclass(frozen=True)
class Boosted:
    """The kept trees, their cut-points, the factor that calibrates both, and the held-out log loss by round."""

    booster: Booster
    cuts: Floats
    scale: float
    best_iteration: int
    losses: tuple[float, ...]


def boost(train: Rows, held_out: Rows | None, classes: int, settings: BoostSettings) -> Boosted:
    """Grow trees, refit the cut-points, stop early on ``held_out``; the kept rounds get a last full refit."""
    import lightgbm

    parameters = settings.lightgbm(train.weight)
    booster = lightgbm.Booster(parameters, lightgbm.Dataset(train.X, weight=train.weight, params=parameters))
    cuts = initial_cuts(train.y, train.weight, classes, settings.prior)
    watch = _Watch(held_out, settings.patience)
    severity = np.zeros(train.y.size)
    for number in range(1, settings.rounds + 1 if _varies(train.X) else 1):
        done = booster.update(fobj=_objective(train, severity, cuts))
        severity = _raw(booster, train.X, severity, number)
        if number % settings.refit_every == 0:
            cuts = fit_cuts(severity, train.y, train.weight, cuts, settings.prior, steps=3)
        if watch.stop(booster, number, cuts) or done:
            break
    return _finish(booster, train, cuts, watch, settings)


def _varies(X: Floats) -> bool:
    """Whether any feature could split the rows; LightGBM refuses to grow a tree when none can."""
    present = ~np.isnan(X)
    lowest, highest = np.where(present, X, np.inf).min(axis=0), np.where(present, X, -np.inf).max(axis=0)
    return bool(((highest > lowest) | (present.any(axis=0) & ~present.all(axis=0))).any())


def _objective(train: Rows, severity: Floats, cuts: Floats) -> Any:
    def derivatives(_: Floats, __: Dataset) -> tuple[Floats, Floats]:
        slope, curve = gradients(severity, train.y, cuts)
        return slope * train.weight, curve * train.weight

    return derivatives


def _raw(booster: Booster, X: Floats, so_far: Floats, number: int) -> Floats:
    """Severity after the newest tree: what was there before and that tree alone."""
    newest = booster.predict(X, raw_score=True, start_iteration=number - 1, num_iteration=1, num_threads=1)
    return so_far + np.asarray(newest, dtype=np.float64)


class _Watch:
    """Held-out log loss by round, and the round to go back to."""

    def __init__(self, rows: Rows | None, patience: int) -> None:
        self.rows, self.patience = rows, patience
        self.losses: list[float] = []
        self.best = 0
        self._severity = np.zeros(0 if rows is None else rows.y.size)

    def stop(self, booster: Booster, number: int, cuts: Floats) -> bool:
        if self.rows is None:
            return False
        self._severity = _raw(booster, self.rows.X, self._severity, number)
        self.losses.append(log_loss(self._severity, self.rows.y, cuts, self.rows.weight))
        if self.losses[-1] < min(self.losses[: self.best], default=np.inf):
            self.best = number
        return number - self.best >= self.patience


def _finish(booster: Booster, train: Rows, cuts: Floats, watch: _Watch, settings: BoostSettings) -> Boosted:
    import lightgbm

    best = watch.best or booster.current_iteration()
    # through text: the booster in memory then equals the one that is read back, and lets go of the training rows
    kept = lightgbm.Booster(model_str=booster.model_to_string(num_iteration=best))
    cuts = fit_cuts(_severity(kept, train), train.y, train.weight, cuts, settings.prior)
    scale = 1.0
    if (rows := watch.rows) is not None:
        scale = temperature(_severity(kept, rows), rows.y, cuts, rows.weight)
    return Boosted(kept, cuts, scale, best, tuple(watch.losses))


def _severity(booster: Booster, rows: Rows) -> Floats:
    return np.asarray(booster.predict(rows.X, raw_score=True, num_threads=1), dtype=np.float64)
