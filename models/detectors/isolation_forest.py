"""Isolation forest frozen: how few random cuts separate a row from the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.detectors.detector import Arrays, Floats, FrozenDetector

_CHUNK = 4096  # rows walked at once: bounds memory at about 4096 x trees places


class FrozenIsolationForest(FrozenDetector):
    """PyOD's IForest as arrays of nodes, walked for all trees of a row at once.

    Liu, Ting & Zhou, "Isolation Forest", ICDM 2008. ``raw_score`` equals PyOD's ``decision_function``.

    >>> rows = np.random.default_rng(0).normal(size=(200, 3))
    >>> detector = FrozenIsolationForest(n_estimators=20).fit(rows)
    >>> detector.score([[9.0, 9.0, 9.0]]) > detector.score([[0.0, 0.0, 0.0]])
    array([ True])
    """

    name: ClassVar[str] = "isolation_forest"

    def __init__(self, n_estimators: int = 100, seed: int = 0) -> None:
        self.n_estimators, self.seed = n_estimators, seed

    def _learn(self, rows: Floats) -> None:
        from pyod.models.iforest import IForest

        fitted = IForest(n_estimators=self.n_estimators, random_state=self.seed, n_jobs=1).fit(rows)
        trees = [estimator.tree_ for estimator in fitted.estimators_]
        sizes = np.array([tree.node_count for tree in trees], dtype=np.int64)
        self.roots_ = np.cumsum(sizes) - sizes
        parts = [_nodes(tree, root) for tree, root in zip(trees, self.roots_, strict=True)]
        self.feature_, self.threshold_, self.left_, self.right_, self.path_ = (
            np.concatenate(part) for part in zip(*parts, strict=True)
        )
        depth = max(int(tree.max_depth) for tree in trees)
        full = sizes.size * _average_path(np.array([fitted.max_samples_], dtype=np.float64))[0]
        self.numbers_ = np.array([depth, full, fitted.offset_], dtype=np.float64)

    def _walk(self, rows: Floats, parts: Floats | None = None) -> NDArray[np.int64]:
        """The leaf of each row in each tree, shape (n, trees); adds each cut's shortening to ``parts`` (n, d)."""
        cast = rows.astype(np.float32)  # scikit-learn's trees compare float32 values with float64 thresholds
        nodes = np.repeat(self.roots_[None, :], rows.shape[0], axis=0)
        index = np.arange(rows.shape[0])[:, None]
        for _ in range(int(self.numbers_[0])):
            feature = self.feature_[nodes]
            goes_left = cast[index, feature] <= self.threshold_[nodes]
            below = np.where(goes_left, self.left_[nodes], self.right_[nodes])  # a leaf is its own child
            if parts is not None:
                np.add.at(parts, (index, feature), self.path_[nodes] - self.path_[below])
            nodes = below
        return nodes

    def _raw(self, rows: Floats, parts: Floats | None = None) -> Floats:
        _, full, offset = (float(number) for number in self.numbers_)
        scores = np.empty(rows.shape[0])
        for start in range(0, rows.shape[0], _CHUNK):
            chunk = slice(start, start + _CHUNK)
            leaves = self._walk(rows[chunk], None if parts is None else parts[chunk])
            depths = np.cumsum(self.path_[leaves], axis=1)[:, -1]  # in tree order, whatever the batch
            # Python's power, a value at a time: numpy's may round differently by position in the vector
            scores[chunk] = [2.0 ** (-depth / full) if full else 1.0 for depth in depths.tolist()]
        return scores + offset

    def _state(self) -> Arrays:
        names = ("roots", "feature", "threshold", "left", "right", "path", "numbers")
        return {name: getattr(self, f"{name}_") for name in names}

    def _restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        for name in ("roots", "feature", "left", "right"):
            setattr(self, f"{name}_", np.asarray(arrays[name], dtype=np.int64))
        self.threshold_, self.path_, self.numbers_ = (
            np.asarray(arrays[name], dtype=np.float64) for name in ("threshold", "path", "numbers")
        )
        self.n_estimators = self.roots_.size


def _nodes(tree: Any, root: int) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64], NDArray[np.int64], Floats]:
    """Feature, threshold, children (a leaf points at itself) and expected path length of each node of one tree."""
    here = np.arange(tree.node_count) + root
    leaf = tree.children_left < 0
    left = np.where(leaf, here, tree.children_left + root)
    right = np.where(leaf, here, tree.children_right + root)
    return np.where(leaf, 0, tree.feature), tree.threshold.astype(np.float64), left, right, _paths(tree, leaf)


def _paths(tree: Any, leaf: NDArray[np.bool_]) -> Floats:
    """Path length at a leaf (its depth and what its rows would still need); elsewhere the mean over training rows."""
    depth = np.zeros(tree.node_count)
    for node in np.flatnonzero(~leaf):  # scikit-learn numbers children after their parent
        depth[[tree.children_left[node], tree.children_right[node]]] = depth[node] + 1
    samples = tree.n_node_samples.astype(np.float64)
    path = depth + _average_path(samples)
    for node in np.flatnonzero(~leaf)[::-1]:
        children = [tree.children_left[node], tree.children_right[node]]
        path[node] = samples[children] @ path[children] / samples[children].sum()
    return path


def _average_path(samples: Floats) -> Floats:
    """Mean path length of an unsuccessful search in a binary tree of that many rows (Liu et al., equation 1)."""
    many = samples > 2
    n = np.where(many, samples, 3.0)
    formula = 2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n
    return np.where(many, formula, np.where(samples == 2, 1.0, 0.0))
