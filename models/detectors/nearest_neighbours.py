"""Nearest neighbours frozen: how unlike its most similar ordinary rows a row is, in small samples of them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.detectors.detector import Arrays, Floats, FrozenDetector, ordered_sum

_CHUNK = 1024  # rows compared at once: bounds memory at about 1024 x prototypes distances


class FrozenNearestNeighbours(FrozenDetector):
    """Mean distance to the nearest row in each of many small samples of the training rows, in robust units.

    In each sample it is PyOD's KNN with one neighbour. Samples of 16 rows lie loose in the ordinary and seldom hold a
    second odd row, so that odd rows in training do not excuse each other (Pang, Ting & Albrecht, "LeSiNN: Detecting
    Anomalies by Identifying Least Similar Nearest Neighbours", ICDMW 2015). A feature is measured from its median in
    units of its inner spread. Unlike tails and trees it sees how far beyond the training range a value lies.

    >>> rows = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = FrozenNearestNeighbours().fit(rows)
    >>> detector.raw_score([[9.0, 0.0, 0.0]]) > detector.raw_score([[6.0, 0.0, 0.0]])
    array([ True])
    """

    name: ClassVar[str] = "nearest_neighbours"

    def __init__(self, samples: int = 32, size: int = 16, seed: int = 0) -> None:
        self.samples, self.size, self.seed = samples, size, seed

    def _learn(self, rows: Floats) -> None:
        self.centre_, self.spread_ = np.median(rows, axis=0), _inner_spread(rows)
        rng, size = np.random.default_rng(self.seed), min(self.size, rows.shape[0])
        chosen = [np.sort(rng.permutation(rows.shape[0])[:size]) for _ in range(self.samples)]
        self._freeze(np.stack([self._units(rows[sample]) for sample in chosen]))
        self._agree_with_pyod()

    def _freeze(self, prototypes: Floats) -> None:
        self.prototypes_ = np.ascontiguousarray(prototypes)  # (samples, size, features)
        self._flat = self.prototypes_.reshape(-1, prototypes.shape[2])
        self._lengths = np.einsum("pd,pd->p", self._flat, self._flat)

    def _agree_with_pyod(self) -> None:
        """Fit PyOD's KNN on every sample and refuse to freeze anything that is not its answer there."""
        from pyod.models.knn import KNN

        for place, sample in enumerate(self.prototypes_):
            with warnings.catch_warnings():  # the default search loses digits near distance 0
                warnings.filterwarnings("ignore", message="algorithm parameter is deprecated", category=FutureWarning)
                knn = KNN(n_neighbors=1, algorithm="kd_tree", n_jobs=1).fit(sample)
            between = (sample[:-1] + sample[1:]) / 2
            found, _ = self._nearest(between)
            far = float(np.sqrt(self._lengths.max())) or 1.0  # sums of squares lose digits near distance 0
            if not np.allclose(found[:, place], knn.decision_function(between), rtol=1e-6, atol=1e-7 * far):
                raise RuntimeError("the frozen neighbours differ from PyOD's KNN: PyOD has changed its formula")

    def _units(self, rows: Floats) -> Floats:
        """Rows in the units in which distances are taken, shape (n, d)."""
        return (rows - self.centre_) / self.spread_

    def _nearest(self, scaled: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Distance to the nearest row of each sample, and which row that is; both shape (n, samples)."""
        samples, size, _ = self.prototypes_.shape
        # one row at a time and without BLAS: one order of adding for any batch and any number of threads
        dots = np.stack([np.einsum("pd,d->p", self._flat, row) for row in scaled])
        reach = self._lengths + np.einsum("nd,nd->n", scaled, scaled)[:, None]
        squares = np.maximum(reach - 2.0 * dots, 0.0).reshape(-1, samples, size)
        nearest = squares.argmin(axis=2)
        return np.sqrt(squares.min(axis=2)), nearest + size * np.arange(samples)

    def _raw(self, rows: Floats, parts: Floats | None = None) -> Floats:
        scores, scaled = np.empty(rows.shape[0]), self._units(rows)
        for start in range(0, rows.shape[0], _CHUNK):
            chunk = scaled[start : start + _CHUNK]
            distances, nearest = self._nearest(chunk)
            scores[start : start + _CHUNK] = ordered_sum(distances.T) / distances.shape[1]
            if parts is not None:
                for row, there, mine in zip(chunk, nearest, parts[start : start + _CHUNK], strict=True):
                    mine += ordered_sum(np.square(self._flat[there] - row))
        return scores

    def _state(self) -> Arrays:
        return {name: getattr(self, f"{name}_") for name in ("centre", "spread", "prototypes")}

    def _restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self.centre_, self.spread_ = (np.asarray(arrays[name], dtype=np.float64) for name in ("centre", "spread"))
        self._freeze(np.asarray(arrays["prototypes"], dtype=np.float64))


class FrozenSquashedNeighbours(FrozenNearestNeighbours):
    """The same with each feature squashed (arsinh of robust units): many odd features count, not one far value.

    >>> rows = np.random.default_rng(0).normal(size=(200, 3))
    >>> one_far, all_odd = FrozenSquashedNeighbours().fit(rows).raw_score([[20.0, 0.0, 0.0], [6.0, 6.0, 6.0]])
    >>> bool(all_odd > one_far)
    True
    """

    name: ClassVar[str] = "squashed_neighbours"

    def _units(self, rows: Floats) -> Floats:
        return np.arcsinh(super()._units(rows))


def _inner_spread(rows: Floats) -> Floats:
    """A robust standard deviation of each feature: of the inner half, else the inner 80 %, else all; 1 if constant."""
    low, lower, upper, high = np.quantile(rows, [0.1, 0.25, 0.75, 0.9], axis=0)
    spread = np.ones(rows.shape[1])
    for candidate in (rows.std(axis=0), (high - low) / 2.563, (upper - lower) / 1.349):
        spread = np.where(candidate > 1e-9 * (1.0 + np.abs(rows).max(axis=0)), candidate, spread)
    return spread
