"""Tabular sets with anomalies of ten shapes, for judging detectors on data of other forms than the public sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labelled = tuple[Floats, NDArray[np.int64]]
KINDS = (
    "global", "local", "cluster", "dependency", "heavy", "counts", "mixed", "conduct", "manifold", "irrelevant",
)  # fmt: skip
SIZES = ((400, 5, 0.05), (2000, 12, 0.02), (400, 30, 0.1), (2000, 5, 0.1), (800, 30, 0.03))  # rows, features, share


def shapes(count: int) -> dict[str, Labelled]:
    """The first ``count`` of the kinds, again in other sizes when there are more; always the same sets."""
    found = {}
    for k in range(count):
        kind, (rows, features, share) = KINDS[k % len(KINDS)], SIZES[(k + k // len(KINDS)) % len(SIZES)]
        found[f"{kind}_{rows}x{features}_{k}"] = shape(kind, rows, features, share, seed=k)
    return found


def shape(kind: str, rows: int, features: int, share: float, seed: int) -> Labelled:
    """One set: ordinary rows and ``share`` odd ones of a kind, shuffled."""
    rng = np.random.default_rng(seed)
    odd = max(10, round(rows * share))
    ordinary, strange = _DRAW[kind](rng, rows - odd, odd, features)
    order = rng.permutation(rows)
    labels = np.repeat(np.array([0, 1], dtype=np.int64), [rows - odd, odd])
    return np.concatenate([ordinary, strange])[order].astype(np.float64), labels[order]


class _Clusters:
    """A mixture of a few correlated clouds."""

    def __init__(self, rng: np.random.Generator, features: int) -> None:
        self.rng, clouds = rng, int(rng.integers(1, 5))
        self.centres = rng.normal(size=(clouds, features)) * 3
        self.mixing = rng.normal(size=(clouds, features, features)) / np.sqrt(features)
        self.mixing *= rng.uniform(0.3, 1.5, size=(clouds, 1, 1))

    def draw(self, n: int, scale: float = 1.0) -> Floats:
        cloud = self.rng.integers(0, len(self.centres), n)
        noise = self.rng.normal(size=(n, self.centres.shape[1]))
        return np.asarray(self.centres[cloud] + scale * np.einsum("nij,nj->ni", self.mixing[cloud], noise))


def _clouds(kind: str):  # type: ignore[no-untyped-def]
    def draw(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
        clouds = _Clusters(rng, d)
        ordinary = clouds.draw(n)
        if kind == "local":
            return ordinary, clouds.draw(odd, 2.2)
        if kind == "dependency":  # each value is usual, their company is not
            return ordinary, rng.permuted(clouds.draw(odd), axis=0)
        if kind == "cluster":
            away = rng.normal(size=d)
            away *= 1.3 * ordinary.std(axis=0).mean() * np.sqrt(d) / np.linalg.norm(away)
            return ordinary, ordinary.mean(axis=0) + away + 0.3 * rng.normal(size=(odd, d)) * ordinary.std(axis=0)
        anywhere = rng.uniform(ordinary.min(axis=0), ordinary.max(axis=0), size=(odd, d))
        return ordinary, np.where(rng.random((odd, d)) < 0.5, anywhere, clouds.draw(odd))

    return draw


def _heavy(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
    width, clouds = rng.uniform(0.3, 1.2, d), _Clusters(rng, d)
    ordinary, strange = (np.exp(rng.normal(size=(m, d)) * width + 0.15 * clouds.draw(m)) for m in (n, odd))
    return ordinary, np.where(rng.random((odd, d)) < 0.25, strange * rng.uniform(3, 8, (odd, d)), strange)


def _counts(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
    rate = rng.gamma(1.0, 1.0, d)
    ordinary = rng.poisson(rng.gamma(1.0, 2.0, (n, 1)) * rate) * (rng.random((n, d)) < 0.6)
    more = np.where(rng.random((odd, d)) < 0.3, 5.0, 1.0)
    return ordinary, rng.poisson(rng.gamma(1.0, 2.0, (odd, 1)) * rate * more) * (rng.random((odd, d)) < 0.8)


def _mixed(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
    clouds, codes = _Clusters(rng, d), d // 2
    ordinary, strange = clouds.draw(n), clouds.draw(odd, 1.8)
    ordinary[:, :codes] = rng.integers(0, 3, (n, codes)) * (rng.random((n, codes)) < 0.2)
    strange[:, :codes] = rng.integers(0, 3, (odd, codes)) * (rng.random((odd, codes)) < 0.5)
    return ordinary, strange


def _conduct(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
    """Volumes that rise and fall together with an account's size, and shares in [0, 1]."""
    volumes = d // 2
    size = [rng.lognormal(0.0, 1.0, (m, 1)) for m in (n, odd)]
    amounts = [s * rng.lognormal(0.0, 0.4, (len(s), volumes)) for s in size]
    shares = [rng.beta(2, 8, (m, d - volumes)) for m in (n, odd)]
    shares[1] = np.where(rng.random(shares[1].shape) < 0.3, rng.beta(6, 4, shares[1].shape), shares[1])
    ordinary, strange = (np.concatenate(pair, axis=1) for pair in zip(amounts, shares, strict=True))
    return ordinary, strange


def _manifold(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
    base = rng.normal(size=(max(2, d // 4), d))
    ordinary, strange = (np.tanh(rng.normal(size=(m, len(base))) @ base) for m in (n, odd))
    return ordinary + 0.1 * rng.normal(size=(n, d)), strange + 0.45 * rng.normal(size=(odd, d))


def _irrelevant(rng: np.random.Generator, n: int, odd: int, d: int) -> tuple[Floats, Floats]:
    ordinary, strange = rng.normal(size=(n, d)), rng.normal(size=(odd, d))
    strange[:, :2] = 0.5 * rng.normal(size=(odd, 2)) + np.array([2.5, -2.5])
    return ordinary, strange


_DRAW = {
    **{kind: _clouds(kind) for kind in ("global", "local", "cluster", "dependency")},
    "heavy": _heavy, "counts": _counts, "mixed": _mixed, "conduct": _conduct, "manifold": _manifold,
    "irrelevant": _irrelevant,
}  # fmt: skip
