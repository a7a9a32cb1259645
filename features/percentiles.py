"""Percentiles with ties counted half, of many groups at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def percentiles(group: npt.NDArray[np.int64], value: Floats) -> Floats:
    """(Below + equal / 2) / all of the same ``group``, rounded to nine digits; NaN for a value alone in its group.

    ``value`` holds no NaN. The value itself is one of the equal.

    >>> percentiles(np.array([1, 1, 1, 2]), np.array([5.0, 7.0, 5.0, 1.0])).tolist()
    [0.333333333, 0.833333333, 0.333333333, nan]
    """
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    size = _run_lengths(np.flatnonzero(np.diff(group, prepend=np.nan) != 0), len(group))
    tied = np.flatnonzero((np.diff(group, prepend=np.nan) != 0) | (np.diff(value, prepend=np.nan) != 0))
    equal = _run_lengths(tied, len(group))
    below = np.repeat(tied, np.diff(tied, append=len(group))) - _starts(group)
    found = np.empty(len(group))
    with np.errstate(invalid="ignore"):
        found[order] = np.where(size > 1, np.round((2 * below + equal) / (2 * size), 9), np.nan)
    return found


def _starts(group: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    first = np.flatnonzero(np.diff(group, prepend=np.nan) != 0)
    return np.repeat(first, np.diff(first, append=len(group)))


def _run_lengths(first: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    runs = np.diff(first, append=length)
    return np.repeat(runs, runs)
