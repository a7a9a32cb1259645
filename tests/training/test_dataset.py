from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.catalogue import FEATURES, STORED
from rules_baseline.trigger import TriggerRecord
from training.dataset import LabelledAlert, build_dataset

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


class EchoStore:
    """Answers each moment with its minute, so that a shuffled join would be seen."""

    def historical(self, moments: pd.DataFrame) -> pd.DataFrame:
        minute = moments["event_timestamp"].dt.minute.astype("float64")
        return pd.DataFrame(dict.fromkeys(STORED, minute))


def labelled(minute: int, outcome: str = "educated", decided_after: timedelta = timedelta(days=1)) -> LabelledAlert:
    at = NOON + timedelta(minutes=minute)
    trigger = TriggerRecord(
        alert_id=f"self_trade:breach:2026-03-02:SHFE.cu2605:A{minute}",
        rule_id="self_trade",
        level="breach",
        exchange="SHFE",
        contract="cu2605",
        trading_day=at.date(),
        subject_type="account",
        subject_id=f"A{minute}",
        account_id=f"A{minute}",
        triggered_at=at,
        measured=5,
        threshold=5,
        occurrence=1,
    )
    return LabelledAlert(trigger, outcome, at + decided_after)


@pytest.mark.parametrize(
    ("outcome", "grade"),
    [("no_action", 5), ("educated", 4), ("enhanced_review", 3), ("restricted", 2), ("referred", 1)],
)
def test_an_outcome_is_a_grade(outcome: str, grade: int) -> None:
    data = build_dataset([labelled(1, outcome)], EchoStore(), known_by=NOON + timedelta(days=9))
    assert data.y.tolist() == [grade]


def test_rows_stand_in_order_of_their_triggers_with_their_own_features() -> None:
    data = build_dataset([labelled(m) for m in (7, 3, 5)], EchoStore(), known_by=NOON + timedelta(days=9))
    assert data.X["trades_5d"].tolist() == [3.0, 5.0, 7.0]
    assert [t.account_id for t in data.triggers] == ["A3", "A5", "A7"]
    assert list(data.X.columns) == list(FEATURES)


@pytest.mark.parametrize(("offset", "rows"), [(-1, 1), (0, 2), (1, 2)], ids=["just-before", "at", "after"])
def test_a_disposition_decided_after_the_cut_is_unknown(offset: int, rows: int) -> None:
    late = labelled(2)
    cut = late.decided_at + timedelta(microseconds=offset)
    assert len(build_dataset([labelled(1), late], EchoStore(), known_by=cut).X) == rows


def test_no_known_label_is_one_clear_error() -> None:
    with pytest.raises(AlertError, match="no disposition was decided"):
        build_dataset([labelled(1)], EchoStore(), known_by=NOON)


def test_the_digest_moves_with_a_label_and_not_with_the_order_given() -> None:
    rows = [labelled(m) for m in (1, 2, 3)]
    known_by = NOON + timedelta(days=9)
    first = build_dataset(rows, EchoStore(), known_by=known_by).digest()
    assert build_dataset(rows[::-1], EchoStore(), known_by=known_by).digest() == first
    assert build_dataset([*rows[:2], labelled(3, "referred")], EchoStore(), known_by=known_by).digest() != first
