"""What every frozen detector is: fitted once with PyOD, then plain arrays that score a row the same anywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import NotFittedError

from models.detectors.missing import MissingValues

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[np.generic]]


@runtime_checkable
class Detector(Protocol):
    """A strangeness measure on one scale; higher is stranger, NaN is UNKNOWN and never 0."""

    name: ClassVar[str]

    def fit(self, X: ArrayLike) -> Self:
        """Learn from rows of ordinary business, shape (n, d); NaN is missing."""

    def raw_score(self, X: ArrayLike) -> Floats:
        """PyOD's own score of each row, shape (n,); NaN where UNKNOWN."""

    def score(self, X: ArrayLike) -> Floats:
        """Share of training rows less strange than each row, in [0, 1], shape (n,); NaN where UNKNOWN."""

    def contributions(self, X: ArrayLike) -> Floats:
        """How much each feature added to the strangeness, >= 0, shape (n, d); 0 where missing."""

    def to_arrays(self) -> Arrays:
        """All that was learnt, as arrays without Python objects."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """The detector that ``to_arrays`` described."""


class FrozenDetector(ABC):
    """Shared frame: missing values, UNKNOWN rows and the share of training rows less strange.

    A missing value is read as the feature's training median; a row with more than half of the features known in
    training missing is UNKNOWN (NaN) and is not learnt from. Infinite values are read as missing.
    """

    name: ClassVar[str]

    def fit(self, X: ArrayLike) -> Self:
        """Fit with PyOD on the rows that can be judged, then freeze; ``ValueError`` when there are fewer than two."""
        matrix = as_matrix(X)
        self.missing_ = MissingValues.fit(matrix)
        filled, unknown = self.missing_.apply(matrix)
        if (rows := filled[~unknown]).shape[0] < 2:
            raise ValueError(f"{self.name} saw {rows.shape[0]} row(s) with enough values; wanted at least 2 to learn")
        self._learn(rows)
        self.reference_: Floats = np.sort(self._raw(rows))
        return self

    def raw_score(self, X: ArrayLike) -> Floats:
        """PyOD's own score of each row, shape (n,); NaN where UNKNOWN."""
        filled, unknown = self._judge(X)
        return np.where(unknown, np.nan, self._raw(filled))

    def score(self, X: ArrayLike) -> Floats:
        """Share of training rows less strange than each row, in [0, 1], shape (n,); NaN where UNKNOWN."""
        counts, unknown = self.less_strange(X)
        return np.where(unknown, np.nan, counts / self.reference_.size)

    def less_strange(self, X: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """How many training rows are less strange than each row, and which rows are UNKNOWN; both shape (n,)."""
        filled, unknown = self._judge(X)
        return self.less_strange_of_complete(filled), unknown

    def less_strange_of_complete(self, filled: Floats) -> NDArray[np.int64]:
        """``less_strange`` of rows that ``missing_`` has completed already."""
        return np.searchsorted(self.reference_, self._raw(filled), side="left")

    def examine(self, X: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.bool_], Floats]:
        """``less_strange`` and ``contributions`` in one pass."""
        matrix = as_matrix(X)
        filled, unknown = self._judge(matrix)
        counts, parts = self.examine_complete(filled, np.isnan(matrix) | unknown[:, None])
        return counts, unknown, parts

    def examine_complete(self, filled: Floats, silent: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Floats]:
        """``examine`` of rows that ``missing_`` has completed; what was ``silent`` (n, d) contributes 0."""
        parts = np.zeros(filled.shape)
        counts = np.searchsorted(self.reference_, self._raw(filled, parts), side="left")
        np.maximum(parts, 0.0, out=parts)
        parts[silent] = 0.0
        return counts, parts

    def contributions(self, X: ArrayLike) -> Floats:
        """How much each feature added to the strangeness, >= 0, shape (n, d); 0 where missing."""
        return self.examine(X)[2]

    def to_arrays(self) -> Arrays:
        """All that was learnt, as arrays without Python objects."""
        self._check_fitted()
        return {**self.missing_.to_arrays(), "reference": self.reference_, **self._state()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """The detector that ``to_arrays`` described; ``KeyError`` names an array that is absent."""
        detector = cls()
        detector.missing_ = MissingValues.from_arrays(arrays)
        detector.reference_ = np.asarray(arrays["reference"], dtype=np.float64)
        detector._restore(arrays)
        return detector

    def _judge(self, X: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        self._check_fitted()
        return self.missing_.apply(as_matrix(X))

    def _check_fitted(self) -> None:
        if not hasattr(self, "reference_"):
            raise NotFittedError(f"{type(self).__name__} is not fitted: call fit(X) first")

    @abstractmethod
    def _learn(self, rows: Floats) -> None:
        """Fit on complete rows and keep plain arrays."""

    @abstractmethod
    def _raw(self, rows: Floats, parts: Floats | None = None) -> Floats:
        """Score complete rows, each by itself; adds each feature's part to ``parts`` (n, d) when given."""

    @abstractmethod
    def _state(self) -> Arrays:
        """The arrays of ``_learn``."""

    @abstractmethod
    def _restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """The inverse of ``_state``."""


def as_matrix(X: ArrayLike) -> Floats:
    """Rows as C-ordered float64, shape (n, d), with every non-finite value NaN.

    >>> as_matrix([[1, float("inf")]])
    array([[ 1., nan]])
    """
    matrix = np.array(X, dtype=np.float64, order="C", ndmin=2)
    if matrix.ndim != 2:
        raise ValueError(f"saw an array of {matrix.ndim} dimensions; wanted rows and features")
    matrix[~np.isfinite(matrix)] = np.nan
    return matrix


def ordered_sum(values: Floats) -> Floats:
    """The sum over the first axis, added one after another: the bits do not depend on how many columns there are.

    numpy adds whole rows in order, but a single column pairwise, which rounds otherwise.

    >>> ordered_sum(np.array([[1.0, 1e16], [2.0, 1.0], [3.0, -1e16]]))
    array([6., 0.])
    """
    if values.shape[1] == 1:
        return np.asarray(np.cumsum(values, axis=0)[-1], dtype=np.float64)
    return np.asarray(np.add.reduce(np.ascontiguousarray(values), axis=0), dtype=np.float64)
