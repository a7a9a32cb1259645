"""From drift reports to findings: broken columns by source, abrupt and lasting change, and what follows from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from monitoring.drift import drift_report
from monitoring.findings import night_findings
from monitoring.multiplicity import effective_rows, proof_level
from monitoring.strangeness import strangeness_alarm


def sample(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(np.exp(rng.normal(size=(rows, 6))), columns=[f"x{i}" for i in range(6)])
    return table.assign(grade=rng.integers(1, 6, rows))


REFERENCE = sample(3_000, 1)
FAMILIES = {"x0": "funding", "x1": "funding"}


def causes(today: pd.DataFrame, weeks: pd.DataFrame, alarms=()) -> list[tuple[str, str]]:
    reports = drift_report(REFERENCE, today), drift_report(REFERENCE, weeks)
    return [(one.cause, one.severity) for one in night_findings(*reports, alarms, FAMILIES)]


def test_nothing_moved_nothing_found():
    assert causes(sample(60, 2), sample(1_000, 3)) == []


@pytest.mark.parametrize("break_it", [lambda v: v * np.nan, lambda v: v * 100], ids=["null", "unit"])
def test_columns_of_one_source_that_break_are_one_cause(break_it):
    today = sample(60, 2)
    today[["x0", "x1"]] = break_it(today[["x0", "x1"]])
    assert set(causes(today, pd.concat([sample(1_000, 3), today]))) == {("broken:funding", "critical")}


def test_an_abrupt_change_is_critical_and_a_mild_lasting_one_a_warning():
    assert ("inputs_moved", "critical") in causes(sample(60, 2) * 4, sample(1_000, 3))
    mild = sample(1_000, 3)
    mild["x2"] *= 1.9
    assert causes(sample(60, 2), mild) == [("inputs_moved", "warning")]


@pytest.mark.parametrize(("rows", "said"), [(14, False), (15, True)])
def test_a_day_of_few_scores_says_nothing_by_itself(rows, said):
    broken = sample(rows, 2).assign(x0=np.nan)
    assert (("broken:funding", "critical") in causes(broken, sample(1_000, 3))) is said


def test_strange_alerts_are_their_own_cause_unless_inputs_moved():
    alarm = strangeness_alarm([np.full(30, 0.99)] * 5, range(5))
    assert alarm.raised_on is not None
    assert causes(sample(60, 2), sample(1_000, 3), [alarm]) == [("new_kind", "critical")]
    assert ("new_kind", "critical") not in causes(sample(60, 2) * 4, sample(1_000, 3), [alarm])


def test_rows_of_one_account_are_worth_less_than_rows_of_many():
    table = sample(400, 4)
    many = drift_report(REFERENCE, table, subjects=pd.Series([str(i) for i in range(400)]))
    few = drift_report(REFERENCE, table, subjects=pd.Series([str(i % 4) for i in range(400)]))
    assert (many.effective_rows, few.effective_rows) == (400.0, 4.0)
    assert few.rows[0].critical > many.rows[0].critical


def test_the_proof_level_shares_the_rate_out_and_grows_with_what_is_proven():
    assert proof_level([0.9] * 10, 0.05) == pytest.approx(0.005)
    assert proof_level([0.001, 0.009] + [0.9] * 8, 0.05) == pytest.approx(0.01)
    assert effective_rows([]) == 0.0


def test_a_slice_that_moved_is_named_though_the_whole_has_not():
    reference = pd.DataFrame({"alert_rule_code": [1.0, 2.0] * 500, "grade": [1, 5, 3, 3] * 250})
    current = pd.DataFrame({"alert_rule_code": [1.0, 2.0] * 200, "grade": [5, 1, 3, 3] * 100})
    rows = {(row.name, row.slice): row for row in drift_report(reference, current).rows}
    assert rows["grade", None].verdict == "stable"
    assert rows["grade", "rule=1"].verdict == "major"
