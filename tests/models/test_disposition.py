"""The ordinal classifier: ordered, honest about rare classes, the same every time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.exceptions import NotFittedError

from models.cumulative_logit import class_probabilities, fit_cuts, gradients, initial_cuts, log_loss
from models.disposition import OrdinalLGBMClassifier


def ordinal(n: int, classes: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[rng.random(X.shape) < 0.1] = np.nan
    latent = 2 * np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 1]) + rng.logistic(size=n)
    return X, np.digitize(latent, np.quantile(latent, np.linspace(0, 1, classes + 1)[1:-1]))


finite = st.floats(-50, 50)
cut_points = hnp.arrays(np.float64, st.integers(1, 9), elements=finite).map(lambda a: np.sort(a) + np.arange(a.size))


@given(hnp.arrays(np.float64, st.integers(1, 20), elements=finite), cut_points)
def test_probabilities_are_non_negative_and_sum_to_one(severity: Any, cuts: Any) -> None:
    p = class_probabilities(severity, cuts)
    assert p.shape == (severity.size, cuts.size + 1)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1.0, atol=1e-12)


@given(hnp.arrays(np.float64, 20, elements=finite), cut_points)
def test_a_higher_severity_never_makes_a_class_or_lower_more_likely(severity: Any, cuts: Any) -> None:
    below = np.cumsum(class_probabilities(np.sort(severity), cuts), axis=1)
    assert (np.diff(below, axis=0) <= 1e-12).all()


@given(hnp.arrays(np.float64, st.integers(2, 30), elements=finite), cut_points)
def test_a_row_s_probabilities_do_not_depend_on_its_neighbours(severity: Any, cuts: Any) -> None:
    alone = np.concatenate([class_probabilities(severity[k : k + 1], cuts) for k in range(severity.size)])
    np.testing.assert_array_equal(class_probabilities(severity, cuts), alone)


def test_the_gradient_is_that_of_the_log_loss() -> None:
    cuts, severity = np.array([-1.0, 0.5, 2.0]), np.array([-2.0, 0.0, 0.7, 3.0])
    y, step = np.array([0, 1, 2, 3]), 1e-6
    slope, curve = gradients(severity, y, cuts)
    for k in range(4):
        one = np.array([y[k]])
        value = [log_loss(severity[k : k + 1] + d, one, cuts, np.ones(1)) for d in (-step, step)]
        assert slope[k] == pytest.approx((value[1] - value[0]) / (2 * step), rel=1e-5)
    assert (curve > 0).all()


def test_the_fitted_cuts_have_no_better_neighbour() -> None:
    rng = np.random.default_rng(0)
    severity = rng.normal(size=500)
    y = np.digitize(severity + rng.logistic(size=500), [-1.0, 0.0, 2.0])
    weight = rng.random(500)
    cuts = fit_cuts(severity, y, weight, initial_cuts(y, weight, 4, 0.5), prior=1e-9)
    best = log_loss(severity, y, cuts, weight)
    for k in range(3):
        for move in (-0.01, 0.01):
            assert log_loss(severity, y, cuts + move * np.eye(3)[k], weight) > best


@pytest.mark.parametrize("classes", range(2, 11))
def test_two_to_ten_classes(classes: int) -> None:
    X, y = ordinal(400, classes)
    model = OrdinalLGBMClassifier(n_estimators=20).fit(X, y)
    p = model.predict_proba(X)
    assert model.classes_.tolist() == list(range(classes))
    assert p.shape == (400, classes)
    assert (p > 0).all()
    assert (np.diff(model.cut_points_) > 0).all()
    assert model.score(X, y) > 1.3 / classes


@settings(max_examples=15, deadline=None)
@given(st.integers(4, 40), st.integers(2, 6), st.integers(0, 1000))
def test_tiny_sets_give_whole_probabilities(n: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, 2)), rng.integers(0, classes, n)
    if np.unique(y).size < 2:
        return
    model = OrdinalLGBMClassifier(n_estimators=5, classes=tuple(range(classes))).fit(X, y)
    p = model.predict_proba(X)
    assert np.isfinite(p).all()
    assert (p > 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


@pytest.mark.parametrize("absent", [0, 2, 4], ids=["lowest", "middle", "highest"])
def test_an_absent_class_keeps_a_small_probability(absent: int) -> None:
    X, y = ordinal(500, 5)
    model = OrdinalLGBMClassifier(n_estimators=20, classes=range(5)).fit(X[y != absent], y[y != absent])
    p = model.predict_proba(X)
    assert p.shape == (500, 5)
    assert (p > 0).all()
    assert p[:, absent].mean() < 0.02


def test_one_row_of_a_class_is_enough() -> None:
    X, y = ordinal(300, 3)
    y[y == 2] = 1
    y[0] = 2
    assert (OrdinalLGBMClassifier(n_estimators=10).fit(X, y).predict_proba(X)[:, 2] > 0).all()


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 classes"):
        OrdinalLGBMClassifier().fit(np.zeros((5, 1)), np.ones(5))


def test_a_class_not_named_is_refused() -> None:
    X, y = ordinal(50, 3)
    with pytest.raises(ValueError, match="wanted one of the classes"):
        OrdinalLGBMClassifier(classes=(0, 1)).fit(X, y)


def test_named_classes_need_not_be_in_alphabetical_order() -> None:
    X, y = ordinal(300, 3)
    names = np.array(["no_action", "educated", "restricted"])
    model = OrdinalLGBMClassifier(n_estimators=20, classes=tuple(names)).fit(X, names[y])
    numbered = OrdinalLGBMClassifier(n_estimators=20).fit(X, y)
    assert (model.predict(X) == names[numbered.predict(X)]).all()


def test_features_that_say_nothing_leave_the_class_shares() -> None:
    y = np.repeat([0, 1, 2], [10, 20, 70])
    p = OrdinalLGBMClassifier(class_prior=0.01).fit(np.ones((100, 2)), y).predict_proba(np.ones((1, 2)))
    np.testing.assert_allclose(p[0], [0.1, 0.2, 0.7], atol=0.01)


def test_fitting_twice_and_in_another_row_order_gives_the_same_bytes() -> None:
    X, y = ordinal(500, 4)
    weight = np.random.default_rng(0).integers(1, 4, 500).astype(float)
    order = np.random.default_rng(1).permutation(500)
    first = OrdinalLGBMClassifier(n_estimators=20).fit(X, y, sample_weight=weight)
    again = OrdinalLGBMClassifier(n_estimators=20).fit(X[order], y[order], sample_weight=weight[order])
    assert first.to_text() == again.to_text()


def test_a_weight_is_a_number_of_rows() -> None:
    X, y = ordinal(200, 3)
    weight = np.random.default_rng(0).integers(0, 4, 200)
    weighted = OrdinalLGBMClassifier(n_estimators=20).fit(X, y, sample_weight=weight)
    repeated = OrdinalLGBMClassifier(n_estimators=20).fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    np.testing.assert_array_equal(weighted.predict_proba(X), repeated.predict_proba(X))


def test_text_gives_the_same_answers_bit_for_bit() -> None:
    X, y = ordinal(300, 4)
    model = OrdinalLGBMClassifier(n_estimators=20).fit(X, y)
    again = OrdinalLGBMClassifier.from_text(*model.to_text())
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.contributions(X), model.contributions(X))
    assert again.to_text() == model.to_text()


def test_alone_equals_in_a_batch() -> None:
    X, y = ordinal(300, 4)
    model = OrdinalLGBMClassifier(n_estimators=20).fit(X, y)
    for method in (model.severity, model.predict_proba, model.contributions):
        np.testing.assert_array_equal(method(X), np.concatenate([method(row[None, :]) for row in X]))


def test_contributions_sum_to_the_severity() -> None:
    X, y = ordinal(300, 4)
    model = OrdinalLGBMClassifier(n_estimators=20).fit(X, y)
    np.testing.assert_allclose(model.contributions(X).sum(axis=1), model.severity(X), atol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_monotone_constraints_hold_everywhere(sign: int) -> None:
    X, y = ordinal(400, 4)
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = OrdinalLGBMClassifier(n_estimators=30, monotone_constraints={"b": sign}).fit(frame, y)
    for _, row in frame.head(30).iterrows():
        swept = pd.DataFrame([row] * 50)
        swept["b"] = np.linspace(-4, 4, 50)
        assert (sign * np.diff(model.severity(swept)) >= 0).all()


@pytest.mark.parametrize(
    "constraints", [{"nobody": 1}, [1, 0], [2, 0, 0, 0]], ids=["unknown name", "wrong length", "no sign"]
)
def test_a_constraint_that_fits_no_feature_is_refused(constraints: Any) -> None:
    X, y = ordinal(50, 2)
    with pytest.raises(ValueError, match="monotone constraint"):
        OrdinalLGBMClassifier(monotone_constraints=constraints).fit(pd.DataFrame(X, columns=list("abcd")), y)


def test_early_stopping_goes_back_to_the_best_round() -> None:
    X, y = ordinal(200, 4)
    X_later, y_later = ordinal(200, 4, seed=1)
    model = OrdinalLGBMClassifier(n_estimators=100, learning_rate=0.3).fit(X, y, eval_set=[(X_later, y_later)])
    losses = model.evals_result_
    assert model.best_iteration_ == 1 + losses.index(min(losses))
    assert model.booster_.num_trees() == model.best_iteration_ < 100
    assert len(losses) == model.best_iteration_ + 10


def test_a_held_out_set_calibrates_an_overconfident_fit() -> None:
    X, y = ordinal(150, 4)
    wild = {"n_estimators": 60, "learning_rate": 0.5, "min_leaf_weight": 1.0, "early_stopping_rounds": 60}
    wild |= {"num_leaves": 15, "ridge": None}
    X_stop, y_stop = ordinal(400, 4, seed=1)
    X_later, y_later = ordinal(1000, 4, seed=2)
    calibrated = OrdinalLGBMClassifier(**wild).fit(X, y, eval_set=[(X_stop, y_stop)])
    trees = calibrated.best_iteration_
    bare = OrdinalLGBMClassifier(**{**wild, "n_estimators": trees, "folds": 0}).fit(X, y)
    losses = [-np.log(m.predict_proba(X_later)[np.arange(1000), y_later]).mean() for m in (calibrated, bare)]
    assert bare.scale_ == 1.0
    assert 0.2 <= calibrated.scale_ < 1.0
    assert losses[0] < losses[1]


def test_it_beats_the_class_shares_on_later_rows() -> None:
    X, y = ordinal(2000, 5)
    X_later, y_later = ordinal(1000, 5, seed=1)
    p = OrdinalLGBMClassifier().fit(X, y, eval_set=[(X_later, y_later)]).predict_proba(X_later)
    assert -np.log(p[np.arange(1000), y_later]).mean() < np.log(5) - 0.3


def test_not_fitted_raises() -> None:
    with pytest.raises(NotFittedError):
        OrdinalLGBMClassifier().predict_proba(np.zeros((1, 2)))
