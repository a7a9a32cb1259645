"""The anomaly voice: frozen detectors joined into one strangeness, with the features that drove it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import NotFittedError

from models.detectors.detector import Arrays, Floats, FrozenDetector, as_matrix, ordered_sum
from models.detectors.isolation_forest import FrozenIsolationForest
from models.detectors.nearest_neighbours import FrozenNearestNeighbours, FrozenSquashedNeighbours
from models.graded_alert import Driver

MEMBERS: tuple[type[FrozenDetector], ...] = (
    FrozenNearestNeighbours,
    FrozenSquashedNeighbours,
    FrozenIsolationForest,
)


class AnomalyEnsemble:
    """Fisher's combination of the detectors' tails, mapped again to the share of training rows less strange.

    Each detector gives a row its tail in training, t = (rows at least as strange + 1) / (n + 1). The row's evidence
    is the sum of -log t (Fisher, "Statistical Methods for Research Workers", 1932): being in one far tail counts,
    being mildly odd twice does not (a mean of ranks would say the reverse). The detectors weigh the same: each has
    its own notion of far (from ordinary rows in robust units, in squashed ones, by random cuts). The sum is ranked
    among the training rows' sums. UNKNOWN (NaN) when the row is mostly missing.

    >>> rows = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 3)), columns=["a", "b", "c"])
    >>> ensemble = AnomalyEnsemble().fit(rows)
    >>> float(ensemble.score(pd.DataFrame({"c": [0.0], "a": [9.0], "b": [0.0]}))[0]) > 0.9
    True
    >>> ensemble.explain(pd.DataFrame({"c": [0.0], "a": [9.0], "b": [0.0]}))[0][0].key
    'a'
    """

    def __init__(self, seed: int = 0, drivers: int = 3) -> None:
        self.seed, self.drivers = seed, drivers

    def fit(self, X: pd.DataFrame | ArrayLike) -> Self:
        """Learn from rows of ordinary business, shape (n, d); a frame's columns become the feature names."""
        matrix = as_matrix(X)
        names = X.columns if isinstance(X, pd.DataFrame) else [f"x{j}" for j in range(matrix.shape[1])]
        self.feature_names_: tuple[str, ...] = tuple(str(name) for name in names)
        self.members_: list[FrozenDetector] = [
            FrozenNearestNeighbours(seed=self.seed).fit(matrix),
            FrozenSquashedNeighbours(seed=self.seed).fit(matrix),
            FrozenIsolationForest(seed=self.seed).fit(matrix),
        ]
        self._tabulate()
        evidence, unknown = self._evidence(matrix)
        self.reference_: Floats = np.sort(evidence[~unknown])
        return self

    def score(self, X: pd.DataFrame | ArrayLike) -> Floats:
        """Share of training rows less strange than each row, in [0, 1], shape (n,); NaN where UNKNOWN."""
        return self._ranked(*self._evidence(self._matrix(X)))

    def explain(self, X: pd.DataFrame | ArrayLike) -> list[list[Driver]]:
        """The features that made each row strange, largest share first; a row's shares sum to at most 1.

        A row that no detector finds strange, or an UNKNOWN one, has no drivers.
        """
        return self.assess(X)[1]

    def assess(self, X: pd.DataFrame | ArrayLike) -> tuple[Floats, list[list[Driver]]]:
        """``score`` and ``explain`` in one pass."""
        matrix = self._matrix(X)
        filled, unknown = self._complete(matrix)
        silent = np.isnan(matrix) | unknown[:, None]
        evidence, parts = np.zeros(matrix.shape[0]), np.zeros(matrix.shape)
        for member, table in zip(self.members_, self._surprise, strict=True):
            counts, shares = member.examine_complete(filled, silent)
            surprise, whole = table[counts], ordered_sum(shares.T)
            parts += shares * np.divide(surprise, whole, out=np.zeros_like(whole), where=whole > 0)[:, None]
            evidence = evidence + surprise
        parts /= np.where(evidence > 0, evidence, 1.0)[:, None]
        drivers = [self._drivers(values, row) for values, row in zip(matrix, parts, strict=True)]
        return self._ranked(evidence, unknown), drivers

    def to_arrays(self) -> Arrays:
        """Everything learnt, as flat arrays: ``member.array``; names as bytes of UTF-8 text."""
        self._check_fitted()
        arrays: Arrays = {"reference": self.reference_, "feature_names": np.array(self.feature_names_, dtype=np.str_)}
        for member in self.members_:
            arrays |= {f"{member.name}.{key}": array for key, array in member.to_arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """The ensemble that ``to_arrays`` described; ``KeyError`` names an array that is absent."""
        ensemble = cls()
        ensemble.feature_names_ = tuple(str(name) for name in arrays["feature_names"])
        ensemble.reference_ = np.asarray(arrays["reference"], dtype=np.float64)
        ensemble.members_ = [
            kind.from_arrays({k.partition(".")[2]: a for k, a in arrays.items() if k.startswith(f"{kind.name}.")})
            for kind in MEMBERS
        ]
        ensemble._tabulate()
        if not all(
            np.array_equal(m.missing_.medians, ensemble.members_[0].missing_.medians, equal_nan=True)
            for m in ensemble.members_
        ):
            raise ValueError("the detectors were fitted on different rows")
        return ensemble

    def to_bytes(self) -> bytes:
        """One .npz without Python objects; equal ensembles give equal bytes."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **self.to_arrays())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The ensemble that ``to_bytes`` wrote; pickled objects are refused."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls.from_arrays(dict(arrays))

    def _tabulate(self) -> None:
        """-log tail for each possible count, so that scoring is a look-up and cannot differ by batch."""
        self._surprise: list[Floats] = []
        for member in self.members_:
            n = member.reference_.size
            self._surprise.append(-np.log((n - np.arange(n + 1) + 1) / (n + 1)))

    def _evidence(self, matrix: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        filled, unknown = self._complete(matrix)
        evidence = np.zeros(matrix.shape[0])
        for member, table in zip(self.members_, self._surprise, strict=True):
            evidence = evidence + table[member.less_strange_of_complete(filled)]
        return evidence, unknown

    def _complete(self, matrix: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Rows without NaN and which are UNKNOWN: the members were fitted on the same rows, so one speaks for all."""
        return self.members_[0].missing_.apply(matrix)

    def _ranked(self, evidence: Floats, unknown: NDArray[np.bool_]) -> Floats:
        shares = np.searchsorted(self.reference_, evidence, side="left") / self.reference_.size
        return np.where(unknown, np.nan, shares)

    def _drivers(self, values: Floats, shares: Floats) -> list[Driver]:
        top: Sequence[int] = np.argsort(-shares, kind="stable")[: self.drivers].tolist()
        return [
            Driver(key=self.feature_names_[j], value=float(values[j]), share=float(shares[j]))
            for j in top
            if shares[j] > 0
        ]

    def _matrix(self, X: pd.DataFrame | ArrayLike) -> Floats:
        self._check_fitted()
        if isinstance(X, pd.DataFrame):
            if absent := [name for name in self.feature_names_ if name not in X.columns]:
                raise ValueError(
                    f"saw no column {absent[0]!r}; wanted the {len(self.feature_names_)} training features"
                )
            return as_matrix(X.loc[:, list(self.feature_names_)])
        return as_matrix(X)

    def _check_fitted(self) -> None:
        if not hasattr(self, "members_"):
            raise NotFittedError("AnomalyEnsemble is not fitted: call fit(X) first")
