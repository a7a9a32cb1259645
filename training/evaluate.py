"""Evaluation: AlertGrade and its baselines on the same later rows, in one table, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.exchange_codes import EXCHANGE_CODES
from models.graded_alert import GradedAlert
from models.metrics import METRICS, Estimate, Ints, estimate, expected_cost
from training.baselines import certain, logistic, most_frequent, multiclass_lightgbm, regraded
from training.capacity import daily_capacity, recall_at_capacity
from training.dataset import Dataset
from training.paired import Given
from training.splits import Split

Floats = NDArray[np.float64]
OURS = "alertgrade"
COST = "expected_cost"  # what the policy minimises
REGRADED = "rules regraded by cost"


def given_by(graded: Sequence[GradedAlert]) -> Given:
    """Grades and probabilities of graded alerts; where no classifier spoke, certainty of the grade."""
    grades = np.array([g.grade for g in graded], dtype=np.int_)
    sure = certain(grades)
    rows = [sure[n] if g.probabilities is None else g.probabilities for n, g in enumerate(graded)]
    return Given(grades, np.array(rows, dtype=np.float64).reshape(len(graded), 5))


def rules_of(graded: Sequence[GradedAlert]) -> Given:
    """What the rules alone would have given."""
    rules = np.array([g.baseline.grade for g in graded], dtype=np.int_)
    return Given(rules, certain(rules))


def predictions(
    data: Dataset,
    split: Split,
    graded: Sequence[GradedAlert],
    cost: Floats,
    *,
    seed: int,
    weight: Floats | None = None,
) -> Mapping[str, Given]:
    """What every voice gives for the test rows, ours first; ``graded`` answers all rows of ``data`` in order.

    ``weight`` (n,) is what the training rows count, for the baselines as for us. A classifier that is silent has no
    line of its own.
    """
    X, y, X_test = data.X[split.train], data.y[split.train], data.X[split.test]
    counts = np.ones(len(y)) if weight is None else weight[split.train]
    on_test = [g for g, kept in zip(graded, split.test, strict=True) if kept]
    ours, rules = given_by(on_test), rules_of(graded).grade
    table = {OURS: ours}
    if any(one.probabilities is not None for one in on_test):
        table["classifier only"] = Given(ours.probabilities.argmax(axis=1) + 1, ours.probabilities)
    table["rules only"] = rules_of(on_test)
    known = split.train | split.calibration
    table[REGRADED] = regraded(rules[known], data.y[known], rules[split.test], cost)
    strange = pd.DataFrame({"share": [g.anomaly.share for g in graded]}, dtype=np.float64)
    for name, p in (
        ("anomaly only", logistic(strange[split.train], y, strange[split.test], counts)),
        ("most frequent", most_frequent(y, len(X_test), counts)),
        ("logistic", logistic(X, y, X_test, counts)),
        ("multiclass LightGBM", multiclass_lightgbm(X, y, X_test, counts, seed=seed)),
    ):
        table[name] = Given(p.argmax(axis=1) + 1, p)
    return table


def comparison(
    data: Dataset,
    split: Split,
    given: Mapping[str, Given],
    cost: Floats,
    *,
    seed: int,
    weight: Floats | None = None,
) -> dict[str, dict[str, Estimate]]:
    """Metric estimates by voice on the test rows: the table a reader compares in.

    ``weight`` (n,) says what the rows of ``data`` stand for (selection); the metrics are then those of all alerts.
    """
    truth: Ints = data.y[split.test].to_numpy(dtype=np.int_)
    subjects = data.alerts.loc[split.test, "subject_id"].to_numpy(dtype=str)
    own = None if weight is None else weight[split.test]
    days = data.alerts.loc[split.test, "trading_day"]
    at_capacity = recall_at_capacity(days, daily_capacity(days))
    metrics = {**METRICS, COST: expected_cost(cost), "recall_at_capacity": at_capacity}
    return {
        voice: {
            name: estimate(m, truth, one.grade, one.probabilities, subjects, seed=seed, weight=own)
            for name, m in metrics.items()
        }
        for voice, one in given.items()
    }


def coverage(data: Dataset, split: Split, graded: Sequence[GradedAlert], *, seed: int) -> dict[str, Estimate]:
    """Share of test rows whose true grade lies in the conformal set, all and unseen subjects, and the mean width."""
    truth: Ints = data.y[split.test].to_numpy(dtype=np.int_)
    inside = np.array([t in g.grade_set for t, g in zip(truth, graded, strict=True)], dtype=int)
    width = np.array([len(g.grade_set) for g in graded], dtype=int)
    subjects = data.alerts.loc[split.test, "subject_id"].to_numpy(dtype=str)
    unseen = split.unseen[split.test]

    def mean(values: Ints, rows: NDArray[np.bool_]) -> Estimate:
        empty = np.zeros((int(rows.sum()), 1))
        if not rows.any():
            return Estimate(float("nan"), float("nan"), float("nan"))
        return estimate(_mean, values[rows], values[rows], empty, subjects[rows], seed=seed)

    everyone = np.ones(len(truth), dtype=bool)
    return {
        "coverage": mean(inside, everyone),
        "coverage_unseen_subjects": mean(inside, unseen),
        "set_width": mean(width, everyone),
    }


def _mean(values: Ints, _g: Ints, _p: Floats, weight: Floats) -> float:
    return float(np.average(values, weights=weight))


def as_markdown(table: Mapping[str, Mapping[str, Estimate]], head: str = "voice") -> str:
    """A table of estimates as Markdown: value and 95 % interval; empty text for an empty table."""
    if not table:
        return ""
    names = list(next(iter(table.values())))
    lines = [f"| {head} | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for voice, row in table.items():
        cells = [f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in (row[n] for n in names)]
        lines.append(f"| {voice} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def reference_sample(
    X: pd.DataFrame, graded: Sequence[GradedAlert], exchanges: Sequence[str | None], *, cap: int, seed: int
) -> pd.DataFrame:
    """Feature rows, exchange code and what every voice said, which drift is measured against; at most ``cap`` rows."""
    p = np.array([g.probabilities or [np.nan] * 5 for g in graded], dtype=np.float64).reshape(-1, 5)
    sample = X.reset_index(drop=True).assign(
        exchange_code=[EXCHANGE_CODES.get(str(name), np.nan) for name in exchanges],
        baseline_grade=[g.baseline.grade for g in graded],
        anomaly_share=np.array([g.anomaly.share for g in graded], dtype=np.float64),
        classifier_grade=np.array([g.decided_by.classifier for g in graded], dtype=np.float64),
        p_severe=p[:, 0] + p[:, 1],
        severity=np.array([g.severity for g in graded], dtype=np.float64),
        grade=[g.grade for g in graded],
    )
    return sample if len(sample) <= cap else sample.sample(cap, random_state=seed).sort_index()
