"""Nearest neighbours frozen: how far a row lies from the ordinary rows most like it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.detectors.detector import Arrays, Floats, FrozenDetector

_CHUNK = 8  # rows compared at once: their squares (rows x prototypes x features) stay in the cache


class FrozenNearestNeighbours(FrozenDetector):
    """PyOD's KNN (mean distance) to a sample of standardised training rows.

    Angiulli & Pizzuti, "Fast Outlier Detection in High Dimensional Spaces", PKDD 2002; a few hundred rows to compare
    with rank nearly as well as all of them (Sugiyama & Borgwardt, "Rapid Distance-Based Outlier Detection via
    Sampling", NeurIPS 2013). Unlike tails and trees it sees how far beyond the training range a value lies.
    ``raw_score`` on standardised rows equals PyOD's ``decision_function``, and on the sampled rows themselves its
    ``decision_scores_``: a row does not count itself as its neighbour.

    >>> rows = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = FrozenNearestNeighbours().fit(rows)
    >>> detector.raw_score([[9.0, 0.0, 0.0]]) > detector.raw_score([[6.0, 0.0, 0.0]])
    array([ True])
    """

    name: ClassVar[str] = "nearest_neighbours"

    def __init__(self, neighbours: int = 5, prototypes: int = 256, seed: int = 0) -> None:
        self.neighbours, self.prototypes, self.seed = neighbours, prototypes, seed

    def _learn(self, rows: Floats) -> None:
        from pyod.models.knn import KNN

        spread = rows.std(axis=0)
        self.centre_, self.spread_ = rows.mean(axis=0), np.where(spread > 1e-12, spread, 1.0)
        chosen = np.sort(np.random.default_rng(self.seed).permutation(rows.shape[0])[: self.prototypes])
        self.prototypes_ = np.ascontiguousarray((rows[chosen] - self.centre_) / self.spread_)
        self.k_ = np.array([min(self.neighbours, len(chosen) - 1)], dtype=np.int64)
        with warnings.catch_warnings():  # the brute search, the default for many features, loses digits near distance 0
            warnings.filterwarnings("ignore", message="algorithm parameter is deprecated", category=FutureWarning)
            knn = KNN(n_neighbors=int(self.k_[0]), method="mean", algorithm="kd_tree", n_jobs=1)
        fitted = knn.fit(self.prototypes_)
        if not np.allclose(self._raw(rows[chosen]), fitted.decision_scores_, rtol=1e-9, atol=1e-9):
            raise RuntimeError("the frozen neighbours differ from PyOD's KNN: PyOD has changed its formula")

    def _raw(self, rows: Floats, parts: Floats | None = None) -> Floats:
        scores, k = np.empty(rows.shape[0]), int(self.k_[0])
        scaled = (rows - self.centre_) / self.spread_
        for start in range(0, rows.shape[0], _CHUNK):
            chunk = slice(start, start + _CHUNK)
            squares = np.square(scaled[chunk, None, :] - self.prototypes_)  # (rows, prototypes, features)
            distances = np.sqrt(squares.sum(axis=2))  # over the innermost axis: one order of adding for any batch
            order = np.argsort(distances, axis=1, kind="stable")[:, : k + 1]
            itself = np.take_along_axis(distances, order[:, :1], axis=1) == 0
            nearest = np.where(itself, order[:, 1:], order[:, :-1])
            scores[chunk] = np.cumsum(np.take_along_axis(distances, nearest, axis=1), axis=1)[:, -1] / k
            if parts is not None:
                parts[chunk] += np.cumsum(np.take_along_axis(squares, nearest[:, :, None], axis=1), axis=1)[:, -1]
        return scores

    def _state(self) -> Arrays:
        return {name: getattr(self, f"{name}_") for name in ("centre", "spread", "prototypes", "k")}

    def _restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        for name in ("centre", "spread", "prototypes"):
            setattr(self, f"{name}_", np.ascontiguousarray(arrays[name], dtype=np.float64))
        self.k_ = np.asarray(arrays["k"], dtype=np.int64)
