"""The skill guard: a classifier is heard only where it beats the base rate on alerts that it did not learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.skill import Skill
from training.dataset import Dataset
from training.gate import LEAST_SUBJECTS
from training.recipe import fit_scorer
from training.skill import LEAST_ROWS, halves
from training.splits import SplitPlan, split

from .conftest import History


def shuffled(data: Dataset) -> Dataset:
    grades = data.y.sample(frac=1.0, random_state=2).to_numpy()
    return replace(data, alerts=data.alerts.assign(grade=grades))


@pytest.mark.parametrize("mutated", [False, True], ids=["labels as they are", "labels shuffled"])
@pytest.mark.parametrize("days", [0.2, 0.4], ids=["few later alerts", "many"])
def test_only_a_classifier_that_beats_the_base_rate_on_later_alerts_is_heard(
    past: History, days: float, mutated: bool
) -> None:
    data = shuffled(past.data()) if mutated else past.data()
    parts = split(data.alerts, SplitPlan(calibration_days=days))
    scorer = fit_scorer(data, parts, np.ones(len(data.X)), seed=1)
    stopping, others = halves(data, parts)
    assert (len(others) >= LEAST_ROWS) is (days > 0.3)
    assert scorer.skill is not None
    assert scorer.skill.rows == len(others) + (len(stopping) if len(others) < LEAST_ROWS else 0)
    assert scorer.skill.shown is not mutated
    assert (scorer.classifier is None) is mutated


def test_no_subject_is_judged_by_a_classifier_that_it_stopped(past: History) -> None:
    data = past.data()
    stopping, others = halves(data, split(data.alerts, SplitPlan()))
    subjects = data.alerts["subject_id"].to_numpy()
    assert set(subjects[stopping]) & set(subjects[others]) == set()


@pytest.mark.parametrize("subjects", [LEAST_SUBJECTS - 1, LEAST_SUBJECTS], ids=["just below", "at the least"])
def test_too_few_subjects_prove_nothing(past: History, subjects: int) -> None:
    data = past.data()
    names = [f"S{n % subjects:02}" for n in range(len(data.X))]
    data = replace(data, alerts=data.alerts.assign(subject_id=names))
    scorer = fit_scorer(data, split(data.alerts, SplitPlan(held_out_subjects=0.0)), np.ones(len(data.X)), seed=1)
    assert scorer.skill is not None
    assert scorer.skill.subjects == subjects
    assert (scorer.skill.difference is None) is (subjects < LEAST_SUBJECTS)
    assert scorer.skill.shown is (subjects >= LEAST_SUBJECTS)


def test_a_case_that_was_trained_on_says_nothing_of_skill(past: History) -> None:
    data = past.data()
    parts = split(data.alerts, SplitPlan(calibration_days=0.4))
    whole = fit_scorer(data, parts, np.ones(len(data.X)), seed=1)
    shared = data.alerts["case"].copy()
    shared.iloc[halves(data, parts)[1][:5]] = shared.iloc[int(np.flatnonzero(parts.train)[0])]
    fewer = fit_scorer(replace(data, alerts=data.alerts.assign(case=shared)), parts, np.ones(len(data.X)), seed=1)
    assert whole.skill is not None
    assert fewer.skill is not None
    assert fewer.skill.rows == whole.skill.rows - 5


def test_a_calibration_of_one_subject_leaves_nothing_to_judge_by_and_the_classifier_silent(past: History) -> None:
    data = past.data()
    parts = split(data.alerts, SplitPlan(calibration_days=0.4))
    subject = data.alerts["subject_id"].mask(parts.calibration, "S")
    scorer = fit_scorer(
        replace(data, alerts=data.alerts.assign(subject_id=subject)), parts, np.ones(len(data.X)), seed=1
    )
    assert scorer.skill == Skill(0, 0)
    assert scorer.classifier is None
