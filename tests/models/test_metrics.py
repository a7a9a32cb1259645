from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, cohen_kappa_score

from models.metrics import METRICS, estimate, expected_cost, log_loss, macro_mae, pr_auc_severe, quadratic_kappa

GRADES = st.lists(st.integers(1, 5), min_size=2, max_size=40)


def ones(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows))


def certain(grades: np.ndarray) -> np.ndarray:
    return np.eye(5)[grades - 1]


def test_a_perfect_grade_has_kappa_one_no_error_and_no_loss() -> None:
    truth = np.array([1, 2, 3, 4, 5, 5])
    assert quadratic_kappa(truth, truth, certain(truth), ones(truth)) == pytest.approx(1.0)
    assert macro_mae(truth, truth, certain(truth), ones(truth)) == 0.0
    assert log_loss(truth, truth, certain(truth), ones(truth)) == pytest.approx(0.0)
    assert pr_auc_severe(truth, truth, certain(truth), ones(truth)) == pytest.approx(1.0)


def test_macro_mae_weighs_a_rare_grade_like_a_common_one() -> None:
    truth = np.array([5] * 9 + [1])
    grade = np.array([5] * 10)
    assert macro_mae(truth, grade, certain(grade), ones(truth)) == pytest.approx(2.0)  # (0 + 4) / 2


def test_no_severe_case_gives_no_figure_rather_than_a_zero() -> None:
    truth = np.array([3, 4, 5])
    assert math.isnan(pr_auc_severe(truth, truth, certain(truth), ones(truth)))


def test_a_grade_that_was_given_no_chance_costs_a_finite_loss() -> None:
    assert log_loss(np.array([1]), np.array([5]), certain(np.array([5])), np.ones(1)) == pytest.approx(-math.log(1e-6))


def test_cost_reads_the_true_grade_by_row_and_the_given_by_column() -> None:
    cost = np.arange(25, dtype=float).reshape(5, 5)
    assert expected_cost(cost)(np.array([1]), np.array([5]), np.zeros((1, 5)), np.ones(1)) == 4.0
    assert expected_cost(cost)(np.array([5]), np.array([1]), np.zeros((1, 5)), np.ones(1)) == 20.0


@given(GRADES, st.integers(0, 5))
def test_an_interval_contains_its_bootstrap_mean_and_repeats_by_seed(truth: list[int], seed: int) -> None:
    values = np.array(truth)
    subjects = np.array([f"S{i % 3}" for i in range(len(truth))])
    first = estimate(
        METRICS["macro_mae"], values, np.full_like(values, 3), certain(values), subjects, seed=seed, rounds=20
    )
    again = estimate(
        METRICS["macro_mae"], values, np.full_like(values, 3), certain(values), subjects, seed=seed, rounds=20
    )
    assert first == again
    assert first.low <= first.high


def test_one_subject_gives_an_interval_without_width() -> None:
    truth = np.array([1, 3, 5])
    found = estimate(METRICS["macro_mae"], truth, truth[::-1].copy(), certain(truth), np.array(["S"] * 3), seed=0)
    assert found.low == found.high == found.value


@given(GRADES, st.randoms(use_true_random=False))
def test_kappa_is_that_of_scikit_learn_under_any_weights(truth: list[int], random) -> None:
    values, grades = np.array(truth), np.array([random.randint(1, 5) for _ in truth])
    weight = np.array([random.randint(1, 4) for _ in truth], dtype=float)
    if len(set(truth)) == 1 and len(set(grades.tolist())) == 1:
        return
    theirs = cohen_kappa_score(values, grades, labels=[1, 2, 3, 4, 5], weights="quadratic", sample_weight=weight)
    assert quadratic_kappa(values, grades, np.empty(0), weight) == pytest.approx(theirs)


@pytest.mark.parametrize("name", METRICS)
def test_a_weight_of_two_is_the_row_twice_and_a_weight_of_none_is_no_row(name: str) -> None:
    rng = np.random.default_rng(2)
    truth, grade, p = rng.integers(1, 6, 60), rng.integers(1, 6, 60), rng.dirichlet(np.ones(5), 60)
    weight = rng.integers(0, 3, 60).astype(float)
    rows = np.repeat(np.arange(60), weight.astype(int))
    again = METRICS[name](truth[rows], grade[rows], p[rows], np.ones(len(rows)))
    assert METRICS[name](truth, grade, p, weight) == pytest.approx(again)


def test_probabilities_that_come_true_have_no_calibration_error_and_sure_wrong_ones_all_of_it() -> None:
    truth = np.array([1] * 25 + [5] * 75)
    quarter = np.tile([0.25, 0.0, 0.0, 0.0, 0.75], (100, 1))
    assert METRICS["calibration_error"](truth, truth, quarter, ones(truth)) == pytest.approx(0.0)
    assert METRICS["calibration_error"](truth, truth, certain(6 - truth), ones(truth)) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=40))
def test_average_precision_is_that_of_scikit_learn_with_ties_and_weights(rows: list[tuple[bool, int, int]]) -> None:
    severe, said, weight = (np.array(column) for column in zip(*rows, strict=True))
    if not (weight[severe] > 0).any():
        return
    p = np.zeros((len(rows), 5))
    p[:, 0] = said / 4
    theirs = average_precision_score(severe, p[:, 0], sample_weight=weight.astype(float))
    ours = pr_auc_severe(np.where(severe, 1, 5), np.ones(len(rows), dtype=int), p, weight.astype(float))
    assert ours == pytest.approx(theirs)
