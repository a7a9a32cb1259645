"""Conformal sets: contiguous, holding the mode, and covering as promised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conformal import ConformalSets, inclusion_scores

GRADES = (1, 2, 3, 4, 5)
weights = st.lists(st.floats(0.001, 1), min_size=5, max_size=5).map(lambda w: [x / math.fsum(w) for x in w])


@given(weights, st.floats(0, 1))
def test_a_set_is_contiguous_and_holds_the_mode(p: list[float], threshold: float) -> None:
    found = ConformalSets(threshold, 0.9, 100).grade_set(p, GRADES)
    assert found == list(range(found[0], found[-1] + 1))
    assert 1 + max(range(5), key=p.__getitem__) in found


@given(weights, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_shrinks_a_set(p: list[float], one: float, other: float) -> None:
    small, large = (set(ConformalSets(t, 0.9, 9).grade_set(p, GRADES)) for t in sorted((one, other)))
    assert small <= large


@given(weights)
def test_scores_grow_away_from_the_mode(p: list[float]) -> None:
    scores = inclusion_scores(p)
    mode = scores.index(0.0)
    assert scores[mode:] == sorted(scores[mode:])
    assert scores[: mode + 1] == sorted(scores[: mode + 1], reverse=True)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_coverage_is_as_stated_on_later_rows(coverage: float) -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet([0.6] * 5, size=6000)
    truth = np.array([rng.choice(5, p=row) for row in p])
    sharpened = p**1.5 / (p**1.5).sum(axis=1, keepdims=True)  # an overconfident classifier is covered all the same
    sets = ConformalSets.fit(sharpened[:2000], truth[:2000], coverage)
    held = np.mean(
        [t + 1 in sets.grade_set(row, GRADES) for row, t in zip(sharpened[2000:], truth[2000:], strict=True)]
    )
    # discrete scores may cover a little more than asked (the mode alone is right so often); 3 standard errors below
    mode_alone = np.mean(sharpened[2000:].argmax(axis=1) == truth[2000:])
    assert coverage - 0.03 <= held <= max(coverage, mode_alone) + 0.03


@pytest.mark.parametrize(("n", "whole"), [(0, True), (8, True), (9, False), (10, False)])
def test_too_few_rows_for_the_coverage_give_whole_sets(n: int, whole: bool) -> None:
    sets = ConformalSets.fit(np.full((n, 5), 0.2), np.zeros(n, dtype=int), 0.9)
    assert math.isinf(sets.threshold) == whole
    assert (sets.grade_set([0.96, 0.01, 0.01, 0.01, 0.01], GRADES) == list(GRADES)) == whole


@pytest.mark.parametrize("n", [0, 50])
def test_survives_json(n: int) -> None:
    sets = ConformalSets.fit(np.full((n, 5), 0.2), np.arange(n) % 5, 0.9)
    assert ConformalSets.from_json(sets.to_json()) == sets


@pytest.mark.parametrize("coverage", [0.0, 1.0, 1.5])
def test_an_impossible_coverage_is_refused(coverage: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ConformalSets.fit([[1.0]], [0], coverage)
