"""The synthetic reviewers judge by the truth, with delay, noise and a temper of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from features.events.schema import ALERTS, DISPOSITIONS, OUTCOMES
from simulation.investigator import STRICTNESS, investigate
from simulation.writer import write_table


@pytest.fixture(scope="module")
def truth(market: Any) -> pd.DataFrame:
    """What the market meant, repeated over half a year so that rare outcomes can be counted."""
    days = [market.truth.assign(trading_day=market.truth["trading_day"] + timedelta(days=21 * n)) for n in range(8)]
    return pd.concat(days, ignore_index=True)


@pytest.fixture(scope="module")
def alerts(truth: pd.DataFrame, alerts_of: Any) -> pd.DataFrame:
    return alerts_of(truth)


@pytest.fixture(scope="module")
def decided(alerts: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    return investigate(alerts, truth, seed=7)


def severity(rows: pd.DataFrame) -> pd.Series:
    return rows["outcome"].map(OUTCOMES.index)


def test_the_answer_is_the_dispositions_table(decided: pd.DataFrame, tmp_path: Any) -> None:
    assert list(decided.columns) == list(DISPOSITIONS.column_names)
    columns = {name: pa.array(decided[name], from_pandas=True) for name in decided.columns}
    assert write_table(tmp_path, DISPOSITIONS, columns) == len(decided)


def test_every_outcome_occurs_and_the_worst_are_rare_but_learnable(decided: pd.DataFrame) -> None:
    share = decided["outcome"].value_counts(normalize=True)
    assert set(share.index) == set(OUTCOMES)
    assert (share >= 0.02).all()
    assert share["referred"] < 0.15
    assert share["restricted"] < 0.25


def test_a_decision_takes_an_hour_to_ten_days(decided: pd.DataFrame) -> None:
    delay = decided["decided_at"] - decided["alerted_at"]
    assert (delay >= pd.Timedelta(hours=1)).all()
    assert (delay <= pd.Timedelta(days=10)).all()
    assert delay.nunique() > 100


def test_some_alerts_are_never_decided(alerts: pd.DataFrame, decided: pd.DataFrame) -> None:
    assert 0.03 < 1 - len(decided) / len(alerts) < 0.15
    assert decided["alert_id"].is_unique


def test_the_strictest_reviewer_is_more_severe_than_the_mildest(decided: pd.DataFrame) -> None:
    means = severity(decided).groupby(decided["decided_by"]).mean()
    assert set(means.index) == set(STRICTNESS)
    assert means["r1"] < means["r3"] < means["r5"]


def test_true_misconduct_is_treated_worse_than_its_look_alike(decided: pd.DataFrame, truth: pd.DataFrame) -> None:
    guilty = set(truth.loc[~truth["innocent_look_alike"], "account_id"])
    bad = decided["account_id"].isin(guilty)
    assert severity(decided)[bad].mean() > severity(decided)[~bad].mean() + 1
    assert decided.loc[~bad, "outcome"].isin(["no_action", "educated"]).mean() > 0.9


def test_a_breach_weighs_more_than_a_warning_and_an_excess_more_than_the_limit(
    alerts_of: Any, alerts: pd.DataFrame, decided: pd.DataFrame, truth: pd.DataFrame
) -> None:
    level = decided["alert_id"].str.split(":").str[1]
    means = severity(decided).groupby(level).mean()
    assert means["breach"] > means["warning"]
    far = investigate(alerts_of(truth, excess=3.0), truth, seed=7)
    assert severity(far).mean() > severity(decided).mean()


def test_repeated_breaches_are_treated_worse(alerts: pd.DataFrame, truth: pd.DataFrame) -> None:
    late = sorted(alerts["trading_day"].unique())[-10:]
    alone = investigate(alerts[alerts["trading_day"].isin(late)], truth, seed=7)
    with_past = investigate(alerts, truth, seed=7)
    with_past = with_past[with_past["alert_id"].isin(alone["alert_id"])]
    assert severity(with_past).mean() > severity(alone).mean()


def test_later_alerts_do_not_change_earlier_answers(
    alerts: pd.DataFrame, truth: pd.DataFrame, decided: pd.DataFrame
) -> None:
    early = alerts[alerts["trading_day"] <= sorted(alerts["trading_day"].unique())[20]]
    first = investigate(early, truth, seed=7)
    same = decided[decided["alert_id"].isin(early["alert_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, same)


def test_until_hides_what_is_decided_later_and_only_that(
    alerts: pd.DataFrame, truth: pd.DataFrame, decided: pd.DataFrame
) -> None:
    cut = decided["decided_at"].iloc[len(decided) // 2].to_pydatetime()
    known = investigate(alerts, truth, seed=7, until=cut)
    pd.testing.assert_frame_equal(known, decided[decided["decided_at"] <= cut].reset_index(drop=True))
    just_before = investigate(alerts, truth, seed=7, until=cut - timedelta(microseconds=1))
    assert known["decided_at"].iloc[-1] == cut
    assert len(just_before) < len(known)
    naive = investigate(alerts, truth, seed=7, until=cut.astimezone(UTC).replace(tzinfo=None))
    pd.testing.assert_frame_equal(naive, known)


def test_the_order_of_the_alerts_does_not_matter_and_the_seed_does(
    alerts: pd.DataFrame, truth: pd.DataFrame, decided: pd.DataFrame
) -> None:
    shuffled = alerts.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(investigate(shuffled, truth, seed=7), decided)
    assert not investigate(alerts, truth, seed=8).equals(decided)


def test_null_measures_and_unzoned_times_are_accepted(alerts: pd.DataFrame, truth: pd.DataFrame) -> None:
    bare = alerts.head(40).assign(measured=None, threshold=None)
    bare["triggered_at"] = bare["triggered_at"].dt.tz_localize(None)
    found = investigate(bare, truth, seed=7)
    assert str(found["alerted_at"].dtype) == "datetime64[us, UTC]"
    assert len(found) > 20


def test_no_alerts_give_no_dispositions(truth: pd.DataFrame) -> None:
    empty = investigate(pd.DataFrame(columns=list(ALERTS.column_names)), truth, seed=7)
    assert list(empty.columns) == list(DISPOSITIONS.column_names)
    assert empty.empty


def test_before_the_first_decision_nothing_is_known(alerts: pd.DataFrame, truth: pd.DataFrame) -> None:
    assert investigate(alerts, truth, seed=7, until=datetime(2020, 1, 1, tzinfo=UTC)).empty
