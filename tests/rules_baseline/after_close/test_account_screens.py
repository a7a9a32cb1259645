"""Screens of one account over a window: losses, trades, fees, logins and cash."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest


def days_of(book: Any, account: str, days: range, **row: Any) -> None:
    for day in days:
        dated = {name: Decimal(value) for name, value in row.items()}
        book.add("account_days", trading_day=book_day(day), account_id=account, **dated)


def book_day(number: int) -> Any:
    return date(2026, 3, 2) + timedelta(days=number)


def test_a_loss_counts_from_both_limits_on(book: Any, screen: Any) -> None:
    days_of(book, "at", range(20), net_pnl=-25_000, equity=1_000_000)
    days_of(book, "small", range(20), net_pnl="-24999.9999", equity=10)
    days_of(book, "rich", range(20), net_pnl=-25_000, equity="1000000.0001")
    days_of(book, "broke", range(20), net_pnl=-25_000, equity=-5)
    said = screen(book, "large_loss")
    assert said.hits() == [("at", 500_000.0), ("broke", 500_000.0)]
    assert said.answer("rich", 19) == ("MISS", "limit not reached")
    found = said.evidence(0)
    assert found["days"] == {"asked": 20, "used": 20, "from": "2026-03-02", "to": "2026-03-21"}
    assert found["limits"] == {"loss": "500000", "loss_to_equity": "0.5"}
    assert (found["measured"]["loss_to_equity"], found["distances"]["loss_to_equity"]) == ("0.5", 0)
    assert found["events"] == 20


def test_a_loss_leaves_the_window_after_twenty_days(book: Any, screen: Any) -> None:
    days_of(book, "A", range(1), net_pnl=-500_000, equity=1_000_000)
    days_of(book, "B", range(25))
    said = screen(book, "large_loss")
    assert [alert.trading_day for alert in said.alerts] == [book_day(n) for n in range(20)]
    assert said.evidence(0)["days"]["used"] == 1
    assert not [row for row in said.findings if row["subject_id"] == "A" and row["trading_day"] > book_day(19)]


def test_trades_and_lots_of_the_day_both_have_to_be_many(book: Any, screen: Any) -> None:
    for account, trades, lots in (("at", 50, 10), ("few", 49, 11), ("light", 50, 9)):
        for _ in range(trades):
            book.at("trades", account, side="buy", volume=lots)
    for _ in range(25):  # the same split over two days is not enough
        book.at("trades", "split", 0, side="buy", volume=10).at("trades", "split", 1, side="buy", volume=10)
    said = screen(book, "frequent_trading")
    assert said.hits() == [("at", 50.0)]
    found = said.evidence()
    assert (found["lots"], found["events"], len(found["event_ids"])) == (500, 50, 50)


def test_fees_are_compared_with_the_exchange_fees_of_the_same_days(book: Any, screen: Any) -> None:
    days_of(book, "at", range(1), fee=10_000, exchange_fee=2_000)
    days_of(book, "below", range(1), fee=10_000, exchange_fee="2000.0001")
    days_of(book, "small", range(1), fee="9999.9999", exchange_fee=1)
    days_of(book, "none", range(1), fee=20_000, exchange_fee=0)
    said = screen(book, "high_fee")
    assert said.hits() == [("at", 5.0)]
    assert said.answer("none") == ("UNKNOWN", "no exchange fee in the window")
    assert {said.answer(name)[0] for name in ("below", "small")} == {"MISS"}


def test_lending_needs_three_machines_and_three_password_changes(book: Any, screen: Any) -> None:
    def logins(account: str, macs: str, changes: int, event: str = "login") -> None:
        for number, mac in enumerate(macs):
            book.at("logins", account, number % 3, number, mac=mac, event=event)
        for number in range(changes):
            book.at("logins", account, 3, number, event="password_change", mac="z")

    book.calendar(4)
    logins("at", "abcabc", 3)
    logins("macs", "abab", 3)
    logins("changes", "abc", 2)
    logins("failed", "abc", 3, "login_failed")
    book.at("logins", "at", 3, 99, mac=None)
    said = screen(book, "margin_lending")
    assert said.hits(3) == [("at", 3.0)]
    assert said.evidence()["password_changes"] == 3


def test_a_machine_seen_again_counts_once_and_leaves_when_its_last_login_does(book: Any, screen: Any) -> None:
    book.calendar(30)
    for day, mac in ((0, "a"), (5, "a"), (1, "b"), (2, "c")):
        book.at("logins", "A", day, mac=mac)
    for number in range(3):
        book.at("logins", "A", 6, number, event="password_change")
    said = screen(book, "margin_lending")
    # b leaves after day 20, so 3 macs from the first password change to then; a is kept by its second login
    assert [alert.trading_day for alert in said.alerts] == [book_day(n) for n in range(6, 21)]
    totals = {row["trading_day"]: row["day_total"] for row in said.findings}
    assert [totals[book_day(n)] for n in (20, 21, 22, 24, 25)] == [3.0, 2.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("flow", "past", "history", "answer"),
    [
        (500_000, 250_000, 5, "HIT"),
        (500_000, 250_001, 5, "MISS"),
        (499_999, 1, 5, "MISS"),
        (500_000, 0, 5, "HIT"),
        (500_000, 0, 4, "UNKNOWN"),
    ],
)
def test_a_flow_is_compared_with_the_mean_of_the_days_before(
    book: Any, screen: Any, flow: int, past: int, history: int, answer: str
) -> None:
    days_of(book, "A", range(history + 1))
    for day in range(history):
        if past:
            book.at("cash_flows", "A", day, amount=Decimal(past), direction="withdrawal" if day % 2 else "deposit")
    book.at("cash_flows", "A", history, amount=Decimal(flow))
    said = screen(book, "funding_jump")
    assert said.answer("A", history)[0] == answer
    if answer == "HIT":
        measured = said.alerts[-1].measured
        assert measured == (2.0 if past else None)
        assert (said.evidence()["history_days"], said.evidence()["days"]["used"]) == (5, 5)


def test_days_of_history_without_a_flow_lower_the_mean(book: Any, screen: Any) -> None:
    days_of(book, "A", range(25))
    book.at("cash_flows", "A", 0, amount=Decimal(999_999_999))  # 24 days ago: out of the history
    book.at("cash_flows", "A", 4, amount=Decimal(5_000_000)).at("cash_flows", "A", 24, amount=Decimal(500_000))
    said = screen(book, "funding_jump")
    assert said.hits(24) == [("A", 2.0)]  # mean of 20 days: 250,000


def test_account_days_given_without_rows_are_a_history_too_short(book: Any, screen: Any) -> None:
    book.at("cash_flows", "A", 0, amount=Decimal(500_000)).at("orders", "A")
    book.tables["account_days"] = []
    assert screen(book, "funding_jump").answer("A") == ("UNKNOWN", "fewer days of history than wanted")


def test_without_account_days_whoever_has_a_flow_that_day_is_unknown_and_nobody_else(book: Any, screen: Any) -> None:
    book.at("cash_flows", "A", amount=Decimal(500_000)).at("orders", "B").at("trades", "B")
    said = screen(book, "funding_jump")
    assert said.answer("A") == ("UNKNOWN", "no table of account_days")
    assert [row["subject_id"] for row in said.findings] == ["A"], "B has no cash flow to look at"


def test_without_cash_flows_everyone_who_traded_is_unknown(book: Any, screen: Any) -> None:
    days_of(book.at("orders", "A"), "A", range(1))
    assert screen(book, "funding_jump").answer("A") == ("UNKNOWN", "no table of cash_flows")


def test_without_the_column_of_machines_nobody_who_logged_in_is_cleared(book: Any, screen: Any) -> None:
    book.absent.add("logins.mac")
    book.at("logins", "A").at("orders", "B")
    for number in range(3):
        book.at("logins", "A", 0, number, event="password_change")
    said = screen(book, "margin_lending")
    assert said.answer("A") == ("UNKNOWN", "no column logins.mac")
    assert [(row["subject_id"], row["day_total"]) for row in said.findings] == [("A", None)]
