"""Cumulative quotas: how many of a kind fall to a stretch of accounts, so that all stretches together are exact."""

from __future__ import annotations

import math

import numpy as np

_GOLDEN = (math.sqrt(5) - 1) / 2


def quota(per_1000: float, phase: float, first: int, last: int) -> range:
    """Running numbers of the units that fall to accounts ``first`` (included) to ``last`` (excluded).

    ``phase`` in [0, 1) is how early the first one comes: with 0.9 it is there after a tenth of the way.

    >>> [len(quota(20, 0.9, n * 30, n * 30 + 30)) for n in range(5)], len(quota(20, 0.9, 0, 150))
    ([1, 1, 0, 1, 0], 3)
    """
    return range(*(math.floor(per_1000 * place / 1000 + phase + 1e-9) for place in (first, last)))


def phase_of(place: int, places: int) -> float:
    """Phases of kinds in the order they are listed: whoever is listed first comes first in a small market.

    >>> [phase_of(n, 3) for n in range(3)]
    [0.9, 0.5, 0.1]
    """
    return round(0.9 - 0.8 * place / max(places - 1, 1), 9)


def dealt(number: int, turn: float, weights: list[float]) -> int:
    """Which of several shares unit ``number`` falls to; consecutive units come near the weights at once.

    >>> [dealt(n, 0.0, [1, 1]) for n in range(6)]
    [0, 1, 0, 1, 0, 0]
    """
    point = (turn + number * _GOLDEN) % 1.0
    return int(np.searchsorted(np.cumsum(weights) / sum(weights), point, side="right"))
