"""Conformal sets: contiguous, holding the mode, and covering every grade as promised."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conformal import ConformalSets, inclusion_scores

GRADES = (1, 2, 3, 4, 5)
weights = st.lists(st.floats(0.001, 1), min_size=5, max_size=5).map(lambda w: [x / math.fsum(w) for x in w])
limits = st.lists(st.floats(0, 1), min_size=5, max_size=5)


def sets_of(thresholds: list[float]) -> ConformalSets:
    return ConformalSets(tuple(thresholds), 0.9, (100,) * 5, (100,) * 5)


@given(weights, limits)
def test_a_set_is_contiguous_and_holds_the_mode(p: list[float], thresholds: list[float]) -> None:
    found = sets_of(thresholds).grade_set(p, GRADES)
    assert found == list(range(found[0], found[-1] + 1))
    assert 1 + max(range(5), key=p.__getitem__) in found


@given(weights, limits)
def test_every_class_within_its_threshold_is_in_the_set(p: list[float], thresholds: list[float]) -> None:
    found = sets_of(thresholds).grade_set(p, GRADES)
    for grade, score, limit in zip(GRADES, inclusion_scores(p), thresholds, strict=True):
        assert grade in found or score > limit


@given(weights, limits, limits)
def test_higher_thresholds_never_shrink_a_set(p: list[float], one: list[float], other: list[float]) -> None:
    low, high = ([f(pair) for pair in zip(one, other, strict=True)] for f in (min, max))
    assert set(sets_of(low).grade_set(p, GRADES)) <= set(sets_of(high).grade_set(p, GRADES))


@given(weights)
def test_scores_grow_away_from_the_mode(p: list[float]) -> None:
    scores = inclusion_scores(p)
    mode = scores.index(0.0)
    assert scores[mode:] == sorted(scores[mode:])
    assert scores[: mode + 1] == sorted(scores[: mode + 1], reverse=True)


def drawn(n: int, seed: int) -> tuple[Any, Any]:
    """Probabilities of an overconfident classifier that favours the mild grades, and the true classes."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.15, 0.25, 0.5, 0.8, 1.2], size=n)
    truth = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=4)
    sharpened = p**1.5 / (p**1.5).sum(axis=1, keepdims=True)
    return sharpened, truth


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_coverage_is_as_stated_on_later_rows_for_every_grade(coverage: float) -> None:
    p, truth = drawn(5000, 0)
    later, later_truth = drawn(5000, 1)
    sets = ConformalSets.fit(p, truth, coverage)
    held = np.array([t + 1 in sets.grade_set(row, GRADES) for row, t in zip(later, later_truth, strict=True)])
    assert held.mean() >= coverage - 0.02
    for k in range(5):
        mine = held[later_truth == k]
        error = math.sqrt(coverage * (1 - coverage) * (1 / mine.size + 1 / sets.own[k]))
        assert mine.mean() >= coverage - 3 * error


def test_a_grade_the_classifier_neglects_is_covered_too() -> None:
    p, truth = drawn(5000, 0)
    later, later_truth = drawn(5000, 1)
    p[:, 0], later[:, 0] = p[:, 0] / 10, later[:, 0] / 10  # the worst grade is hardly ever believed
    sets = ConformalSets.fit(p, truth, 0.9)
    worst = later[later_truth == 0]
    scores = [inclusion_scores(row)[label] for row, label in zip(p, truth, strict=True)]
    one_for_all = ConformalSets((float(np.quantile(scores, 0.9)),) * 5, 0.9, (0,) * 5, (0,) * 5)
    share = [np.mean([1 in s.grade_set(row, GRADES) for row in worst]) for s in (sets, one_for_all)]
    assert share[0] > 0.85
    assert share[1] < 0.75


@pytest.mark.parametrize(("n", "whole"), [(0, True), (8, True), (9, False), (10, False)])
def test_too_few_rows_for_the_coverage_give_whole_sets(n: int, whole: bool) -> None:
    sets = ConformalSets.fit(np.full((n, 5), 0.2), np.zeros(n, dtype=int), 0.9)
    assert math.isinf(sets.thresholds[4]) == whole
    assert (sets.grade_set([0.96, 0.01, 0.01, 0.01, 0.01], GRADES) == list(GRADES)) == whole


@pytest.mark.parametrize(("rare", "borrowed"), [(8, True), (9, False)], ids=["just too few", "just enough"])
def test_a_rare_grade_borrows_from_its_neighbours_and_says_so(rare: int, borrowed: bool) -> None:
    truth = np.repeat([0, 1, 2, 3, 4], [rare, 30, 40, 50, 60])
    p = np.random.default_rng(0).dirichlet([1.0] * 5, size=truth.size)
    sets = ConformalSets.fit(p, truth, 0.9)
    assert sets.own == (rare, 30, 40, 50, 60)
    assert sets.rows == (rare + 30 if borrowed else rare, 30, 40, 50, 60)
    assert math.isfinite(sets.thresholds[0])


@pytest.mark.parametrize("n", [0, 50])
def test_survives_json(n: int) -> None:
    sets = ConformalSets.fit(np.full((n, 5), 0.2), np.arange(n) % 5, 0.9)
    assert ConformalSets.from_json(sets.to_json()) == sets


@pytest.mark.parametrize("coverage", [0.0, 1.0, 1.5])
def test_an_impossible_coverage_is_refused(coverage: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ConformalSets.fit([[1.0]], [0], coverage)
