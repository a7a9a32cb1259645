"""Missing values of the detectors: the training median stands in, and a row mostly missing is UNKNOWN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MissingValues:
    """Training medians, shape (d,); NaN marks a feature never seen in training, which says nothing afterwards."""

    medians: NDArray[np.float64]

    @classmethod
    def fit(cls, X: NDArray[np.float64]) -> Self:
        """Medians of the values present, shape (n, d) in.

        >>> MissingValues.fit(np.array([[1.0, np.nan], [3.0, np.nan]])).medians
        array([ 2., nan])
        """
        columns = (column[~np.isnan(column)] for column in X.T)
        return cls(np.array([np.median(c) if c.size else np.nan for c in columns], dtype=np.float64))

    def apply(self, X: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Rows without NaN, and which rows have more than half of the known features missing (none known: all).

        >>> MissingValues(np.array([2.0, 5.0])).apply(np.array([[np.nan, 1.0], [np.nan, np.nan]]))[1]
        array([False,  True])
        """
        if X.shape[1] != self.medians.size:
            raise ValueError(f"saw {X.shape[1]} features; wanted the {self.medians.size} of the training rows")
        known = ~np.isnan(self.medians)
        gaps = np.isnan(X)
        filled = np.where(gaps | ~known, np.where(known, self.medians, 0.0), X)
        return filled, 2 * (gaps & known).sum(axis=1) > (known.sum() or -1)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """As arrays for the bundle."""
        return {"medians": self.medians}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """The inverse of ``to_arrays``."""
        return cls(np.asarray(arrays["medians"], dtype=np.float64))
