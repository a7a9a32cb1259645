"""Population stability index (群体稳定性指标): how far a distribution has moved, and whether that is proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MODERATE, MAJOR = 0.10, 0.25  # the convention of credit scoring; knows nothing of sample size
_CHUNK = 32_768  # values compared at a time: 256 KB stays in a core's cache, so memory is read once


@dataclass(frozen=True, slots=True, eq=False)
class FrozenBins:
    """The bins of one feature, fixed from the reference sample, and how many reference values fell in each.

    Bins are ``(-inf, e0], (e0, e1], ..., (e_last, inf)`` and, last, *missing* (NaN): ``len(counts) = len(edges) + 2``.
    """

    edges: Floats
    counts: Counts

    @classmethod
    def freeze(cls, reference: Floats, bins: int = 10) -> FrozenBins:
        """Cut ``reference``, shape (n,), at its quantiles; a value holding a whole quantile bin gets a bin of its own.

        A feature of at most ``bins`` different values gets one bin a value and one for whatever lies between, so a
        value never seen before shows. All missing: one bin for any value, one for missing.

        >>> frozen = FrozenBins.freeze(np.array([0.0, 0.0, 1.0, np.nan]))
        >>> frozen.count(np.array([1.0, 7.0, np.nan])).tolist()  # below, 0, between, 1, above, missing
        [0, 0, 0, 1, 1, 1]
        """
        edges = _edges(reference[np.isfinite(reference)], bins)
        return cls(edges, _count(edges, reference))

    def count(self, values: Floats) -> Counts:
        """Values a bin, missing last; one pass over ``values``, shape (m,)."""
        return _count(self.edges, values)


def _edges(finite: Floats, bins: int) -> Floats:
    if finite.size == 0:
        return np.empty(0)
    distinct = np.unique(finite[: 50 * bins]) if finite.size > 50 * bins else np.unique(finite)
    if distinct.size <= bins:  # worth the full sort only where a first look finds few values
        distinct = np.unique(finite)
    if distinct.size <= bins:
        return _around(distinct)
    cuts, repeats = np.unique(np.quantile(finite, np.arange(1, bins) / bins, method="inverted_cdf"), return_counts=True)
    return np.union1d(cuts, _around(cuts[repeats > 1]))


def _around(atoms: Floats) -> Floats:
    """Edges that give each atom a bin of its own."""
    return np.union1d(np.nextafter(atoms, -np.inf), atoms)


def _count(edges: Floats, values: Floats) -> Counts:
    # Counting "above each edge" is a handful of SIMD comparisons; a search per value is several times slower.
    above = np.zeros(edges.size + 1, dtype=np.int64)
    for start in range(0, values.size, _CHUNK):
        chunk = values[start : start + _CHUNK]
        above[0] += np.count_nonzero(chunk == chunk)  # NaN is not equal to itself: what is left is present
        for index, edge in enumerate(edges, start=1):
            above[index] += np.count_nonzero(chunk > edge)
    present = above - np.append(above[1:], 0)
    return np.append(present, values.size - above[0])


def psi(reference: Counts, current: Counts) -> float:
    """Sum over bins of ``(q - p) * ln(q / p)``, p and q the shares of the two samples; 0 is no change, never negative.

    A bin empty on one side counts as half a row there, or the index would be infinite; empty on both it says nothing.
    Either sample empty raises ``ValueError``.

    >>> round(psi(np.array([50, 50]), np.array([60, 40])), 6)
    0.040547
    >>> psi(np.array([3, 0, 7]), np.array([3, 0, 7]))
    0.0
    """
    n, m = int(reference.sum()), int(current.sum())
    if n == 0 or m == 0:
        raise ValueError(f"PSI compares two samples; rows given: reference {n}, current {m}")
    seen = (reference > 0) | (current > 0)
    p = np.maximum(reference[seen], 0.5) / n
    q = np.maximum(current[seen], 0.5) / m
    return float(np.sum((q - p) * np.log(q / p)))


def js(reference: Counts, current: Counts) -> float:
    """Jensen-Shannon divergence in bits: 0 is no change, 1 is nothing in common; needs no smoothing (Lin 1991).

    >>> js(np.array([5, 0]), np.array([0, 7]))
    1.0
    """
    p, q = reference / reference.sum(), current / current.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(one > 0, one * np.log2(one / middle), 0.0).sum() / 2 for one in (p, q)]
    return float(min(1.0, max(0.0, parts[0] + parts[1])))


def p_value(reference: Counts, current: Counts, share: float = 1.0, *, known: float | None = None) -> float:
    """Chance of counts so far apart where nothing has changed; a current row is worth ``share`` of a row.

    The larger of two chi-square answers, by the index and by Pearson's statistic: a bin nearly empty in a small current
    sample inflates the index, a bin nearly empty in the reference inflates Pearson's. A single bin gives 1.
    ``known``: the index, where it was computed already.

    >>> round(p_value(np.array([500, 500]), np.array([60, 40])), 3)
    0.056
    """
    bins = occupied(reference, current)
    n, m = float(reference.sum()), float(current.sum()) * share
    if bins < 2:
        return 1.0
    p, q = reference / n, current / current.sum()
    pooled = (n * p + m * q) / (n + m)
    seen = pooled > 0
    pearson = float(((q - p)[seen] ** 2 / pooled[seen]).sum()) * n * m / (n + m)
    index = (psi(reference, current) if known is None else known) / (1.0 / n + 1.0 / m)
    return float(chdtrc(bins - 1, min(pearson, index)))


def occupied(reference: Counts, current: Counts) -> int:
    """Bins that hold a row of either sample."""
    return int(np.count_nonzero((reference > 0) | (current > 0)))


def critical_value(n: float, m: float, bins: int, alpha: float = 0.05) -> float:
    """PSI that two samples of one population exceed with probability ``alpha``; 0 where there is a single bin.

    ``PSI * n*m / (n+m)`` follows a chi-square with ``bins - 1`` degrees of freedom when nothing has changed
    (B. Yurdakul, *Statistical Properties of Population Stability Index*, 2018). Small samples need far more than 0.25,
    large ones far less than 0.10, to prove a change.

    >>> round(critical_value(100, 100, 10), 3), round(critical_value(100_000, 100_000, 10), 5)
    (0.338, 0.00034)
    """
    return 0.0 if bins < 2 else float(chdtri(bins - 1, alpha) * (1.0 / n + 1.0 / m))
