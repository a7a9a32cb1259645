"""A paired difference: what two models differ by on the same subjects."""

from __future__ import annotations

import numpy as np
import pytest

from models.metrics import macro_mae
from training.paired import Given, difference


def given(grades: list[int]) -> Given:
    return Given(np.array(grades), np.eye(5)[np.array(grades) - 1])


TRUTH = np.array([1, 2, 3, 4, 5] * 6)
SUBJECTS = np.array([f"S{n // 3}" for n in range(30)])


def test_a_model_differs_from_itself_by_nothing_with_no_width() -> None:
    one = given([3] * 30)
    found = difference(macro_mae, TRUTH, one, one, SUBJECTS, seed=1, rounds=50)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_the_sign_is_first_less_second_and_swapping_turns_it() -> None:
    right, wrong = given(TRUTH.tolist()), given([3] * 30)
    found = difference(macro_mae, TRUTH, right, wrong, SUBJECTS, seed=1, rounds=100)
    turned = difference(macro_mae, TRUTH, wrong, right, SUBJECTS, seed=1, rounds=100)
    assert found.value == pytest.approx(-1.2)
    assert found.high < 0 < turned.low
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_what_is_hard_for_both_cancels_out() -> None:
    hard = given([1 if n < 15 else 5 for n in range(30)])
    nearly = Given(hard.grade.copy(), hard.probabilities)
    nearly.grade[0] += 1
    found = difference(macro_mae, TRUTH, hard, nearly, SUBJECTS, seed=1, rounds=200)
    assert found.high - found.low < 0.5, "each alone has an interval far wider"


def test_one_subject_gives_no_width_and_the_seed_repeats() -> None:
    one = np.array(["S"] * 30)
    found = difference(macro_mae, TRUTH, given([3] * 30), given([2] * 30), one, seed=4, rounds=20)
    assert found.low == found.high == found.value
    again = difference(macro_mae, TRUTH, given([3] * 30), given([2] * 30), SUBJECTS, seed=4, rounds=20)
    assert again == difference(macro_mae, TRUTH, given([3] * 30), given([2] * 30), SUBJECTS, seed=4, rounds=20)
