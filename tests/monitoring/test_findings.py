"""From drift reports to findings: broken columns by source, abrupt and lasting change, and what follows from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from monitoring.drift import drift_report
from monitoring.far_out import SampleTails
from monitoring.findings import night_findings
from monitoring.multiplicity import effective_rows, proof_level
from monitoring.strangeness import Strange, strangeness_alarms


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


def strange_days(days: int, far: dict[str, float] | None = None, accounts: int = 30) -> Strange:
    """Thirty ordinary alerts a day; from the eleventh day the first three of each day, of new accounts, lie far out."""
    table = sample(days * 30, 5)
    numbers = np.repeat(np.arange(days), 30)
    place = np.arange(days * 30) % 30
    names = np.where(place < 3, 1_000 + np.arange(days * 30) % accounts, place).astype(str)
    for name, value in (far or {}).items():
        table.loc[(place < 3) & (numbers >= 10), name] = value
    tails = SampleTails(REFERENCE, [f"x{i}" for i in range(6)])
    return Strange(numbers, names, np.full(days * 30, 0.5), tails.measure(table))


def raised(seen: Strange) -> dict[str, str]:
    return {one.name: one.detail for one in strangeness_alarms(seen) if one.raised_on is not None}


def test_alerts_far_out_on_features_are_noticed_though_no_feature_moved_and_no_alert_is_strange():
    assert raised(strange_days(40)) == {}
    assert raised(strange_days(40, {"x4": 99.0}, accounts=900))["far_out_feature"] == "x4"
    together = dict.fromkeys(("x1", "x3", "x5"), 9.5)  # each within what training has seen, not all three
    assert "far_out_together" in raised(strange_days(40, together, accounts=900))


def test_a_client_who_keeps_being_far_out_is_no_new_kind():
    assert raised(strange_days(40, {"x4": 99.0}, accounts=3)) == {}


def test_a_value_beyond_training_is_far_out_and_a_missing_one_is_not():
    rows = pd.DataFrame({"x0": [1.0, 1e6, np.nan, -1e6]})
    assert SampleTails(REFERENCE, ["x0"]).measure(rows).beyond[:, 0].tolist() == [False, True, False, True]


def test_a_feature_that_training_never_saw_is_not_far_out_whatever_its_value():
    sample = pd.DataFrame({"x0": [np.nan] * 50})
    assert not SampleTails(sample, ["x0"]).measure(pd.DataFrame({"x0": [1.0, np.nan]})).beyond.any()


def test_strange_alerts_are_their_own_cause_unless_inputs_moved():
    seen = strange_days(5)
    seen.shares[:] = 0.99
    (alarm,) = strangeness_alarms(seen)
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
