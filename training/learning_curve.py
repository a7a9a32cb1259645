"""Learning curve (学习曲线): the same recipe with fewer labels, judged on the same later days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.graded_alert import GradedAlert
from models.metrics import Estimate, Metric, estimate, expected_cost, quadratic_kappa
from models.scorer import ScoreInput
from training.dataset import Dataset
from training.evaluate import COST, given_by
from training.recipe import fit_scorer, policy_cost
from training.splits import Split
from training.weights import Floats, selection_weights

SHARES = (0.125, 0.25, 0.5)  # of the labels before the test part; the whole is the version itself


@dataclass(frozen=True, slots=True)
class Point:
    """``labels`` before the test part, whether the classifier spoke, and what the grades are then worth."""

    labels: int
    classifier: bool
    figures: Mapping[str, Estimate]


def drawn(data: Dataset, parts: Split, labels: int, seed: int) -> Split:
    """``parts`` with about ``labels`` labels in its earlier parts: whole cases at random, cut in time four to one."""
    earlier = np.flatnonzero(parts.train | parts.calibration)
    cases = data.alerts["case"].to_numpy()[earlier]
    names, member = np.unique(cases, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    sizes = np.bincount(member, minlength=len(names))[order]
    chosen = order[np.cumsum(sizes) <= labels]
    rows = earlier[np.isin(member, chosen)]
    cut = int(0.8 * len(rows))
    train, calibration = (np.zeros(len(data.X), dtype=np.bool_) for _ in range(2))
    train[rows[:cut]], calibration[rows[cut:]] = True, True
    return replace(parts, train=train, calibration=calibration)


def learning_curve(
    data: Dataset,
    parts: Split,
    graded: Sequence[GradedAlert],
    inputs: Sequence[ScoreInput],
    weight: Floats,
    *,
    seed: int,
    parameters: Mapping[str, Any] | None = None,
) -> tuple[Point, ...]:
    """Fewest labels first, ``graded`` (all rows of ``data``) last: expected cost and kappa on the test part.

    Each smaller scorer is fitted by ``fit_scorer`` on cases drawn by ``seed``; one with too few for anything is left
    out.
    """
    known = int((parts.train | parts.calibration).sum())
    asked = [item for item, later in zip(inputs, parts.test, strict=True) if later]
    points = []
    for share in SHARES:
        fewer = drawn(data, parts, int(share * known), seed)
        if not fewer.train.any() or not fewer.calibration.any():
            continue
        scorer = fit_scorer(data, fewer, weight, seed=seed, parameters=parameters)
        points.append(_point(data, fewer, scorer.grade(asked, explain=False), seed))
    whole = [one for one, later in zip(graded, parts.test, strict=True) if later]
    return (*points, _point(data, parts, whole, seed))


def _point(data: Dataset, parts: Split, graded: Sequence[GradedAlert], seed: int) -> Point:
    metrics: Mapping[str, Metric] = {COST: expected_cost(policy_cost()), "quadratic_kappa": quadratic_kappa}
    truth, given = data.y[parts.test].to_numpy(dtype=np.int_), given_by(graded)
    subjects = data.alerts.loc[parts.test, "subject_id"].to_numpy(dtype=str)
    stands_for = selection_weights(data.alerts["sample"], data.alerts["sample_probability"]).values[parts.test]
    figures = {
        name: estimate(metric, truth, given.grade, given.probabilities, subjects, seed=seed, weight=stands_for)
        for name, metric in metrics.items()
    }
    heard = any(one.probabilities is not None for one in graded)
    return Point(int((parts.train | parts.calibration).sum()), heard, figures)
