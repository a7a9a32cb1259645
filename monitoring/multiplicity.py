"""Many tests a night: which of them may be called proven (Benjamini and Hochberg 1995)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def proof_level(p_values: ArrayLike, rate: float) -> float:
    """The p-value up to which a test is proven, so that at most ``rate`` of what is called proven is not (on average).

    Never below ``rate / tests`` (Bonferroni), also where nothing is proven; no tests give ``rate``.
    Holds for independent and positively dependent tests, which features of one account are.

    >>> round(proof_level([0.001, 0.02, 0.04, 0.9], 0.05), 4)
    0.025
    >>> proof_level([0.5, 0.9], 0.05)
    0.025
    """
    p = np.sort(np.asarray(p_values, dtype=np.float64))
    if p.size == 0:
        return rate
    steps = rate * np.arange(1, p.size + 1) / p.size
    below = np.flatnonzero(p <= steps)
    return float(steps[below[-1]] if below.size else rate / p.size)


def effective_rows(sizes: ArrayLike) -> float:
    """Independent rows that clusters of ``sizes`` rows are worth, were rows of one cluster all alike: n^2 / sum k^2.

    Alerts of one account on neighbouring days share its features, so counting rows would overstate proof (Kish 1965).

    >>> effective_rows([1, 1, 1, 1]), effective_rows([4])
    (4.0, 1.0)
    """
    k = np.asarray(sizes, dtype=np.float64)
    return float(k.sum() ** 2 / (k**2).sum()) if k.size else 0.0
