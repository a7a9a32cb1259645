"""Adaptive sets: pure, bounded, and back at the stated coverage after a drift that breaks the fixed ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.adaptive import AdaptiveSets, update
from models.conformal import ConformalSets
from models.cumulative_logit import class_probabilities

GRADES = range(5)
CUTS = np.array([-1.5, 0.0, 1.5, 3.0])


def market(n: int, seed: int, drift: float) -> tuple[Any, Any]:
    """Probabilities from a severity, and outcomes from one that has moved by ``drift`` since the model was made."""
    rng = np.random.default_rng(seed)
    severity = rng.normal(scale=2.0, size=n)
    truth = (class_probabilities(severity + drift, CUTS).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=4)
    return class_probabilities(severity, CUTS), truth


@pytest.fixture(scope="module")
def base() -> ConformalSets:
    return ConformalSets.fit(*market(1500, 0, 0.0))


def played(state: AdaptiveSets, p: Any, truth: Any) -> tuple[AdaptiveSets, Any]:
    held = []
    for row, label in zip(p.tolist(), truth.tolist(), strict=True):
        held.append(label in state.sets().grade_set(row, GRADES))
        state = update(state, row, label)
    return state, np.array(held)


def test_before_any_outcome_the_thresholds_are_those_of_the_model(base: ConformalSets) -> None:
    state = AdaptiveSets.start(base)
    assert state.sets() == base
    assert state.covered() == [None] * 5


def test_after_a_drift_coverage_comes_back_and_fixed_sets_stay_broken(base: ConformalSets) -> None:
    p, truth = market(2400, 1, drift=-2.0)
    state, held = played(AdaptiveSets.start(base), p, truth)
    fixed = np.array([t in base.grade_set(row, GRADES) for row, t in zip(p.tolist(), truth.tolist(), strict=True)])
    later = slice(1200, None)
    assert fixed[later].mean() < 0.85
    assert held[later].mean() == pytest.approx(0.9, abs=0.02)
    for k in range(5):
        mine = held[later][truth[later] == k]
        assert mine.mean() >= 0.9 - 3 * np.sqrt(0.09 / mine.size)
    assert sum(state.seen) == 2400
    assert np.dot(state.seen, [c or 0.0 for c in state.covered()]) == pytest.approx(held.sum())


def test_without_drift_coverage_stays_as_stated(base: ConformalSets) -> None:
    _, held = played(AdaptiveSets.start(base), *market(1000, 2, 0.0))
    assert held.mean() == pytest.approx(0.9, abs=0.02)


def test_an_update_changes_nothing_in_the_state_it_was_given(base: ConformalSets) -> None:
    state, _ = played(AdaptiveSets.start(base), *market(60, 3, 0.0))
    before = {name: array.copy() for name, array in state.to_arrays().items()}
    first, second = update(state, [0.2] * 5, 4), update(state, [0.2] * 5, 4)
    for name, array in before.items():
        np.testing.assert_array_equal(state.to_arrays()[name], array)
        np.testing.assert_array_equal(first.to_arrays()[name], second.to_arrays()[name])


def test_the_state_survives_arrays(base: ConformalSets) -> None:
    state, _ = played(AdaptiveSets.start(base, window=20), *market(200, 4, 0.0))
    again = AdaptiveSets.from_arrays(base, state.to_arrays())
    assert again.sets() == state.sets()
    assert again.covered() == state.covered()
    assert max(scores.size for scores in again.scores) == 20
    np.testing.assert_array_equal(
        update(again, [0.2] * 5, 1).to_arrays()["scores"], update(state, [0.2] * 5, 1).to_arrays()["scores"]
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=60))
def test_levels_stay_inside_and_a_miss_never_lowers_one(outcomes: list[tuple[int, int]]) -> None:
    state = AdaptiveSets.start(ConformalSets((0.0,) * 5, 0.9, (9,) * 5, (9,) * 5), rate=0.2)
    for mode, truth in outcomes:
        p = [0.9 if k == mode else 0.025 for k in range(5)]
        missed = truth not in state.sets().grade_set(p, GRADES)
        after = update(state, p, truth)
        assert (after.levels[truth] >= state.levels[truth]) == (missed or after.levels[truth] == state.levels[truth])
        assert ((after.levels > 0) & (after.levels < 1)).all()
        state = after
