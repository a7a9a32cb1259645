"""The linear part of the severity: what each feature adds in proportion, before any tree is grown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.cumulative_logit import fit_cuts, gradients, initial_cuts, log_loss

Floats = NDArray[np.float64]
_STEPS = 25  # Newton steps; ten are usual
_EDGE = 0.01  # values beyond the 1st and 99th percentile of training count as those: no extrapolation


@dataclass(frozen=True)
class LinearSeverity:
    """Weights per unit of each feature, around its training mean; all arrays have shape (d,).

    A value below ``low`` or above ``high`` counts as that bound, so that a value never seen cannot carry the severity
    away; a missing value adds 0, as the mean does.
    """

    weight: Floats
    centre: Floats
    low: Floats
    high: Floats

    @classmethod
    def none(cls, width: int) -> Self:
        """No linear part: every row 0."""
        zeros = np.zeros(width)
        return cls(zeros, zeros, zeros, zeros)

    @classmethod
    def fit(
        cls,
        X: Floats,
        y: NDArray[np.int64],
        row_weight: Floats,
        classes: int,
        *,
        ridge: float,
        prior: float,
        signs: Sequence[int] = (),
    ) -> Self:
        """Proportional odds with a penalty of ``ridge`` x d on the standardised features, by alternating Newton steps.

        The factor d makes the penalty one on the whole: however many the features, the linear part is expected to
        spread by 1 / sqrt(ridge), 1.4 log-odds at the default of 0.5.

        McCullagh, "Regression Models for Ordinal Data", JRSS B 1980. A feature whose weight would break its sign in
        ``signs`` (+1, -1; 0 or empty: free) is left to the trees: weight 0.
        """
        low, high, centre, spread = _scales(X, row_weight)
        Z = np.nan_to_num((np.clip(X, low, high) - centre) / spread, nan=0.0)
        wanted = np.array(signs or np.zeros(X.shape[1]), dtype=np.float64)
        free = (spread < np.inf) & (np.abs(Z).max(axis=0, initial=0.0) > 0)
        while True:
            beta = np.zeros(X.shape[1])
            if free.any():
                beta[free] = _newton(Z[:, free], y, row_weight, classes, ridge * X.shape[1], prior)
            broken = free & (beta * wanted < 0)
            if not broken.any():
                return cls(_short(beta / spread), centre, low, high)
            free &= ~broken

    def parts(self, X: Floats) -> Floats:
        """What each feature adds, shape (n, d); 0 where missing."""
        return np.nan_to_num((np.clip(X, self.low, self.high) - self.centre) * self.weight, nan=0.0)

    def of(self, X: Floats) -> Floats:
        """The sum of ``parts``, shape (n,), added in feature order whatever the batch."""
        if not self.weight.any():
            return np.zeros(X.shape[0])
        return np.cumsum(self.parts(X), axis=1)[:, -1]

    def to_json(self) -> dict[str, list[float]]:
        """As plain values."""
        return {name: getattr(self, name).tolist() for name in ("weight", "centre", "low", "high")}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """The inverse of ``to_json``."""
        return cls(*(np.array(facts[name], dtype=np.float64) for name in ("weight", "centre", "low", "high")))


def _scales(X: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Bounds, mean and spread of each feature within its bounds; a spread of infinity where nothing varies."""
    scales = np.array([_scale(column, weight) for column in X.T], dtype=np.float64).reshape(-1, 4)
    return scales[:, 0], scales[:, 1], scales[:, 2], scales[:, 3]


def _scale(column: Floats, weight: Floats) -> tuple[float, float, float, float]:
    present = ~np.isnan(column)
    if not present.any():
        return 0.0, 0.0, 0.0, np.inf
    values, weights = column[present], weight[present]
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    low, high = (float(values[order][min(int(np.searchsorted(share, q)), values.size - 1)]) for q in (_EDGE, 1 - _EDGE))
    kept = np.clip(values, low, high)
    centre = float(np.average(kept, weights=weights))
    spread = float(np.sqrt(np.average((kept - centre) ** 2, weights=weights)))
    return low, high, centre, spread if spread > 1e-12 * max(1.0, abs(centre)) else np.inf


def _newton(Z: Floats, y: NDArray[np.int64], weight: Floats, classes: int, ridge: float, prior: float) -> Floats:
    """The most likely weights under the penalty, cut-points refitted after every step."""
    beta, severity = np.zeros(Z.shape[1]), np.zeros(Z.shape[0])
    cuts = initial_cuts(y, weight, classes, prior)
    total = float(weight.sum())
    best = total * log_loss(severity, y, cuts, weight)
    for _ in range(_STEPS):
        slope, curve = gradients(severity, y, cuts)
        gradient = Z.T @ (weight * slope) + ridge * beta
        hessian = (Z * (weight * curve)[:, None]).T @ Z + ridge * np.eye(beta.size)
        step = np.linalg.solve(hessian, gradient)
        scale, found = 1.0, best
        while scale > 1e-3:
            trial = beta - scale * step
            moved = Z @ trial
            found = total * log_loss(moved, y, cuts, weight) + ridge / 2 * float(trial @ trial)
            if found < best:
                beta, severity = trial, moved
                break
            scale /= 2
        cuts = fit_cuts(severity, y, weight, cuts, prior, steps=2)
        now = total * log_loss(severity, y, cuts, weight) + ridge / 2 * float(beta @ beta)
        if best - now <= 1e-7 * abs(best):
            break
        best = now
    return beta


def _short(values: Floats) -> Floats:
    """Nine significant digits: how many threads added up the sums must not show in the bundle's digest."""
    return np.array([float(f"{value:.9g}") for value in values.tolist()], dtype=np.float64)
