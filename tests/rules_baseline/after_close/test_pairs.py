"""Screens of two accounts: trading at the same time, and moving gains from one to the other."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.pairing import paired
from rules_baseline.grade import baseline_grade
from rules_baseline.limits import SHIPPED
from rules_baseline.related import accounts_of
from tests.rules_baseline.raw_book import DAYS, DEFAULTS

TRADES = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=14)


def as_written(trades: list[tuple[int, bool]], gap: int) -> list[tuple[int, int]]:
    """RULES: sort both by time; pair the earliest unused ones within the gap, else advance the earlier."""
    first = [i for i, (_, of_a) in enumerate(trades) if of_a]
    second = [i for i, (_, of_a) in enumerate(trades) if not of_a]
    found = []
    while first and second:
        apart = trades[first[0]][0] - trades[second[0]][0]
        if abs(apart) <= gap:
            found.append((first.pop(0), second.pop(0)))
        else:
            (first if apart < 0 else second).pop(0)
    return found


@settings(max_examples=200, deadline=None)
@given(TRADES, st.integers(0, 3))
def test_pairing_is_the_walk_over_both_lists(drawn: list[tuple[int, bool]], gap: int) -> None:
    trades = sorted(drawn, key=lambda trade: trade[0])
    times = np.array([time for time, _ in trades], dtype=np.int64)
    near = [
        (i, j)
        for i, (at, of_a) in enumerate(trades)
        for j, (other, of_b) in enumerate(trades)
        if of_a and not of_b and abs(at - other) <= gap
    ]
    a, b = (np.array([pair[side] for pair in near], dtype=np.int64) for side in (0, 1))
    chosen = paired(np.zeros(len(near), dtype=np.int64), a, b, times, gap)
    assert [pair for pair, taken in zip(near, chosen, strict=True) if taken] == as_written(trades, gap)


def both(book: Any, one: str, two: str, number: int, apart: float = 0.0, day: int = 0, **row: Any) -> None:
    book.at("trades", one, day, number * 10, side="buy", **row)
    book.at("trades", two, day, number * 10 + apart, side="buy", **row)


def test_ten_pairs_that_are_half_of_the_smaller_account(book: Any, screen: Any) -> None:
    for number in range(10):
        both(book, "A", "B", number, 1.0)
        both(book, "C", "D", number, 1.000001, contract="c1")
        both(book, "E", "F", number, contract="c2")
        both(book, "G", "H", number, contract="c3")
    both(book, "K", "L", 0, contract="c4")
    for number in range(11):  # of 21 trades each, 10 paired are less than half; of 20 they are half
        for account, contract, times in (("E", "e", 10), ("F", "f", 10), ("G", "g", 11), ("H", "h", 11)):
            if number < times:
                book.at("trades", account, 0, 1000 + number, side="sell", contract=contract)
    said = screen(book, "synchronous_trading")
    assert said.hits() == [("A|B", 10.0), ("E|F", 10.0)]
    alert, found = said.alerts[1], said.evidence()
    assert (alert.subject_type, alert.account_id, found["accounts"]) == ("pair", "E", ["E", "F"])
    assert (found["trades_a"], found["lots"], found["turnover"]) == (20, 10, None)  # the contract is not known
    assert (found["events"], found["event_ids"][0]) == (10, "o000005|o000006")
    assert said.evidence(0)["turnover"] == "10000"  # 10 x 100 x 10
    assert said.answer("G|H") == ("MISS", "limit not reached")
    assert said.answer("K|L")[0] == "MISS"
    assert not [row for row in said.findings if row["subject_id"] == "C|D"]


def test_fills_of_one_order_and_price_are_one_trade_at_the_first_of_them(book: Any, screen: Any) -> None:
    for number in range(10):
        for part in range(3):
            book.at("trades", "A", 0, number * 10 + part, side="buy", order_id=f"a{number}")
        book.at("trades", "B", 0, number * 10 + 2, side="buy")
        book.at("trades", "C", 0, number * 10 - 1, side="buy")
    said = screen(book, "synchronous_trading")
    assert said.hits() == [("A|C", 10.0)]
    assert said.evidence()["lots"] == 10


def test_other_sides_prices_and_one_declared_group_are_no_pair(book: Any, screen: Any) -> None:
    for account in ("A", "B"):
        book.add("control_groups", group_id="G", account_id=account)
    for number in range(10):
        both(book, "A", "B", number)
        both(book, "C", "D", number, contract="c1", price=Decimal(100 + number))
        book.at("trades", "E", 0, number * 10, side="sell", contract="c1", price=Decimal(100 + number))
        book.at("trades", "F", 0, number * 10, side="buy", contract="c1", price=Decimal(99 + number * 50))
    assert screen(book, "synchronous_trading").hits() == [("C|D", 10.0)]


def test_pairs_are_summed_over_the_window(book: Any, screen: Any) -> None:
    book.calendar(8)
    for day in range(2):
        for number in range(5):
            both(book, "A", "B", number, day=day)
    said = screen(book, "synchronous_trading")
    assert [alert.trading_day.day for alert in said.alerts] == [3, 4, 5, 6]
    found = sorted(said.findings, key=lambda row: row["trading_day"])
    assert [row["day_total"] for row in found] == [5.0, 10.0, 10.0, 10.0, 10.0, 5.0]


def test_the_share_can_be_of_lots(book: Any, screen: Any, tmp_path: Path) -> None:
    for number in range(10):
        both(book, "A", "B", number, volume=10)
    for number in range(20):
        book.at("trades", "A", 0, 1000 + number, side="sell").at("trades", "B", 0, 2000 + number, side="sell")
    assert screen(book, "synchronous_trading").hits() == []  # 10 of 30 trades
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "parameters"))
    file = folder / "after_close" / "synchronous_trading.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("share_by: trades", "share_by: lots"), encoding="utf-8")
    said = screen(book, "synchronous_trading", parameters=folder)  # 100 of 120 lots
    assert said.hits() == [("A|B", 10.0)]
    assert said.evidence()["share_by"] == "lots"


def moved(book: Any, buyer: str, seller: str, matches: int, price: str, lots: int, **row: Any) -> None:
    for _ in range(matches):
        book.match(buyer, seller, price=Decimal(price), volume=lots, **row)


def test_gain_at_settlement_of_five_matches(book: Any, screen: Any) -> None:
    book.calendar(1)
    moved(book, "A", "B", 5, "90", 100)  # A buys 10 below the settlement: 5 x 10 x 100 x 10
    moved(book, "C", "D", 5, "110", 100)  # C buys above it: D gains
    moved(book, "E", "F", 5, "90.000001", 100)
    moved(book, "G", "H", 4, "50", 100)
    said = screen(book, "benefit_transfer")
    assert said.hits() == [("A|B", 50_000.0), ("C|D", 50_000.0)]
    assert [said.evidence(n)["gainer"] for n in (0, 1)] == ["A", "D"]
    assert said.evidence(0)["matches"] == said.evidence(0)["events"] == 5
    assert said.answer("E|F")[0] == said.answer("G|H")[0] == "MISS"


def test_gains_of_both_directions_are_netted(book: Any, screen: Any) -> None:
    book.calendar(1)
    moved(book, "A", "B", 5, "90", 200)
    moved(book, "B", "A", 5, "90", 100)
    assert screen(book, "benefit_transfer").hits() == [("A|B", 50_000.0)]


def test_a_match_of_several_sellers_is_shared_by_their_lots(book: Any, screen: Any) -> None:
    book.calendar(1)
    for number in range(5):
        match = f"x{number}"
        book.at("trades", "A", side="buy", trade_id=match, volume=300, price=Decimal(90))
        for seller, lots in (("B", 100), ("C", 199), ("D", 1)):
            book.at("trades", seller, side="sell", trade_id=match, volume=lots, price=Decimal(90))
    said = screen(book, "benefit_transfer")
    assert said.hits() == [("A|B", 50_000.0), ("A|C", 99_500.0)]
    assert said.answer("A|D")[0] == "MISS"


def test_thirds_are_summed_exactly(book: Any, screen: Any) -> None:
    book.calendar(1)
    for number in range(6):
        match = f"x{number}"
        book.at("trades", "A", side="buy", trade_id=match, volume=250, price=Decimal(90))
        for seller, lots in (("B", 1), ("C", 2)):
            book.at("trades", seller, side="sell", trade_id=match, volume=lots, price=Decimal(90))
    # 6 x 25,000 / 3 is 50,000 and not a hair less
    assert screen(book, "benefit_transfer").hits() == [("A|B", 50_000.0), ("A|C", 100_000.0)]


def test_a_match_without_a_settlement_is_left_out_and_said(book: Any, screen: Any) -> None:
    book.calendar(1)
    moved(book, "A", "B", 5, "90", 100)
    moved(book, "A", "B", 2, "1", 100, contract="xx")
    moved(book, "C", "D", 4, "50", 100)
    moved(book, "C", "D", 1, "50", 100, contract="xx")
    said = screen(book, "benefit_transfer")
    assert said.hits() == [("A|B", 50_000.0)]
    assert said.evidence()["left_out"] == 2
    assert said.answer("C|D")[0] == "MISS"


def test_an_unknown_multiplier_leaves_open_what_it_could_change(book: Any, screen: Any) -> None:
    book.calendar(1).calendar(1, contract="yy")
    moved(book, "A", "B", 4, "90", 100)
    moved(book, "A", "B", 1, "90", 100, contract="yy")
    moved(book, "C", "D", 4, "90", 100, contract="yy")
    said = screen(book, "benefit_transfer")
    assert said.answer("A|B") == ("UNKNOWN", "multiplier is not known")
    assert said.answer("C|D")[0] == "MISS"


def test_without_settlements_at_all_nothing_is_said(book: Any, screen: Any) -> None:
    moved(book, "A", "B", 5, "90", 100)
    assert screen(book, "benefit_transfer").answer("A|B") == ("UNKNOWN", "no table of contract_days")


def test_a_transfer_between_linked_accounts_is_a_suspected_violation(book: Any, screen: Any) -> None:
    book.calendar(1)
    moved(book, "A", "B", 5, "90", 100)
    moved(book, "C", "D", 5, "90", 100)
    moved(book, "E", "F", 5, "90", 100)
    for account in ("A", "B"):
        book.at("cash_flows", account, amount=Decimal(1), bank_account="bank")
    for account in ("C", "D"):
        book.at("logins", account, mac="m")
    said = screen(book, "benefit_transfer")
    grades = {
        alert.subject_id: (baseline_grade([alert]).grade, baseline_grade([alert]).clause) for alert in said.alerts
    }
    assert grades == {
        "A|B": (1, "benefit_transfer_linked"),
        "C|D": (1, "benefit_transfer_linked"),
        "E|F": (3, "benefit_transfer"),
    }


def test_an_account_whose_id_holds_the_mark_between_two_stays_one_account(book: Any, screen: Any) -> None:
    for number in range(10):
        both(book, "A|X", "B", number)
    said = screen(book, "synchronous_trading")
    assert said.hits() == [("A|X|B", 10.0)]
    assert said.evidence()["accounts"] == ["A|X", "B"]
    assert accounts_of(said.alerts[0]) == {"A|X", "B"}


def test_two_pairs_of_one_name_keep_their_own_events(book: Any, screen: Any) -> None:
    for number in range(10):
        both(book, "A|X", "B", number)
    for number in range(11):
        both(book, "A", "X|B", number, contract="c1")
    said = screen(book, "synchronous_trading")
    found = {
        tuple(evidence["accounts"]): evidence["events"] for evidence in (json.loads(a.evidence) for a in said.alerts)
    }
    assert found == {("A|X", "B"): 10, ("A", "X|B"): 11}


def test_gains_at_a_price_below_zero_are_counted_like_any_other(book: Any, screen: Any) -> None:
    for number in range(5):  # bought at -50, settled at 50: 100 x 10 lots x 10 each time
        book.match("A", "B", seconds=number, price=Decimal(-50), volume=10)
        book.match("C", "D", seconds=number, price=Decimal(50), volume=10, contract="oil")  # settled at -50
    book.add("contracts", **{**DEFAULTS["contracts"], "contract": "oil"})
    book.add("contract_days", trading_day=DAYS[0], settlement_price=Decimal(50))
    book.add("contract_days", trading_day=DAYS[0], contract="oil", settlement_price=Decimal(-50))
    said = screen(book, "benefit_transfer")
    assert said.hits() == [("A|B", 50_000.0), ("C|D", 50_000.0)]
    assert [json.loads(alert.evidence)["gainer"] for alert in said.alerts] == ["A", "D"]


def test_turnover_at_a_price_below_zero_is_its_size(book: Any, screen: Any, tmp_path: Path) -> None:
    for number in range(10):
        both(book, "A", "B", number, price=Decimal(-7))
        book.at("trades", "B", 0, 500 + number * 10, side="sell", price=Decimal(7))
    home = tmp_path / "by_turnover"
    shutil.copytree(SHIPPED, home)
    file = home / "after_close" / "synchronous_trading.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("share_by: trades", "share_by: turnover"), encoding="utf-8"
    )
    found = screen(book, "synchronous_trading", parameters=home).evidence()
    assert (found["turnover"], found["measured"]["share"]) == ("700", 1)
