"""Evaluation: AlertGrade and its baselines on the same later rows, in one table, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.exchange_codes import EXCHANGE_CODES
from models.graded_alert import GradedAlert
from models.metrics import METRICS, Estimate, Ints, estimate, expected_cost
from training.baselines import certain, logistic, most_frequent, multiclass_lightgbm
from training.dataset import Dataset
from training.splits import Split

Floats = NDArray[np.float64]
OURS = "alertgrade"


def predictions(
    data: Dataset, split: Split, graded: Sequence[GradedAlert], *, seed: int
) -> Mapping[str, tuple[Ints, Floats]]:
    """(grade, probabilities) of every voice on the test rows, ours first; ``graded`` answers those rows in order."""
    X, y, X_test = data.X[split.train], data.y[split.train], data.X[split.test]
    ours = np.array([g.probabilities for g in graded], dtype=np.float64)
    rules = np.array([g.baseline.grade for g in graded], dtype=np.int_)
    table: dict[str, tuple[Ints, Floats]] = {
        OURS: (np.array([g.grade for g in graded], dtype=np.int_), ours),
        "classifier only": (ours.argmax(axis=1) + 1, ours),
        "rules only": (rules, certain(rules)),
    }
    for name, p in (
        ("most frequent", most_frequent(y, len(X_test))),
        ("logistic", logistic(X, y, X_test)),
        ("multiclass LightGBM", multiclass_lightgbm(X, y, X_test, seed=seed)),
    ):
        table[name] = (p.argmax(axis=1) + 1, p)
    return table


def comparison(
    data: Dataset, split: Split, graded: Sequence[GradedAlert], cost: Floats, *, seed: int
) -> dict[str, dict[str, Estimate]]:
    """Metric estimates by voice on the test rows: the table a reader compares in."""
    truth: Ints = data.y[split.test].to_numpy(dtype=np.int_)
    subjects = data.alerts.loc[split.test, "subject_id"].to_numpy(dtype=str)
    metrics = {**METRICS, "expected_cost": expected_cost(cost)}
    return {
        voice: {name: estimate(m, truth, grade, p, subjects, seed=seed) for name, m in metrics.items()}
        for voice, (grade, p) in predictions(data, split, graded, seed=seed).items()
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
        return estimate(lambda t, _g, _p: float(t.mean()), values[rows], values[rows], empty, subjects[rows], seed=seed)

    everyone = np.ones(len(truth), dtype=bool)
    return {
        "coverage": mean(inside, everyone),
        "coverage_unseen_subjects": mean(inside, unseen),
        "set_width": mean(width, everyone),
    }


def as_markdown(table: Mapping[str, Mapping[str, Estimate]]) -> str:
    """The comparison as a Markdown table: value and 95 % interval."""
    names = list(next(iter(table.values())))
    lines = ["| voice | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
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
