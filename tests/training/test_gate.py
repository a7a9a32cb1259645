"""The gate opens for a better challenger and stays shut for an equal, a worse or an unproven one."""

from __future__ import annotations

import numpy as np
import pytest

from models.policy import Policy
from training.gate import LEAST_ROWS, LEAST_SUBJECTS, Gate, gate
from training.paired import Given

COST = np.array(Policy.read().file.cost, dtype=np.float64)
RNG = np.random.default_rng(3)
TRUTH = RNG.integers(1, 6, 300)
SUBJECTS = np.array([f"A{n % 60}" for n in range(300)])


def sure(grades: np.ndarray, p: float = 0.9) -> Given:
    return Given(grades, np.full((len(grades), 5), (1 - p) / 4) + np.eye(5)[grades - 1] * (p - (1 - p) / 4))


RIGHT = sure(TRUTH)
OFTEN = sure(np.where(RNG.random(300) < 0.3, RNG.integers(1, 6, 300), TRUTH))


def ask(new: Given, old: Given, truth: np.ndarray = TRUTH, subjects: np.ndarray = SUBJECTS) -> Gate:
    return gate(truth, ("new", new), ("old", old), subjects, COST, seed=1, rounds=200)


def test_a_better_challenger_passes_with_its_differences() -> None:
    found = ask(RIGHT, OFTEN)
    assert found.open
    assert found.differences["expected_cost"].high < 0
    assert (found.challenger, found.champion, found.rows, found.subjects) == ("new", "old", 300, 60)


@pytest.mark.parametrize(
    ("new", "old"), [(OFTEN, OFTEN), (RIGHT, RIGHT), (OFTEN, RIGHT)], ids=["equal", "both", "worse"]
)
def test_an_equal_or_worse_one_does_not(new: Given, old: Given) -> None:
    found = ask(new, old)
    assert not found.open
    assert "expected cost is not lower" in found.refusals[0]


def test_a_cheaper_one_that_is_worse_calibrated_does_not_pass_either() -> None:
    never = Given(TRUTH, np.eye(5)[(6 - TRUTH) - 1])  # right grades, and all its weight on the wrong ones
    found = ask(never, OFTEN)
    assert found.differences["expected_cost"].high < 0
    assert any(text.startswith("log_loss is worse") for text in found.refusals)


@pytest.mark.parametrize(
    ("rows", "subjects", "judged"),
    [
        (LEAST_ROWS - 1, LEAST_SUBJECTS, False),
        (LEAST_ROWS, LEAST_SUBJECTS - 1, False),
        (LEAST_ROWS, LEAST_SUBJECTS, True),
        (0, 0, False),
    ],
)
def test_too_few_later_alerts_prove_nothing(rows: int, subjects: int, judged: bool) -> None:
    people = np.array([f"A{n % max(subjects, 1)}" for n in range(rows)])
    new, old = (Given(one.grade[:rows], one.probabilities[:rows]) for one in (RIGHT, OFTEN))
    found = ask(new, old, TRUTH[:rows], people)
    assert bool(found.differences) == judged
    if not judged:
        assert not found.open
        assert f"{rows} later alerts of {len(set(people))} subjects" in found.refusals[0]


def test_a_gate_survives_the_registry() -> None:
    found = ask(RIGHT, OFTEN)
    assert Gate.from_json(found.to_json()) == found
