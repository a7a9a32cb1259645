"""Sequential pairing of two accounts' trades: the earliest unused ones within a gap, else the earlier one is passed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def paired(group: Ints, a: Ints, b: Ints, times: Ints, gap: int) -> Flags:
    """Which candidates (rows of ``group``, ``a``, ``b``) are pairs: a boolean for every row.

    A candidate is two trades of one group at most ``gap`` apart; ``a`` and ``b`` number trades in order of (time, order
    id), ``times[a]`` is a trade's time. All candidates within the gap must be given. A trade that is near no other one
    takes no part, and a candidate whose two trades have no other candidate is a pair: only the rest is walked.
    """
    chosen: Flags = _alone(group, a) & _alone(group, b)
    rest = np.flatnonzero(~chosen)
    order = rest[np.lexsort((b[rest], a[rest], group[rest]))]
    if not len(order):
        return chosen
    edges = np.flatnonzero(np.diff(group[order], prepend=-1))
    for start, end in zip(edges, [*edges[1:], len(order)], strict=True):
        rows = order[start:end]
        known = {(int(x), int(y)): int(row) for x, y, row in zip(a[rows], b[rows], rows, strict=True)}
        for pair in walk(np.unique(a[rows]).tolist(), np.unique(b[rows]).tolist(), times, gap):
            chosen[known[pair]] = True
    return chosen


def walk(first: list[int], second: list[int], times: Ints, gap: int) -> Iterator[tuple[int, int]]:
    """Pairs of two lists of trades, each in order.

    >>> list(walk([0, 3], [1, 2, 4], np.array([0, 10, 11, 30, 31]), gap=10))
    [(0, 1), (3, 4)]
    """
    i = j = 0
    while i < len(first) and j < len(second):
        x, y = first[i], second[j]
        apart = int(times[x]) - int(times[y])
        if abs(apart) <= gap:
            yield x, y
            i, j = i + 1, j + 1
        elif apart < 0:
            i += 1
        else:
            j += 1


def _alone(group: Ints, trade: Ints) -> Flags:
    """Whether a candidate's trade has no other candidate in its group."""
    if not len(group):
        return np.zeros(0, dtype=bool)
    both = group.astype(np.int64) * (int(trade.max()) + 1) + trade
    _, place, count = np.unique(both, return_inverse=True, return_counts=True)
    return np.asarray(count[place] == 1)
