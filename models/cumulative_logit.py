"""The cumulative link: ordered cut-points on one latent severity, P(y <= k) = logistic(cut[k] - severity)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_GAP = 1e-6  # cut-points stay at least this far apart: every class keeps a probability above zero


def class_probabilities(severity: Floats, cuts: Floats) -> Floats:
    """Probabilities of the ordered classes, shape (n, K) from severities (n,) and K - 1 cut-points.

    Each row is non-negative and sums to 1. McCullagh, "Regression Models for Ordinal Data", JRSS B 1980.

    >>> class_probabilities(np.array([0.0]), np.array([-1.0, 1.0])).round(3)
    array([[0.269, 0.462, 0.269]])
    """
    # expit is a scalar loop: a row's bits do not depend on its place in the batch
    padded = np.concatenate([[-np.inf], cuts, [np.inf]])
    below, above = expit(padded[None, :] - severity[:, None]), expit(severity[:, None] - padded[None, :])
    return _between(below[:, 1:], below[:, :-1], above[:, 1:], above[:, :-1])


def initial_cuts(y: Ints, weight: Floats, classes: int, prior: float) -> Floats:
    """Cut-points that reproduce the (smoothed) class shares at severity 0."""
    shares = np.bincount(y, weights=weight, minlength=classes) + prior
    return np.asarray(logit(np.cumsum(shares)[:-1] / shares.sum()), dtype=np.float64)


def gradients(severity: Floats, y: Ints, cuts: Floats) -> tuple[Floats, Floats]:
    """First and second derivative of -log P(y) with respect to the severity, each shape (n,)."""
    upper, lower = _sides(severity, y, cuts)
    return 1.0 - upper - lower, upper * (1.0 - upper) + lower * (1.0 - lower)


def log_loss(severity: Floats, y: Ints, cuts: Floats, weight: Floats) -> float:
    """Weighted mean of -log P(y)."""
    return float(np.average(-np.log(_mass(severity, y, cuts)), weights=weight))


def fit_cuts(severity: Floats, y: Ints, weight: Floats, cuts: Floats, prior: float, steps: int = 50) -> Floats:
    """Most likely cut-points for given severities, by Newton's method from ``cuts``.

    ``prior`` pseudo-rows of each class stand at the mean severity, so that a rare or absent class keeps its place
    and the likelihood, concave in the cut-points, has a finite maximum.
    """
    classes = cuts.size + 1
    centre = float(np.average(severity, weights=weight))
    s = np.concatenate([severity, np.full(classes, centre)])
    k = np.concatenate([y, np.arange(classes)])
    w = np.concatenate([weight, np.full(classes, prior)])
    best = _objective(s, k, w, cuts)
    for _ in range(steps):
        slope, curve = _derivatives(s, k, w, cuts)
        step: Floats = np.linalg.solve(curve, slope).astype(np.float64)
        cuts, gain = _line_search(s, k, w, cuts, step, best)
        best += gain
        if gain <= 1e-10 * abs(best):
            break
    return cuts


@dataclass(frozen=True)
class Judged:
    """Rows held out: severity (n,), class ranks (n,), weights (n,), and the cut-points that go with them."""

    severity: Floats
    y: Ints
    weight: Floats
    cuts: Floats


def mean_loss(parts: Sequence[Judged], factor: float = 1.0) -> float:
    """Weighted mean of -log P(y) over all parts, severities and cut-points times ``factor``."""
    total = sum(float(part.weight.sum()) for part in parts)
    sums = [float(p.weight.sum()) * log_loss(factor * p.severity, p.y, factor * p.cuts, p.weight) for p in parts]
    return sum(sums) / total


def temperature(parts: Sequence[Judged]) -> float:
    """The factor in [1/5, 5] on severity and cut-points under which held-out rows are most likely.

    Below 1 where the fit was overconfident. A weak prior keeps it near 1 when there are few rows.
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, on the ordinal logit.
    """
    from scipy.optimize import minimize_scalar

    rows = sum(float(part.weight.sum()) for part in parts)

    def cost(log_factor: float) -> float:
        return rows * mean_loss(parts, float(np.exp(log_factor))) + 2.0 * log_factor**2

    edge = float(np.log(5.0))
    return float(np.exp(minimize_scalar(cost, bounds=(-edge, edge), method="bounded").x))


def _sides(severity: Floats, y: Ints, cuts: Floats) -> tuple[Floats, Floats]:
    """P(class <= y) and P(class < y), each shape (n,)."""
    padded = np.concatenate([[-np.inf], cuts, [np.inf]])
    return expit(padded[y + 1] - severity), expit(padded[y] - severity)


def _between(upper: Floats, lower: Floats, above_upper: Floats, above_lower: Floats) -> Floats:
    """P(lower < class <= upper) from whichever tail keeps its digits."""
    return np.where(lower > 0.5, above_lower - above_upper, upper - lower)


def _mass(severity: Floats, y: Ints, cuts: Floats) -> Floats:
    padded = np.concatenate([[-np.inf], cuts, [np.inf]])
    a, b = padded[y + 1] - severity, padded[y] - severity
    return np.maximum(_between(expit(a), expit(b), expit(-a), expit(-b)), 1e-300)


def _objective(severity: Floats, y: Ints, weight: Floats, cuts: Floats) -> float:
    return float(weight @ np.log(_mass(severity, y, cuts)))


def _derivatives(severity: Floats, y: Ints, weight: Floats, cuts: Floats) -> tuple[Floats, Floats]:
    """Gradient (K - 1,) and the negative Hessian (K - 1, K - 1) of the log-likelihood in the cut-points."""
    upper, lower = _sides(severity, y, cuts)
    mass = np.maximum(_mass(severity, y, cuts), 1e-12)
    du, dl = upper * (1 - upper) / mass, lower * (1 - lower) / mass
    size = cuts.size + 2  # padded with the two infinite ends, whose derivatives are 0
    slope = np.asarray(np.bincount(y + 1, weight * du, size) - np.bincount(y, weight * dl, size), dtype=np.float64)
    diagonal = np.bincount(y + 1, weight * du * (du - (1 - 2 * upper)), size)
    diagonal += np.bincount(y, weight * dl * (dl + (1 - 2 * lower)), size)
    beside = -np.bincount(y, weight * du * dl, size)  # between cut y - 1 and cut y
    inner = slice(1, -1)
    curve = np.diag(diagonal[inner]) + np.diag(beside[1:-2], 1) + np.diag(beside[1:-2], -1)
    return slope[inner], curve + 1e-9 * np.eye(cuts.size)


def _line_search(s: Floats, k: Ints, w: Floats, cuts: Floats, step: Floats, best: float) -> tuple[Floats, float]:
    """The longest halving of ``step`` that keeps the order and gains likelihood; no step when none does."""
    scale = 1.0
    for _ in range(30):
        trial = cuts + scale * step
        if (np.diff(trial) > _GAP).all() and (value := _objective(s, k, w, trial)) > best:
            return trial, value - best
        scale /= 2
    return cuts, 0.0
