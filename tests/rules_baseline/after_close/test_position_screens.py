"""Screens of positions at the close: concentration, limits and leverage."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

FIRST = date(2026, 3, 2)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def hold(book: Any, account: str, number: int, lots: int, **row: Any) -> None:
    book.add("positions", trading_day=day(number), account_id=account, volume=lots, **row)


def equity(book: Any, account: str, number: int, amount: object) -> None:
    book.add("account_days", trading_day=day(number), account_id=account, equity=Decimal(str(amount)))


def test_lots_are_compared_with_the_median_of_the_days_before(book: Any, screen: Any) -> None:
    book.calendar(3)
    for account, before in (("at", (1, 3)), ("above", (2, 3)), ("flat", (0, 0)), ("half", (0, 4))):
        for number, lots in enumerate(before):
            if lots:
                hold(book, account, number, lots)
        hold(book, account, 2, 6)
        hold(book, account, 2, 4, side="short")
        equity(book, account, 2, "3333.33")  # 10 x 100 x 10 = 10,000 >= 3 x 3,333.33
    said = screen(book, "position_concentration")
    # medians 2, 2.5, 0, 2
    assert said.hits(2) == [("at", 5.0), ("flat", None), ("half", 5.0)]
    assert said.answer("above", 2) == ("MISS", "limit not reached")


@pytest.mark.parametrize(
    ("amount", "answer"), [("3000", "HIT"), ("3000.01", "MISS"), ("0", "HIT"), ("-1", "HIT"), (None, "UNKNOWN")]
)
def test_value_is_compared_with_equity(book: Any, screen: Any, amount: str | None, answer: str) -> None:
    book.calendar(2)
    hold(book, "A", 1, 9)  # 9 x 100 x 10 = 9,000, three times 3,000
    if amount is not None:
        equity(book, "A", 1, amount)
    assert screen(book, "position_concentration").answer("A", 1)[0] == answer


def test_the_first_trading_day_has_no_median(book: Any, screen: Any) -> None:
    book.calendar(1)
    hold(book, "A", 0, 10)
    equity(book, "A", 0, 1)
    assert screen(book, "position_concentration").answer("A")[0] == "UNKNOWN"


def test_a_position_limit_is_exceeded_above_it_by_the_whole_group(book: Any, screen: Any) -> None:
    book.calendar(1).add("position_limits", limit=10)
    for account in ("A", "B", "Z"):
        book.add("control_groups", group_id="G", account_id=account)
    hold(book, "A", 0, 5)
    hold(book, "B", 0, 6)
    hold(book, "Z", 0, 99, side="short")
    hold(book, "C", 0, 10)
    hold(book, "D", 0, 99, contract="al2605")
    said = screen(book, "position_limit")
    assert [(a.contract, a.subject_type, a.subject_id, a.account_id, a.measured, a.threshold) for a in said.alerts] == [
        ("cu2605/long", "group", "G", "B", 11.0, 10.0),
        ("cu2605/short", "group", "G", "Z", 99.0, 10.0),
    ]
    assert said.alerts[0].alert_id == "position_limit:breach:2026-03-02:SHFE.cu2605/long:G"
    assert said.evidence(0)["members"] == {"A": 5, "B": 6}
    assert said.answer("C")[0] == said.answer("D")[0] == "MISS"


def test_without_a_table_of_limits_nothing_is_said_of_them(book: Any, screen: Any) -> None:
    hold(book.calendar(1), "A", 0, 10)
    assert screen(book, "position_limit").answer("A") == ("UNKNOWN", "no table of position_limits")


def test_leverage_counts_futures_of_both_sides(book: Any, screen: Any) -> None:
    book.calendar(1).add("contracts", contract="cu2605C", kind="option").calendar(1, contract="cu2605C")
    for account, amount in (("at", 10_000), ("below", "10000.0001"), ("broke", 0), ("optionist", -5)):
        equity(book, account, 0, amount)
        if account != "optionist":
            hold(book, account, 0, 60)
            hold(book, account, 0, 40, side="short")
        hold(book, account, 0, 1000, contract="cu2605C")
    hold(book, "poor", 0, 1)
    said = screen(book, "leverage")
    assert said.hits() == [("at", 10.0), ("broke", None)]
    assert said.answer("poor")[0] == "UNKNOWN"
    assert said.answer("optionist")[0] == said.answer("below")[0] == "MISS"


def test_a_position_that_cannot_be_valued_leaves_leverage_open_unless_the_rest_is_enough(
    book: Any, screen: Any
) -> None:
    book.calendar(1)
    for account, amount in (("enough", 10_000), ("not", 10_001)):
        equity(book, account, 0, amount)
        hold(book, account, 0, 100)
        hold(book, account, 0, 1, contract="xx")
    said = screen(book, "leverage")
    assert said.hits() == [("enough", 10.0)]
    assert said.answer("not")[0] == "UNKNOWN"


@pytest.mark.parametrize(
    ("first", "end", "answer"), [(0, None, "HIT"), (1, None, "MISS"), (-9, 1, "HIT"), (-9, 0, "MISS")]
)
def test_a_position_limit_counts_from_its_first_day_to_the_day_before_its_end(
    book: Any, screen: Any, first: int, end: int | None, answer: str
) -> None:
    until = None if end is None else day(end)
    book.calendar(1).add("position_limits", limit=10, valid_from=day(first), valid_to=until)
    hold(book, "A", 0, 11)
    assert screen(book, "position_limit").answer("A")[0] == answer


def test_of_members_with_equal_lots_the_smallest_id_stands_for_the_group(book: Any, screen: Any) -> None:
    book.calendar(1).add("position_limits", limit=10)
    for account in ("B", "A"):
        book.add("control_groups", group_id="G", account_id=account)
        hold(book, account, 0, 6)
    assert [(a.subject_id, a.account_id) for a in screen(book, "position_limit").alerts] == [("G", "A")]


def test_a_future_without_a_settlement_price_leaves_leverage_open(book: Any, screen: Any) -> None:
    book.calendar(1).add("contracts", contract="zn2605", product="zn")
    equity(book, "A", 0, 10_000)
    hold(book, "A", 0, 1, contract="zn2605")
    assert screen(book, "leverage").answer("A")[0] == "UNKNOWN"


def test_index_futures_are_futures(book: Any, screen: Any) -> None:
    book.calendar(1).add("contracts", contract="zn2605", product="zn", kind="index_future")
    equity(book, "A", 0, 0)
    hold(book, "A", 0, 1, contract="zn2605")
    assert screen(book, "leverage").answer("A")[0] == "HIT"


def test_a_position_of_no_lots_is_no_position(book: Any, screen: Any) -> None:
    book.calendar(2)
    for account, lots in (("none", 0), ("some", 1)):
        hold(book, account, 1, lots)
        equity(book, account, 1, 100_000)
    said = screen(book, "position_concentration")
    assert {row["subject_id"] for row in said.findings} == {"some"}


def test_a_member_counts_in_its_group_from_the_first_day_to_the_day_before_the_last(book: Any, screen: Any) -> None:
    book.calendar(3).add("position_limits", limit=10)
    for account in ("A", "B"):
        book.add("control_groups", group_id="G", account_id=account, valid_from=day(1), valid_to=day(2))
        for number in range(3):
            hold(book, account, number, 6)
    said = screen(book, "position_limit")
    assert [(a.subject_id, a.trading_day) for a in said.alerts] == [("G", day(1))]


def test_a_contract_is_that_of_the_day_from_its_first_day(book: Any, screen: Any) -> None:
    book.calendar(2).add("contracts", contract="zn2605", product="zn", kind="index_future", valid_from=day(1))
    for number in range(2):
        equity(book, "A", number, 0)
        hold(book, "A", number, 1, contract="zn2605")
    said = screen(book, "leverage")
    assert [said.answer("A", number)[0] for number in range(2)] == ["UNKNOWN", "HIT"]


@pytest.mark.parametrize(("amount", "answer"), [("3000", "HIT"), ("3000.01", "MISS")])
def test_a_settlement_price_below_zero_has_a_value_like_any_other(
    book: Any, screen: Any, amount: str, answer: str
) -> None:
    book.calendar(2).add("contracts", contract="SP a&b").calendar(2, contract="SP a&b", settlement_price=Decimal(-100))
    hold(book, "A", 1, 9, contract="SP a&b")  # 9 x 100 x 10 = 9,000, three times 3,000
    equity(book, "A", 1, amount)
    assert screen(book, "position_concentration").answer("A", 1)[0] == answer


def test_a_contract_below_zero_does_not_cancel_another_in_the_leverage(book: Any, screen: Any) -> None:
    book.calendar(1).add("contracts", contract="SP a&b").calendar(1, contract="SP a&b", settlement_price=Decimal(-100))
    for account, amount in (("at", "10000"), ("below", "10000.0001")):
        equity(book, account, 0, amount)
        hold(book, account, 0, 60)
        hold(book, account, 0, 40, contract="SP a&b")
    said = screen(book, "leverage")
    assert said.hits() == [("at", 10.0)]
    assert said.answer("below")[0] == "MISS"
