"""Skill (判别力) of a fitted classifier: is it better than the base rate on later alerts it did not learn from?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.fitting import fit_classifier, grade_probabilities, stopping_rows
from models.metrics import GRADES, Floats, ranked_probability_score
from models.scorer import AlertScorer
from models.skill import Skill
from training.baselines import most_frequent
from training.dataset import Dataset
from training.gate import LEAST_SUBJECTS
from training.paired import Given, difference
from training.splits import Split

LEAST_ROWS = 100  # of the half that did not stop the boosting; with fewer, the other half is judged too
_DIGITS = 9  # of the figures in the bundle, as of its metrics
Rows = NDArray[np.intp]


def skill_of(scorer: AlertScorer, data: Dataset, parts: Split, weight: Floats, **fit: Any) -> Skill:
    """What the classifier of ``scorer``, fitted on ``parts`` by ``weight`` (n,), shows; the test part is not looked at.

    Judged on the calibration rows that did not stop the boosting, less those of cases trained on. Where they are too
    few, the same fit is made once more with the halves exchanged, and each half is judged by the classifier that the
    other half stopped. ``fit``: ``monotone``, ``seed`` and ``parameters``, as the scorer was fitted with.
    """
    stopping, others = halves(data, parts)
    subjects = data.alerts["subject_id"].to_numpy(dtype=str)
    rows = _fresh(data, parts, others)
    given = scorer.predict_proba(data.X.iloc[rows]) if len(rows) else np.empty((0, len(GRADES)))
    if len(others) and (len(rows) < LEAST_ROWS or len(set(subjects[rows])) < LEAST_SUBJECTS):
        X, y, learnt = data.X.astype(np.float64), data.y.to_numpy(), np.flatnonzero(parts.train)
        watched = X.iloc[others], y[others]
        exchanged = fit_classifier(X.iloc[learnt], y[learnt], weight[learnt], watched, **fit)
        more = _fresh(data, parts, stopping)
        given = np.concatenate([given, grade_probabilities(exchanged, X.iloc[more])]) if len(more) else given
        rows = np.concatenate([rows, more])
    return _judged(data, rows, given, fit["seed"])


def halves(data: Dataset, parts: Split) -> tuple[Rows, Rows]:
    """Places of the calibration rows that stop the boosting, and of the others; no subject is in both."""
    calibration = np.flatnonzero(parts.calibration)
    stop = stopping_rows(len(calibration), data.alerts["subject_id"].to_numpy()[calibration])
    return calibration[stop], calibration[~stop]


def _fresh(data: Dataset, parts: Split, rows: Rows) -> Rows:
    """Those of ``rows`` of whose case no alert was trained on: alerts of one case share their outcome."""
    cases = data.alerts["case"]
    return rows[~cases.iloc[rows].isin(set(cases[parts.train])).to_numpy()]


def _judged(data: Dataset, rows: Rows, probabilities: Floats, seed: int) -> Skill:
    subjects = data.alerts["subject_id"].to_numpy(dtype=str)[rows]
    people = len(set(subjects))
    if people < LEAST_SUBJECTS:
        return Skill(len(rows), people)
    y, ones = data.y.iloc[rows], np.ones(len(rows))
    truth = y.to_numpy(dtype=np.int_)
    ours = Given(probabilities.argmax(axis=1) + 1, probabilities)
    mix = most_frequent(y, len(rows), ones)
    base = Given(mix.argmax(axis=1) + 1, mix)
    apart = difference(ranked_probability_score, truth, ours, base, subjects, seed=seed)
    scores = (ranked_probability_score(truth, one.grade, one.probabilities, ones) for one in (ours, base))
    return Skill(len(rows), people, *(round(value, _DIGITS) for value in (*scores, apart.value, apart.low, apart.high)))
