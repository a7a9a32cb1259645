"""What every bundle must keep before it may serve, tried on the bundle itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from math import fsum
from pathlib import Path

import numpy as np
import pandas as pd

from features.rows import as_rows
from models.bundle import BundleRefused, load_bundle
from models.compatibility import mismatch
from models.graded_alert import GradedAlert
from models.scorer import AlertScorer, ScoreInput
from rules_baseline.grade import baseline_grade
from rules_baseline.trigger import TriggerRecord
from training.recipe import MONOTONE

SAMPLE = 50  # rows of the reference sample that are graded
REPEATED = 3  # from this occurrence on the policy never lets a breach be better than 2
_TOLERANCE = 1e-9


def broken(bundle: Path, reference: Path, public_key: bytes) -> tuple[str, ...]:
    """Every clause of the contract that the bundle in folder ``bundle`` breaks, in words; none: it may serve.

    Graded are rows of ``reference`` (the sample of its training features) and a row with nothing known.
    """
    try:
        scorer, again = load_bundle(bundle, public_key), load_bundle(bundle, public_key)
    except BundleRefused as error:
        return (f"it is refused: {error}",)
    if said := mismatch(scorer):
        return (said,)
    inputs = _inputs(scorer, pd.read_parquet(reference))
    graded = scorer.grade(inputs)
    failed = [words for words, holds in CLAUSES.items() if not all(holds(one) for one in graded)]
    repeated = [one for item, one in zip(inputs, graded, strict=True) if (item.trigger.occurrence or 0) >= REPEATED]
    if any(one.grade > 2 for one in repeated):
        failed.append("a third breach of an exchange limit is graded better than 2")
    failed += [f"the severity falls as {name} rises" for name in _falling(scorer, pd.read_parquet(reference))]
    if [scorer.grade([one])[0] for one in inputs] != graded:
        failed.append("a row graded alone differs from the same row in a batch")
    if again.grade(inputs) != graded:
        failed.append("the bundle read once more grades differently")
    return tuple(failed)


def _sums_to_one(one: GradedAlert) -> bool:
    if one.probabilities is None:  # a bundle made without labels
        return one.severity is None
    shares = one.probabilities
    return len(shares) == 5 and min(shares) >= 0 and abs(fsum(shares) - 1) <= _TOLERANCE


def _neighbours(one: GradedAlert) -> bool:
    return bool(one.grade_set) and one.grade_set == list(range(one.grade_set[0], one.grade_set[-1] + 1))


def _share_in_range(one: GradedAlert) -> bool:
    return one.anomaly.share is None or 0 <= one.anomaly.share <= 1


CLAUSES: Mapping[str, Callable[[GradedAlert], bool]] = {
    "a grade is not one of 1 to 5": lambda one: one.grade in range(1, 6),
    "five probabilities do not sum to 1": _sums_to_one,
    "a grade set is empty or has a gap": _neighbours,
    "an anomaly share is outside [0, 1]": _share_in_range,
    "a grade has no reasons": lambda one: bool(one.reasons),
}


def _falling(scorer: AlertScorer, reference: pd.DataFrame) -> list[str]:
    """Features of which more must never make an alert less severe, and does; none without a classifier."""
    if scorer.classifier is None:
        return []
    names = list(scorer.feature_names)
    rows = reference.reindex(columns=names).head(SAMPLE).to_numpy(dtype=np.float64)
    found = []
    for name in (name for name in MONOTONE if name in names):
        steps = np.unique(reference[name].dropna()) if name in reference.columns else np.empty(0)
        levels = np.quantile(steps, np.linspace(0, 1, 10)) if steps.size else np.empty(0)
        raised = [np.ascontiguousarray(np.where(np.array(names) == name, level, rows)) for level in levels]
        severities = np.array([scorer.classifier.severity_of_matrix(matrix) for matrix in raised])
        if len(raised) > 1 and (np.diff(severities, axis=0) < -_TOLERANCE).any():
            found.append(name)
    return found


def _inputs(scorer: AlertScorer, reference: pd.DataFrame) -> list[ScoreInput]:
    names = [name for name in scorer.feature_names if name in reference.columns]
    rows: list[Mapping[str, float | None]] = list(as_rows(reference[names].head(SAMPLE)))
    rows.append(dict.fromkeys(scorer.feature_names))
    return [ScoreInput(_trigger(n), row, baseline_grade([_trigger(n)]), None, None) for n, row in enumerate(rows)]


def _trigger(number: int) -> TriggerRecord:
    return TriggerRecord(
        alert_id=f"self_trade:breach:2026-01-05:SHFE.cu2605:contract-{number}",
        rule_id="self_trade",
        level="breach",
        exchange="SHFE",
        contract="cu2605",
        trading_day=date(2026, 1, 5),
        subject_type="account",
        subject_id=f"contract-{number}",
        account_id=f"contract-{number}",
        triggered_at=datetime(2026, 1, 5, 2, tzinfo=UTC),
        measured=5.0,
        threshold=5.0,
        occurrence=number % 5 + 1,
        parameters_version="contract",
        evidence="{}",
    )
