"""Skill (判别力) of a fitted classifier: is it better than the base rate on alerts that it did not learn from?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from models.fitting import fit_classifier, grade_probabilities, stopping_rows
from models.metrics import Floats, ranked_probability_score
from models.scorer import AlertScorer
from models.skill import LATER, OTHERS, Skill
from training.baselines import most_frequent
from training.dataset import Dataset
from training.gate import LEAST_SUBJECTS
from training.paired import Given, difference
from training.splits import Split

FOLDS = 5
LEAST_ROWS = 100  # later ones; with fewer, each fifth of the subjects in turn says more
_DIGITS = 9  # of the figures in the bundle, as of its metrics
Rows = NDArray[np.intp]
Fit = Mapping[str, Any]  # monotone, seed and parameters of the classifier


def skill_of(scorer: AlertScorer, data: Dataset, parts: Split, weight: Floats, **fit: Any) -> Skill:
    """What the classifier of ``scorer``, fitted on ``parts`` by ``weight`` (n,), shows; the test part is not looked at.

    Judged on the calibration rows that did not stop the boosting, later days, less those of cases trained on. Where
    those are too few, the same fit is made without each fifth of the subjects in turn and judged on that fifth.
    ``fit``: ``monotone``, ``seed`` and ``parameters``, as the scorer was fitted with.
    """
    rows = _later_rows(data, parts)
    subjects = data.alerts["subject_id"].to_numpy(dtype=str)
    if len(rows) >= LEAST_ROWS and len(set(subjects[rows])) >= LEAST_SUBJECTS:
        return _judged(LATER, data, rows, scorer.predict_proba(data.X.iloc[rows]), fit["seed"])
    return _judged(OTHERS, data, *_by_subject(data, parts, weight, fit), fit["seed"])


def _later_rows(data: Dataset, parts: Split) -> Rows:
    """Calibration rows that the classifier has not seen, nor another alert of their case."""
    calibration = np.flatnonzero(parts.calibration)
    stop = _stopping(data, parts)[calibration]
    cases = data.alerts["case"]
    known = cases.isin(set(cases[parts.train])).to_numpy()[calibration]
    return np.asarray(calibration[~stop & ~known])


def _stopping(data: Dataset, parts: Split) -> NDArray[np.bool_]:
    """Which rows of ``data`` stop the boosting."""
    found = np.zeros(len(data.X), dtype=np.bool_)
    groups = data.alerts.loc[parts.calibration, "subject_id"].to_numpy()
    found[parts.calibration] = stopping_rows(int(parts.calibration.sum()), groups)
    return found


def _by_subject(data: Dataset, parts: Split, weight: Floats, fit: Fit) -> tuple[Rows, Floats]:
    """Rows of the earlier parts, and what a classifier that knows other subjects says of each; nothing for too few."""
    rows = np.flatnonzero(parts.train | parts.calibration)
    X, y = data.X.astype(np.float64), data.y.to_numpy()
    subjects, stop = data.alerts["subject_id"].to_numpy(dtype=str), _stopping(data, parts)
    if len(set(subjects[rows])) < LEAST_SUBJECTS:
        return rows, np.empty((0, 5))
    found: list[tuple[Rows, Floats]] = []
    for kept, out in GroupKFold(FOLDS).split(rows, groups=subjects[rows]):
        others = rows[kept]
        learnt, watched = others[parts.train[others]], others[stop[others]]
        if len(set(y[learnt])) > 1:
            model = fit_classifier(X.iloc[learnt], y[learnt], weight[learnt], (X.iloc[watched], y[watched]), **fit)
            found.append((rows[out], grade_probabilities(model, X.iloc[rows[out]])))
    judged = [inside for inside, _ in found] or [rows[:0]]
    return np.concatenate(judged), np.concatenate([p for _, p in found] or [np.empty((0, 5))])


def _judged(held_out: str, data: Dataset, rows: Rows, probabilities: Floats, seed: int) -> Skill:
    subjects = data.alerts["subject_id"].to_numpy(dtype=str)[rows]
    people = len(set(subjects))
    if people < LEAST_SUBJECTS:
        return Skill(held_out, len(rows), people)
    y, ones = data.y.iloc[rows], np.ones(len(rows))
    truth = y.to_numpy(dtype=np.int_)
    ours = Given(probabilities.argmax(axis=1) + 1, probabilities)
    mix = most_frequent(y, len(rows), ones)
    base = Given(mix.argmax(axis=1) + 1, mix)
    apart = difference(ranked_probability_score, truth, ours, base, subjects, seed=seed)
    scores = (ranked_probability_score(truth, one.grade, one.probabilities, ones) for one in (ours, base))
    figures = (round(value, _DIGITS) for value in (*scores, apart.value, apart.low, apart.high))
    return Skill(held_out, len(rows), people, *figures)
