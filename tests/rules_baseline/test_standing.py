"""Whose counts a question is about, and of which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.standing import Whose, refuse_stranger, standing
from tests.rules_baseline.raw_book import DAYS, RawBook

BEFORE, DAY = date(2026, 2, 27), date(2026, 3, 2)


@pytest.fixture
def events(market: Any, tmp_path: Path) -> Iterator[Any]:
    """A1 is in G1 from the second day on, A2 until then; A3 in no group."""
    for account in ("A1", "A2", "A3"):
        for day in (BEFORE, DAY):
            market.order(account, exchange="DCE", day=day)
    market.member("G1", "A1", begins=DAY)
    market.member("G1", "A2", ends=DAY)
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as loaded:
        yield loaded


@pytest.mark.parametrize(
    ("account", "day", "group"),
    [("A1", BEFORE, None), ("A1", DAY, "G1"), ("A2", BEFORE, "G1"), ("A2", DAY, None), ("A3", DAY, None)],
)
def test_an_account_stands_with_its_declared_group_on_the_days_of_its_membership(
    events: Any, account: str, day: date, group: str | None
) -> None:
    assert standing(events, account, day) == Whose(day, account, group)


def test_without_a_day_it_is_the_latest_and_without_a_subject_everybody(events: Any) -> None:
    assert standing(events) == Whose(DAY, None)
    assert standing(events, "G1") == Whose(DAY, "G1"), "a group stands for itself"


def test_a_day_without_rows_is_refused(events: Any) -> None:
    with pytest.raises(AlertError, match=r"2026-02-28.*from 2026-02-27 to 2026-03-02"):
        standing(events, None, date(2026, 2, 28))


def test_a_subject_that_no_table_names_is_a_stranger(events: Any) -> None:
    for known in ("A1", "G1", None):
        refuse_stranger(events, Whose(DAY, known))
    with pytest.raises(AlertError, match=r"A9.*no such account or group"):
        refuse_stranger(events, Whose(DAY, "A9"))


def test_an_account_of_any_table_is_no_stranger(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    book = RawBook().add("positions", account_id="P", trading_day=DAY, volume=1)
    book.event("logins", "L", 0, noon, mac="m").event("cash_flows", "C", 0, noon, amount=Decimal(1))
    with load_events(book.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as loaded:
        for account in "PLC":
            refuse_stranger(loaded, standing(loaded, account))


def test_a_day_that_only_screens_judge_may_be_asked_for(tmp_path: Path) -> None:
    with load_events(RawBook().calendar(2).write(tmp_path / "events"), pseudonym_key=b"0" * 32) as loaded:
        assert standing(loaded) == Whose(DAYS[1], None), "the latest without orders and trades"
        assert standing(loaded, "A1", DAYS[0]) == Whose(DAYS[0], "A1")


def test_data_without_a_day_stand_on_none(market: Any, tmp_path: Path) -> None:
    with load_events(market.write(tmp_path / "none"), pseudonym_key=b"0" * 32) as loaded:
        assert standing(loaded) == Whose(None, None)
        with pytest.raises(AlertError, match="of no day"):
            standing(loaded, None, DAY)
