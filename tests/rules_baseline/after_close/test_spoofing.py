"""Spoofing: withdrawn orders around a filled one, each order used once, and a partner on the other side."""

from __future__ import annotations

from typing import Any

import pytest

from rules_baseline.grade import baseline_grade


def episode(
    book: Any,
    account: str,
    at: float,
    *,
    lots: int = 2,
    accepted: float = -60,
    cancelled: float = 10,
    withdrawn: int = 10,
    **row: Any,
) -> None:
    """A sale of ``lots`` at ``at``, and a buy order accepted and cancelled around it."""
    order = f"r{account}{at}"
    book.at("trades", account, 0, at, side="sell", volume=lots, order_id=f"f{account}{at}", **row)
    book.at("orders", account, 0, at + accepted, order_id=order, volume=withdrawn, **row)
    changes = {"event": "cancelled", "cancelled_by": "client", "volume": withdrawn, **row}
    book.at("orders", account, 0, at + cancelled, order_id=order, **changes)


def test_three_episodes_on_one_contract(book: Any, screen: Any) -> None:
    for number in range(3):
        episode(book, "A", 100.0 * number)
        if number < 2:
            episode(book, "B", 100.0 * number)
        episode(book, "C", 100.0 * number, contract=f"c{number}")
    said = screen(book, "spoofing")
    assert said.hits() == [("A", 3.0)]
    alert, found = said.alerts[0], said.evidence()
    assert alert.alert_id == "spoofing:breach:2026-03-02:SHFE.cu2605:A"
    assert (found["events"], found["partner_traded"]) == (6, False)
    assert said.answer("B") == ("MISS", "limit not reached")
    assert baseline_grade(said.alerts).clause == "spoofing"


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"accepted": -60.000001}, False),
        ({"accepted": 0}, False),
        ({"accepted": -0.000001}, True),
        ({"cancelled": 10.000001}, False),
        ({"cancelled": 0}, False),
        ({"cancelled": 0.000001}, True),
        ({"withdrawn": 9}, False),
        ({"cancelled_by": None}, True),
        ({"cancelled_by": "broker"}, False),
    ],
)
def test_the_edges_of_an_episode(book: Any, screen: Any, changes: dict[str, Any], counts: bool) -> None:
    for number in range(3):
        episode(book, "A", 100.0 * number, **changes)
    assert bool(screen(book, "spoofing").alerts) is counts


def test_an_order_that_was_filled_is_none_of_them_nor_one_of_the_same_side_or_without_its_accept(
    book: Any, screen: Any
) -> None:
    for number in range(3):
        at = 100.0 * number
        for account in ("filled", "same", "unseen"):
            episode(book, account, at)
        book.at("trades", "filled", 0, at + 20, side="buy", order_id=f"rfilled{at}")
    for row in book.tables["orders"]:
        if row["account_id"] == "same":
            row["side"] = "sell"
    book.tables["orders"] = [
        row for row in book.tables["orders"] if (row["account_id"], row["event"]) != ("unseen", "accepted")
    ]
    assert screen(book, "spoofing").hits() == []


def test_fills_within_the_window_are_the_lots_of_the_filled_order(book: Any, screen: Any) -> None:
    for number in range(3):
        at = 100.0 * number
        for account, late in (("in", 10.0), ("out", 10.000001)):
            episode(book, account, at)
            book.at("trades", account, 0, at + late, side="sell", order_id=f"f{account}{at}", volume=1)
    assert screen(book, "spoofing").hits() == [("out", 3.0)]


def test_each_withdrawn_order_serves_the_first_filled_order_that_it_makes_an_episode_of(book: Any, screen: Any) -> None:
    for number in range(3):
        at = 100.0 * number
        episode(book, "A", at)
        book.at("trades", "A", 0, at + 1, side="sell", volume=1)  # too late: its order is used
        episode(book, "B", at)
        book.at("trades", "B", 0, at - 1, side="sell", volume=3)  # earlier, but 10 lots are too few for it
    said = screen(book, "spoofing")
    assert said.hits() == [("A", 3.0), ("B", 3.0)]


@pytest.mark.parametrize(("side", "grade"), [("buy", 1), ("sell", 3)])
def test_a_partner_on_the_other_side_makes_it_a_suspected_violation(
    book: Any, screen: Any, side: str, grade: int
) -> None:
    for number in range(3):
        episode(book, "A", 100.0 * number)
    book.at("trades", "B", 0, 5, side=side)
    for account in ("A", "B"):
        book.add("control_groups", group_id="G", account_id=account, declared=False)
    said = screen(book, "spoofing")
    assert baseline_grade(said.alerts).grade == grade
    assert said.evidence().get("partners") == (["B"] if grade == 1 else None)


@pytest.mark.parametrize(("account", "contract"), [("A", "cu2605"), ("B", "cu2606")])
def test_neither_its_own_trades_nor_those_on_another_contract_make_a_partner(
    book: Any, screen: Any, account: str, contract: str
) -> None:
    for number in range(3):
        episode(book, "A", 100.0 * number)
    book.at("trades", account, 0, 50, side="buy", contract=contract)
    for member in ("A", "B"):
        book.add("control_groups", group_id="G", account_id=member, declared=False)
    said = screen(book, "spoofing")
    assert said.evidence()["partner_traded"] is False
    assert baseline_grade(said.alerts).grade == 3
