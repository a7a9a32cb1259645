from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import METRICS, estimate, expected_cost, log_loss, macro_mae, pr_auc_severe, quadratic_kappa

GRADES = st.lists(st.integers(1, 5), min_size=2, max_size=40)


def certain(grades: np.ndarray) -> np.ndarray:
    return np.eye(5)[grades - 1]


def test_a_perfect_grade_has_kappa_one_no_error_and_no_loss() -> None:
    truth = np.array([1, 2, 3, 4, 5, 5])
    assert quadratic_kappa(truth, truth, certain(truth)) == pytest.approx(1.0)
    assert macro_mae(truth, truth, certain(truth)) == 0.0
    assert log_loss(truth, truth, certain(truth)) == pytest.approx(0.0)
    assert pr_auc_severe(truth, truth, certain(truth)) == pytest.approx(1.0)


def test_macro_mae_weighs_a_rare_grade_like_a_common_one() -> None:
    truth = np.array([5] * 9 + [1])
    grade = np.array([5] * 10)
    assert macro_mae(truth, grade, certain(grade)) == pytest.approx(2.0)  # (0 + 4) / 2


def test_no_severe_case_gives_no_figure_rather_than_a_zero() -> None:
    truth = np.array([3, 4, 5])
    assert math.isnan(pr_auc_severe(truth, truth, certain(truth)))


def test_a_grade_that_was_given_no_chance_costs_a_finite_loss() -> None:
    assert log_loss(np.array([1]), np.array([5]), certain(np.array([5]))) == pytest.approx(-math.log(1e-6))


def test_cost_reads_the_true_grade_by_row_and_the_given_by_column() -> None:
    cost = np.arange(25, dtype=float).reshape(5, 5)
    assert expected_cost(cost)(np.array([1]), np.array([5]), np.zeros((1, 5))) == 4.0
    assert expected_cost(cost)(np.array([5]), np.array([1]), np.zeros((1, 5))) == 20.0


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
