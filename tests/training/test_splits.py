from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from training.splits import SplitPlan, split, subject_share

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=20)]


def alerts(delay_hours: float = 2.0) -> pd.DataFrame:
    rows = []
    for day in DAYS:
        for n in range(10):
            at = datetime(day.year, day.month, day.day, 2, n, tzinfo=UTC)
            rows.append((day, f"S{n}", at, at + timedelta(hours=delay_hours)))
    return pd.DataFrame(rows, columns=["trading_day", "subject_id", "triggered_at", "decided_at"])


def test_parts_follow_each_other_in_time_with_an_embargo_between() -> None:
    frame = alerts()
    parts = split(frame, SplitPlan(calibration_days=0.2, test_days=0.2, embargo_days=2))
    days = {
        name: sorted(frame.loc[getattr(parts, name), "trading_day"].unique())
        for name in ("train", "calibration", "test")
    }
    assert days["test"] == DAYS[-4:]
    assert days["calibration"][-1] == DAYS[-4 - 2 - 1]
    assert days["train"][-1] == DAYS[DAYS.index(days["calibration"][0]) - 3]


def test_a_held_out_subject_is_in_no_earlier_part() -> None:
    frame = alerts()
    parts = split(frame, SplitPlan(held_out_subjects=0.3))
    unseen = set(frame.loc[parts.unseen, "subject_id"])
    assert unseen
    assert unseen.isdisjoint(frame.loc[parts.train | parts.calibration, "subject_id"])
    assert unseen == {s for s in frame["subject_id"].unique() if subject_share(s) < 0.3}


@pytest.mark.parametrize(("offset", "kept"), [(-1, True), (0, False), (1, False)], ids=["just-before", "at", "after"])
def test_a_label_counts_only_when_decided_before_the_test_begins(offset: int, kept: bool) -> None:
    frame = alerts()
    begin = split(frame, SplitPlan()).test_from
    row = frame.index[split(frame, SplitPlan()).train][0]
    frame.loc[row, "decided_at"] = pd.Timestamp(begin) + pd.Timedelta(offset, "us")
    assert bool(split(frame, SplitPlan()).train[row]) is kept


def test_test_rows_keep_labels_that_were_decided_late() -> None:
    frame = alerts(delay_hours=24 * 30)
    with pytest.raises(AlertError, match="train part of the split is empty"):
        split(frame, SplitPlan())


def test_too_few_days_is_one_clear_error() -> None:
    frame = alerts()
    with pytest.raises(AlertError, match="2 trading days"):
        split(frame[frame["trading_day"].isin(DAYS[:2])], SplitPlan())


def test_a_subject_has_the_same_side_for_ever() -> None:
    assert subject_share("A001") == subject_share("A001") == pytest.approx(0.1503, abs=1)
    assert 0 <= subject_share("") < 1
