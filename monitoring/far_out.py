"""How far out an alert lies among the training sample's rows: on any one feature, and on its three farthest together.

A new kind of misconduct is few alerts far out on features that the model may hardly read. The bulk of a feature, which
PSI compares, does not move, and the anomaly voice sees the row as a whole, where three far features of a hundred drown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring.drift_measure import Columns, Floats, floats

TAIL = 0.001  # share of the sample, at either end, beyond which a value is far out; of few rows: beyond all of them
FARTHEST = 3  # features that count together
JOINT = 0.99  # share of the sample's rows less far out together


@dataclass(frozen=True, slots=True, eq=False)
class FarOut:
    """``beyond``, shape (n, features): this value is far out; ``together``, shape (n,): so is the row as a whole."""

    names: tuple[str, ...]
    beyond: NDArray[np.bool_]
    together: NDArray[np.bool_]


class SampleTails:
    """The training sample's features, sorted; only their ends are asked for."""

    def __init__(self, sample: pd.DataFrame, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._sorted = {name: _present(floats(sample, name)) for name in self.names}
        self._usual = np.sort(self._together(sample, own=1)[0])

    def measure(self, rows: Columns) -> FarOut:
        """Every row of ``rows``; a missing value is not far out, nor is any where the sample has none."""
        together, beyond = self._together(rows, own=0)
        place = np.searchsorted(self._usual, together, side="left")
        return FarOut(self.names, beyond, place >= JOINT * max(1, self._usual.size))

    def _together(self, rows: Columns, own: int) -> tuple[Floats, NDArray[np.bool_]]:
        """The sum of a row's ``FARTHEST`` largest -log tail shares; ``own``: 1 where the sample meets itself."""
        top = np.zeros((FARTHEST, len(rows)))
        beyond = np.zeros((len(rows), len(self.names)), dtype=bool)
        for place, name in enumerate(self.names):
            tail = _tail(self._sorted[name], floats(rows, name), own)
            beyond[:, place] = (tail < 1.0) & (tail <= max(TAIL, 1 / (self._sorted[name].size + 1)))
            depth = -np.log(tail)
            for rank in range(FARTHEST):  # a column at a time: all of them at once would not fit
                top[rank], depth = np.maximum(top[rank], depth), np.minimum(top[rank], depth)
        return top.sum(axis=0), beyond


def _present(values: Floats) -> Floats:
    return np.sort(values[~np.isnan(values)])


def _tail(usual: Floats, values: Floats, own: int) -> Floats:
    """Share of the sample at least as far out as each value, on the side that has fewer; 1 where missing.

    A row of the sample is left out of its own count, or it would look less far out than a later one like it.

    >>> _tail(np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 9.0, np.nan]), 0).tolist()
    [0.6, 0.2, 1.0]
    """
    above = usual.size - np.searchsorted(usual, values, side="left")
    below = np.searchsorted(usual, values, side="right")
    tail = (np.minimum(above, below) + 1 - own) / (usual.size + 1 - own) if usual.size > own else np.ones(values.size)
    return np.asarray(np.where(np.isnan(values), 1.0, tail))
