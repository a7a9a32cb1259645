"""The linear part of the severity: signs kept, no extrapolation, parts that sum; folds that hold every row out once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.disposition import OrdinalLGBMClassifier
from models.folds import fold_weights
from models.linear_severity import LinearSeverity


def proportional(n: int, seed: int = 0) -> tuple[Any, Any]:
    """Rows whose severity is 2a - b, c saying nothing."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, np.digitize(2 * X[:, 0] - X[:, 1] + rng.logistic(size=n), [-2.0, 0.0, 2.0])


def fitted(X: Any, y: Any, ridge: float = 1.0, signs: tuple[int, ...] = ()) -> LinearSeverity:
    return LinearSeverity.fit(X, y, np.ones(len(y)), 4, ridge=ridge, prior=0.5, signs=signs)


def test_it_finds_the_weights_the_rows_were_made_with() -> None:
    weight = fitted(*proportional(4000)).weight
    np.testing.assert_allclose(weight, [2.0, -1.0, 0.0], atol=0.15)


def test_a_stronger_penalty_gives_smaller_weights() -> None:
    X, y = proportional(300)
    sizes = [np.abs(fitted(X, y, ridge).weight).sum() for ridge in (0.1, 10.0, 1000.0)]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("sign", "kept"), [(1, True), (-1, False)], ids=["true sign", "reversed sign"])
def test_a_weight_against_its_sign_is_left_out(sign: int, kept: bool) -> None:
    weight = fitted(*proportional(500), signs=(sign, 0, 0)).weight
    assert (weight[0] > 0) == kept
    assert (weight[0] == 0) != kept


def test_a_value_beyond_training_counts_as_the_bound_and_a_missing_one_as_the_mean() -> None:
    linear = fitted(*proportional(1000))
    far, at, gone = linear.parts(np.array([[1e9, 0, 0], [linear.high[0], 0, 0], [np.nan, 0, 0]]))[:, 0]
    assert far == at
    assert gone == 0.0


def test_a_feature_that_never_varies_or_never_appears_adds_nothing() -> None:
    X, y = proportional(200)
    X[:, 1], X[:, 2] = 7.0, np.nan
    linear = fitted(X, y)
    assert linear.weight[1] == linear.weight[2] == 0.0
    assert np.isfinite(linear.of(np.array([[1.0, 9.0, 3.0]]))).all()


def test_parts_sum_to_the_whole_and_survive_json() -> None:
    X, y = proportional(200)
    linear = fitted(X, y)
    np.testing.assert_allclose(linear.parts(X).sum(axis=1), linear.of(X), atol=1e-12)
    again = LinearSeverity.from_json(linear.to_json())
    np.testing.assert_array_equal(again.of(X), linear.of(X))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=4, max_size=30), st.integers(2, 5))
def test_over_the_folds_every_row_is_held_out_exactly_once(rows: list[tuple[int, int]], folds: int) -> None:
    y, weight = (np.array(column) for column in zip(*rows, strict=True))
    parts = fold_weights(y, weight.astype(float), folds)
    if (np.bincount(y, weight) >= folds).sum() < 2:
        assert parts == []
        return
    np.testing.assert_allclose(np.sum(parts, axis=0), weight)
    assert all((part >= 0).all() and (part <= weight).all() for part in parts)


def test_trees_are_grown_only_where_they_help_on_rows_held_out() -> None:
    X, y = proportional(300)
    assert OrdinalLGBMClassifier().fit(X, y).best_iteration_ < 30
    rng = np.random.default_rng(0)
    corners = rng.normal(size=(600, 2))
    crossed = (corners[:, 0] * corners[:, 1] > 0).astype(int)
    assert OrdinalLGBMClassifier().fit(corners, crossed).best_iteration_ > 30


def test_without_any_tree_the_severity_is_the_linear_part_and_still_explained() -> None:
    X, y = proportional(200)
    model = OrdinalLGBMClassifier(n_estimators=0).fit(X, y)
    assert model.best_iteration_ == 0
    np.testing.assert_allclose(model.severity(X), (model.linear_.of(X) - model.centre_) * model.scale_)
    np.testing.assert_allclose(model.contributions(X).sum(axis=1), model.severity(X), atol=1e-9)
    again = OrdinalLGBMClassifier.from_text(*model.to_text())
    np.testing.assert_array_equal(again.severity(X), model.severity(X))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_reversed_monotone_sign_would_be_seen(sign: int) -> None:
    """The constraint decides the direction even against the data, so a sign turned round turns the answer round."""
    X, y = proportional(500)
    frame = pd.DataFrame(X, columns=list("abc"))
    model = OrdinalLGBMClassifier(monotone_constraints={"a": sign}).fit(frame, y)
    low, high = (model.severity(pd.DataFrame({"a": [value], "b": [0.0], "c": [0.0]}))[0] for value in (-2.0, 2.0))
    assert (high > low + 1.0) if sign == 1 else (high <= low)


def test_shuffled_labels_leave_nothing_to_learn() -> None:
    X, y = proportional(600)
    later, truth = proportional(400, seed=1)
    shuffled = np.random.default_rng(2).permutation(y)
    losses = [
        -np.log(OrdinalLGBMClassifier().fit(X, labels).predict_proba(later)[np.arange(400), truth]).mean()
        for labels in (y, shuffled)
    ]
    shares = np.bincount(truth, minlength=4) / truth.size
    chance = float(-(shares * np.log(shares)).sum())
    assert losses[0] < chance - 0.2
    assert losses[1] > chance - 0.05
