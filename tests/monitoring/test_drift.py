"""The drift report: verdicts, order, what is left out and said."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from alertgrade.errors import AlertError
from monitoring.drift import Verdict, drift_report, verdict_of


def sample(rows: int, shift: float = 0.0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "orders_5d": rng.normal(shift, 1.0, rows),
            "cancel_ratio_5d": rng.uniform(0, 1, rows),
            "is_employee": (rng.uniform(0, 1, rows) < 0.2).astype(float),
            "grade": rng.integers(1, 6, rows),
        }
    )


def test_the_same_sample_is_stable_throughout():
    report = drift_report(sample(500), sample(500))
    assert report.verdict is Verdict.STABLE
    assert {row.psi for row in report.rows} == {0.0}
    assert report.counts() == {"major": 0, "moderate": 0, "unproven": 0, "slight": 0, "stable": 4}


def test_the_feature_that_moved_comes_first_and_is_named():
    report = drift_report(sample(2_000), sample(2_000, shift=1.0, seed=1))
    assert (report.rows[0].name, report.rows[0].verdict) == ("orders_5d", Verdict.MAJOR)
    assert [row.verdict for row in report.rows[1:]] == [Verdict.STABLE] * 3
    assert report.rows[0].current_median - report.rows[0].reference_median == pytest.approx(1.0, abs=0.1)


def test_grade_is_an_outcome_and_the_rest_are_features():
    kinds = {row.name: row.kind for row in drift_report(sample(100), sample(100)).rows}
    assert kinds == {"orders_5d": "feature", "cancel_ratio_5d": "feature", "is_employee": "feature", "grade": "outcome"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0999, Verdict.SLIGHT),
        (0.10, Verdict.MODERATE),
        (0.1001, Verdict.MODERATE),
        (0.2499, Verdict.MODERATE),
        (0.25, Verdict.MAJOR),
    ],
)
def test_the_convention_begins_at_its_limits(value, expected):
    assert verdict_of(value, critical=0.01) is expected


@pytest.mark.parametrize(
    ("critical", "expected"), [(0.2999, Verdict.MAJOR), (0.3, Verdict.UNPROVEN), (0.3001, Verdict.UNPROVEN)]
)
def test_a_large_psi_below_its_critical_value_is_not_called_drift(critical, expected):
    assert verdict_of(0.3, critical) is expected


@pytest.mark.parametrize(("rows", "weak"), [(49, True), (50, False), (51, False)])
def test_few_scores_are_called_weak(rows, weak):
    assert drift_report(sample(500), sample(rows)).weak is weak


def test_no_drift_among_many_features_is_rarely_called_proven():
    rng = np.random.default_rng(5)
    names = [f"f{index}" for index in range(60)]
    proven = 0
    for _ in range(20):
        frames = [pd.DataFrame(rng.normal(size=(rows, 60)), columns=names) for rows in (1_000, 400)]
        proven += any(row.psi > row.critical for row in drift_report(*frames).rows)
    assert proven <= 4  # one in twenty is promised; the chi-square is a limit, met at these sizes


def test_missing_shares_are_reported_and_move_the_verdict():
    current = sample(1_000, seed=2)
    current.loc[:399, "orders_5d"] = np.nan
    row = drift_report(sample(1_000), current).rows[0]
    assert (row.name, row.reference_missing, row.current_missing, row.verdict) == ("orders_5d", 0.0, 0.4, Verdict.MAJOR)


def test_columns_of_one_side_are_listed_and_not_compared():
    report = drift_report(sample(60).rename(columns={"orders_5d": "old"}), sample(60).assign(severity=1.0))
    assert report.only_in_reference == ("old",)
    assert report.only_in_current == ("orders_5d", "severity")
    assert len(report.rows) == 3


@pytest.mark.parametrize("empty", [0, 1], ids=["reference", "current"])
def test_an_empty_side_is_an_error_that_names_it(empty):
    sides = [sample(10), sample(10)]
    sides[empty] = sides[empty].iloc[:0]
    with pytest.raises(AlertError, match=("reference sample", "scored alerts")[empty]):
        drift_report(*sides)


def test_nothing_in_common_and_text_are_errors():
    with pytest.raises(AlertError, match="no column in common"):
        drift_report(sample(5), pd.DataFrame({"other": [1.0]}))
    with pytest.raises(AlertError, match="'grade' is not numeric"):
        drift_report(sample(5), sample(5).assign(grade="high"))


def test_an_all_missing_column_has_no_median_and_the_report_is_plain_json():
    frame = sample(60).assign(empty=np.nan)
    report = drift_report(frame, frame)
    assert next(row for row in report.rows if row.name == "empty").reference_median is None
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["verdict"] == "stable"


@pytest.mark.parametrize(("rows", "tolerance"), [(99_999, 0.0), (100_000, 0.0), (350_000, 0.01)])
def test_medians_are_exact_until_the_rows_are_many(rows, tolerance):
    frame = pd.DataFrame({"x": np.random.default_rng(9).normal(size=rows)})
    row = drift_report(frame, frame).rows[0]
    assert row.current_median == pytest.approx(frame["x"].median(), abs=tolerance + 1e-6)
