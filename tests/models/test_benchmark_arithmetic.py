"""The benchmarks' own sums: ranks, intervals and splits are what their tables say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.anomaly_shapes import KINDS, shapes
from benchmarks.detectors import interval, mean_ranks, split
from benchmarks.ordinal import judged, ranks
from models.disposition import OrdinalLGBMClassifier


def test_the_best_method_of_every_set_has_rank_one_and_equals_share() -> None:
    table = {"a": np.array([[0.9, 0.7], [0.6, 0.6]]), "b": np.array([[0.8, 0.8], [0.5, 0.5]])}
    assert mean_ranks(table) == {"a": 1.25, "b": 1.75}  # equal on the first set: 1.5 each


def test_kappa_is_better_when_higher_and_loss_when_lower() -> None:
    low, high = [0.1, 0.1, 0.9], [0.2, 0.2, 0.8]
    assert ranks(np.array([[low, high], [high, low]])).tolist() == [[1.5] * 3, [1.5] * 3]
    assert ranks(np.array([[low], [high]])).tolist() == [[1.0] * 3, [2.0] * 3]


@pytest.mark.parametrize(("gap", "sure"), [(0.2, True), (0.0, False)], ids=["always better", "no better"])
def test_an_interval_leaves_zero_out_only_where_one_is_better_throughout(gap: float, sure: bool) -> None:
    rng = np.random.default_rng(0)
    theirs = rng.uniform(0.5, 0.7, size=(10, 3))
    value, low, high = interval(theirs + gap + rng.normal(scale=0.02, size=(10, 3)), theirs)
    assert low <= value <= high
    assert (low > 0) == sure
    assert value == pytest.approx(gap, abs=0.02)


def test_a_set_without_both_classes_in_its_later_rows_does_not_count() -> None:
    ours, theirs = np.array([[0.9, np.nan], [0.8, 0.8]]), np.array([[0.8, np.nan], [0.7, 0.7]])
    assert interval(ours, theirs)[0] == pytest.approx(0.1)


def test_a_split_standardises_by_its_training_rows_only() -> None:
    X = np.random.default_rng(0).normal(5.0, 3.0, size=(100, 2))
    X[:, 1] = 4.0
    train, later, labels = split(X, np.arange(100), seed=1)
    assert (train.shape, later.shape, labels.shape) == ((70, 2), (30, 2), (30,))
    assert train[:, 0].mean() == pytest.approx(0.0, abs=1e-12)
    assert train[:, 0].std() == pytest.approx(1.0)
    assert abs(later[:, 0].mean()) > 1e-6
    assert (train[:, 1] == 0).all()


def test_every_shape_is_drawn_the_same_every_time_with_its_share_of_odd_rows() -> None:
    first, again = shapes(len(KINDS)), shapes(len(KINDS))
    assert {name.split("_")[0] for name in first} == set(KINDS)
    for name, (X, y) in first.items():
        np.testing.assert_array_equal(X, again[name][0])
        assert np.isfinite(X).all()
        assert 10 <= y.sum() <= 0.1 * len(y)


def test_folds_are_judged_by_what_the_method_answers() -> None:
    X = np.linspace(0, 1, 60)[:, None]
    cells, seconds = judged(lambda: OrdinalLGBMClassifier(n_estimators=10), X, np.repeat([0, 1, 2], 20), repeats=1)
    assert cells.shape == (5, 3)
    assert cells[:, 1].mean() < 0.2
    assert cells[:, 2].mean() > 0.8
    assert seconds > 0
