"""The how-manieth time, clause by clause: own days, notices, which of them count, and whose they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from rules_baseline.occurrence import Notice, Occurrences, occurrences_of

KEY = ("SHFE", "self_trade", "G1")
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 2, tzinfo=UTC).replace(tzinfo=None)  # as the engine keeps instants


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def book(*own: int, notices: tuple[tuple[int, int, datetime], ...] = ()) -> Occurrences:
    """Breaches so many days back; notices as (days back, occurrence, received)."""
    made = Occurrences(365)
    for days in own:
        made.add(KEY, back(days), datetime.combine(back(days), AT.time()))
    made.add_notices(KEY, [Notice(back(days), received, occurrence) for days, occurrence, received in notices])
    return made


EARLY = AT - timedelta(days=1)


@pytest.mark.parametrize(("days", "breach", "warning"), [(1, 2, 1), (364, 2, 1), (365, 1, 0)])
def test_a_breach_counts_within_the_window_and_a_warning_counts_the_days_before(
    days: int, breach: int, warning: int
) -> None:
    assert book(days).of(KEY, "breach", DAY, AT) == breach
    assert book(days).of(KEY, "warning", DAY, AT) == warning


def test_what_the_broker_saw_counts_where_the_exchange_told_of_less() -> None:
    assert book(5, 4, 3, notices=((2, 1, EARLY),)).of(KEY, "breach", DAY, AT) == 4, "own: three days and this one"
    assert book(5, notices=((2, 7, EARLY),)).of(KEY, "breach", DAY, AT) == 8, "the exchange's seven and this one"


@pytest.mark.parametrize(
    ("received", "told"), [(AT - timedelta(microseconds=1), 5), (AT, 5), (AT + timedelta(microseconds=1), 1)]
)
def test_a_notice_counts_from_the_instant_it_was_received(received: datetime, told: int) -> None:
    assert book(notices=((3, 4, received),)).of(KEY, "breach", DAY, AT) == told


def test_of_several_notices_the_one_of_the_latest_day_speaks() -> None:
    two = ((9, 6, EARLY), (3, 2, EARLY - timedelta(days=2)))
    assert book(notices=two).of(KEY, "breach", DAY, AT) == 3
    assert book(notices=two[::-1]).of(KEY, "breach", DAY, AT) == 3


def test_own_days_count_on_after_the_notices_day_and_not_on_it() -> None:
    assert book(3, 2, notices=((3, 4, EARLY),)).of(KEY, "breach", DAY, AT) == 6
    assert book(notices=((0, 4, EARLY),)).of(KEY, "breach", DAY, AT) == 4, "a notice of this very day says it already"


@pytest.mark.parametrize(("days", "told"), [(364, 5), (365, 1)])
def test_a_notice_counts_within_the_window(days: int, told: int) -> None:
    assert book(notices=((days, 4, EARLY),)).of(KEY, "breach", DAY, AT) == told


def test_past_alerts_count_as_breaches_of_their_own_subject_alone() -> None:
    columns = ("level", "exchange", "rule_id", "subject_id", "account_id", "trading_day", "triggered_at")
    past = [
        ("breach", "SHFE", "self_trade", "G1", "A1", back(3), EARLY - timedelta(days=2)),
        ("warning", "SHFE", "self_trade", "G1", "A1", back(2), EARLY - timedelta(days=1)),
        ("breach", "INE", "self_trade", "G1", "A1", back(2), EARLY - timedelta(days=1)),
        ("breach", "SHFE", "large_cancel", "G1", "A1", back(2), EARLY - timedelta(days=1)),
        ("breach", "SHFE", "self_trade", "A1", "A1", back(2), EARLY - timedelta(days=1)),
    ]
    alerts = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in past])
    known = occurrences_of({"alerts": alerts}, 365)
    assert known.of(KEY, "breach", DAY, AT) == 2
    assert known.of(("SHFE", "self_trade", "A1"), "breach", DAY, AT) == 2
