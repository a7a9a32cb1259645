"""The skill guard: a classifier is heard only where it beats the base rate on alerts that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.skill import LATER, OTHERS
from training.dataset import Dataset
from training.gate import LEAST_SUBJECTS
from training.recipe import fit_scorer
from training.skill import LEAST_ROWS, _later_rows
from training.splits import Split, SplitPlan, split

from .conftest import History


def shuffled(data: Dataset) -> Dataset:
    grades = data.y.sample(frac=1.0, random_state=2).to_numpy()
    return replace(data, alerts=data.alerts.assign(grade=grades))


def few(data: Dataset, rows: int) -> Split:
    """Only the first ``rows`` alerts of the earlier parts, four to one."""
    parts = split(data.alerts, SplitPlan())
    places = np.flatnonzero(parts.train | parts.calibration)[:rows]
    masks = {"train": places[: 4 * rows // 5], "calibration": places[4 * rows // 5 :]}
    return replace(parts, **{name: np.isin(np.arange(len(data.X)), found) for name, found in masks.items()})


@pytest.mark.parametrize("mutated", [False, True], ids=["labels as they are", "labels shuffled"])
def test_with_many_labels_skill_is_judged_on_later_days(past: History, mutated: bool) -> None:
    data = shuffled(past.data()) if mutated else past.data()
    scorer = fit_scorer(data, split(data.alerts, SplitPlan(calibration_days=0.4)), np.ones(len(data.X)), seed=1)
    assert scorer.skill is not None
    assert scorer.skill.held_out == LATER
    assert scorer.skill.rows >= LEAST_ROWS
    assert scorer.skill.shown is not mutated
    assert (scorer.classifier is None) is mutated


@pytest.mark.parametrize("mutated", [False, True], ids=["labels as they are", "labels shuffled"])
def test_with_few_labels_skill_is_judged_on_other_subjects(past: History, mutated: bool) -> None:
    data = shuffled(past.data()) if mutated else past.data()
    scorer = fit_scorer(data, few(data, 200), np.ones(len(data.X)), seed=1)
    assert scorer.skill is not None
    assert (scorer.skill.held_out, scorer.skill.rows) == (OTHERS, 200)
    assert scorer.skill.shown is not mutated


@pytest.mark.parametrize("subjects", [LEAST_SUBJECTS - 1, LEAST_SUBJECTS], ids=["just below", "at the least"])
def test_too_few_subjects_prove_nothing(past: History, subjects: int) -> None:
    data = past.data()
    parts = few(data, 120)
    names = [f"S{n % subjects:02}" for n in range(len(data.X))]
    scorer = fit_scorer(replace(data, alerts=data.alerts.assign(subject_id=names)), parts, np.ones(len(data.X)), seed=1)
    assert scorer.skill is not None
    assert (scorer.skill.rows, scorer.skill.subjects) == (120, subjects)
    assert (scorer.skill.difference is None) is (subjects < LEAST_SUBJECTS)
    assert scorer.skill.shown is (subjects >= LEAST_SUBJECTS)


def test_a_case_that_was_trained_on_says_nothing_of_skill(past: History) -> None:
    data = past.data()
    parts = split(data.alerts, SplitPlan())
    rows = _later_rows(data, parts)
    shared = data.alerts["case"].copy()
    shared.iloc[rows[:5]] = shared.iloc[int(np.flatnonzero(parts.train)[0])]
    assert set(_later_rows(replace(data, alerts=data.alerts.assign(case=shared)), parts)) == set(rows[5:])


def test_the_same_labels_give_the_same_skill(past: History, history: Callable[..., History]) -> None:
    first, second = (
        fit_scorer(one.data(), few(one.data(), 60), np.ones(len(one.data().X)), seed=1) for one in (past, history())
    )
    assert first.skill == second.skill
