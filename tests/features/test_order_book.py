"""Large, quick, one-sided and bursting orders, at the edges of what counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=24)]
MONDAY = DAYS[0]
TEN = datetime.combine(MONDAY, time(2), UTC)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
Known = Callable[..., dict[str, float | None]]
Fill = Callable[[Any], object]
ACCOUNTS: list[Fill] = []  # one market for all tests, an account a case


def account(fill: Fill) -> Fill:
    """Register what an account of the market does; its name is the function's."""
    ACCOUNTS.append(fill)
    return fill


@pytest.fixture(scope="module")
def known(raw_tables: Any, at_close: Any, tmp_path_factory: pytest.TempPathFactory) -> Known:
    raw = raw_tables(tmp_path_factory.mktemp("order-book") / "events").calendar(DAYS)
    for contract, size in (("exact", 10), ("odd", 11), ("changing", 10)):
        raw.add("contracts", contract=contract, max_order_volume=size, tick=2)
    raw.rows["contracts"][-1]["valid_to"] = DAYS[1]
    raw.add("contracts", contract="changing", max_order_volume=20, valid_from=DAYS[1])
    for month in ("2601", "2602"):
        for strike in "12":
            raw.add("contracts", contract=f"IO{month}-{strike}", product="IO", kind="index_option", option_month=month)
    raw.add("contract_days", MONDAY, contract="exact", upper_limit=110, lower_limit=90)
    raw.add("contract_days", MONDAY, contract="odd", upper_limit=110)
    for fill in ACCOUNTS:
        fill(raw.of(fill.__name__))
    with raw.load() as events:
        return at_close(events, "order_book")


def send(raw: Any, n: int, *, day: date = MONDAY, at: datetime = TEN, **row: object) -> None:
    for _ in range(n):
        raw.add("orders", day, at + timedelta(minutes=len(raw.rows["orders"])), **row)


@account
def large(raw: Any) -> None:
    for volume in (7, 8, 9):  # 80 % of 10 is 8
        send(raw, 1, contract="exact", volume=volume)
    for volume in (8, 9):  # 80 % of 11 is 8.8
        send(raw, 1, contract="odd", volume=volume)
    send(raw, 5, volume=1_000_000)  # of cu2605 no largest order is known


def test_an_order_is_large_from_four_fifths_of_the_largest_allowed_and_not_a_lot_below(known: Known) -> None:
    assert known("large", MONDAY)["large_order_share_20d"] == 0.6


@account
def large_by_the_day(raw: Any) -> None:
    for day in DAYS[:2]:
        send(raw, 1, day=day, contract="changing", volume=8)
        send(raw, 1, day=day, contract="changing", volume=9, event="cancelled")


def test_the_largest_order_is_that_of_the_day_and_a_later_one_changes_nothing(known: Known) -> None:
    names = ("large_order_share_20d", "large_cancels_20d")
    assert [tuple(known("large_by_the_day", day)[n] for n in names) for day in DAYS[:2]] == [(1, 1), (0.5, 1)]


@account
def unsized(raw: Any) -> None:
    send(raw, 1, event="cancelled", volume=500)


@account
def small(raw: Any) -> None:
    send(raw, 1, contract="exact", volume=1)


def test_without_a_known_size_nothing_is_known_and_with_one_no_large_order_is_zero(known: Known) -> None:
    names = ("large_order_share_20d", "large_cancels_20d")
    assert [known("unsized", MONDAY)[n] for n in names] == [None, None]
    assert [known("small", MONDAY)[n] for n in names] == [0, 0]


@account
def at_the_limit(raw: Any) -> None:
    # half a tick is 1: from 109 (not) over 109.000001 to 111 (not), and the same around 90
    for price in (109, 109.000001, 110, 110.999999, 111, 89, 89.000001, 90.999999, 91, 100):
        send(raw, 1, contract="exact", price=price)
    send(raw, 1, contract="exact", price=None)  # nothing to compare


@account
def at_one_limit(raw: Any) -> None:
    send(raw, 1, contract="odd", price=110)
    send(raw, 1, contract="odd", price=90)  # its lower limit is not known, but the upper one is
    send(raw, 1, price=100)  # no limit known


def test_a_price_is_at_the_limit_when_nearer_than_half_a_tick_to_either(known: Known) -> None:
    assert known("at_the_limit", MONDAY)["limit_price_order_share_20d"] == 0.5
    assert known("at_one_limit", MONDAY)["limit_price_order_share_20d"] == 0.5
    assert known("small", MONDAY)["limit_price_order_share_20d"] == 0
    assert known("unsized", MONDAY)["limit_price_order_share_20d"] is None


def lived(raw: Any, life: timedelta, **cancel: object) -> None:
    order = f"L{len(raw.rows['orders'])}"
    terms = {"order_id": order, "volume": 5} | {k: v for k, v in cancel.items() if k == "time_in_force"}
    raw.add("orders", MONDAY, TEN, **terms)
    raw.add("orders", MONDAY, TEN + life, **terms | {"event": "cancelled"} | cancel)


@account
def quick(raw: Any) -> None:
    for life in (0 * SECOND, SECOND, SECOND + MICROSECOND, 10 * SECOND, 10 * SECOND + MICROSECOND):
        lived(raw, life)


def test_a_cancel_is_quick_up_to_the_very_second(known: Known) -> None:
    found = known("quick", MONDAY)
    assert (found["quick_cancel_share_1s_20d"], found["quick_cancel_share_10s_20d"]) == (0.4, 0.8)
    assert found["mean_quick_cancel_seconds_20d"] == pytest.approx((0 + 1 + 1.000001 + 10) / 4, abs=1e-9)


@account
def not_quick(raw: Any) -> None:
    lived(raw, SECOND, cancelled_by="exchange")
    lived(raw, SECOND, volume=4)  # one lot was filled
    lived(raw, -MICROSECOND)  # before it was accepted
    lived(raw, SECOND, cancelled_by="client")
    lived(raw, SECOND, time_in_force="FAK")  # never rested
    send(raw, 1)  # still there
    send(raw, 1, event="cancelled")  # accepted on another day


def test_only_the_clients_own_whole_cancels_of_resting_orders_are_quick(known: Known) -> None:
    assert known("not_quick", MONDAY)["quick_cancel_share_1s_20d"] == 0.2
    assert known("unsized", MONDAY)["quick_cancel_share_1s_20d"] is None
    assert known("small", MONDAY)["mean_quick_cancel_seconds_20d"] is None


@account
def kinds(raw: Any) -> None:
    for kind in ("limit", "market", "stop"):
        send(raw, 1, order_type=kind)
    send(raw, 1, time_in_force="FOK", volume=5)
    send(raw, 3, order_type="market", event="rejected", volume=99)


def test_shares_are_of_accepted_orders(known: Known) -> None:
    found = known("kinds", MONDAY)
    assert (found["market_order_share_20d"], found["ioc_order_share_20d"]) == (0.25, 0.25)
    assert found["mean_order_lots_20d"] == 2


@account
def by_night(raw: Any) -> None:
    eight = datetime.combine(MONDAY, time(12), UTC)  # 20:00 in Shanghai
    three = datetime.combine(MONDAY, time(19), UTC)  # 03:00 in Shanghai
    for at in (eight - MICROSECOND, eight, three - MICROSECOND, three):
        raw.add("orders", MONDAY, at)


def test_the_night_is_from_eight_to_three_in_shanghai(known: Known) -> None:
    assert known("by_night", MONDAY)["night_order_share_20d"] == 0.5


@account
def bursting(raw: Any) -> None:
    for start, messages in ((TEN, 9), (TEN + SECOND, 10), (TEN + 2 * SECOND, 11)):
        for n in range(messages):
            event = "cancelled" if n % 2 else "accepted"
            raw.add("orders", MONDAY, start + n * timedelta(milliseconds=90), event=event, contract=f"c{n}")
        raw.add("orders", MONDAY, start, event="rejected")


@account
def across_a_second(raw: Any) -> None:
    for n in range(10):
        raw.add("orders", MONDAY, TEN - MICROSECOND + n * MICROSECOND)


def test_ten_messages_of_one_calendar_second_are_a_burst(known: Known) -> None:
    found = known("bursting", MONDAY)
    assert (found["burst_seconds_20d"], found["max_messages_per_second_20d"]) == (2, 11)
    found = known("across_a_second", MONDAY)
    assert (found["burst_seconds_20d"], found["max_messages_per_second_20d"]) == (0, 9)


@account
def messages(raw: Any) -> None:
    send(raw, 3)
    send(raw, 2, event="cancelled")
    send(raw, 9, event="rejected")
    send(raw, 9, hedge="market_making")
    send(raw, 3, day=DAYS[1])
    send(raw, 3, day=DAYS[1], exchange="INE")
    for order in ("F1", "F1", "F2"):
        raw.add("trades", MONDAY, order_id=order)
    raw.add("trades", MONDAY, order_id="F3", hedge="market_making")


def test_otr_is_messages_per_filled_order_less_one_and_market_making_is_free(known: Known) -> None:
    first, second = (known("messages", day) for day in DAYS[:2])
    assert (first["otr_20d"], first["max_otr_contract_day_20d"]) == (1.5, 1.5)
    assert first["max_messages_contract_day_20d"] == 5
    assert (second["otr_20d"], second["max_otr_contract_day_20d"]) == (4.5, 2)  # 3 messages without a fill: 3 / 1 - 1
    assert second["max_messages_contract_day_20d"] == 5


@account
def makes_markets(raw: Any) -> None:
    send(raw, 2, hedge="market_making")


def test_who_only_makes_markets_sends_no_message_that_counts(known: Known) -> None:
    found = known("makes_markets", MONDAY)
    assert (found["otr_20d"], found["max_otr_contract_day_20d"]) == (None, None)
    assert found["max_messages_contract_day_20d"] == 0
    assert found["max_messages_per_second_20d"] == 1


@account
def options(raw: Any) -> None:
    for contract in ("IO2601-1", "IO2601-2", "IO2602-1"):
        send(raw, 2, exchange="SHFE", contract=contract)
    raw.add("trades", MONDAY, contract="IO2602-1")
    raw.add("trades", MONDAY, contract="IO2602-2")


def test_messages_of_options_are_counted_by_product_and_month(known: Known) -> None:
    found = known("options", MONDAY)
    assert (found["max_messages_contract_day_20d"], found["max_otr_contract_day_20d"]) == (4, 3)
    assert found["otr_20d"] == 2


def pull(raw: Any, side: str, volume: int, **row: object) -> None:
    send(raw, 1, event="cancelled", side=side, volume=volume, **row)


@account
def one_sided(raw: Any) -> None:
    pull(raw, "buy", 30)
    pull(raw, "sell", 10)
    pull(raw, "buy", 500, cancelled_by="exchange")
    pull(raw, "buy", 500, time_in_force="FAK")
    raw.add("trades", MONDAY, side="sell")
    pull(raw, "sell", 60, contract="other")  # there it did not trade


@account
def two_sided(raw: Any) -> None:
    pull(raw, "buy", 30)
    raw.add("trades", MONDAY, side="sell").add("trades", MONDAY, side="buy")
    pull(raw, "sell", 30, day=DAYS[1])
    raw.add("trades", DAYS[1], side="sell")  # the same side


def test_lots_are_one_sided_where_only_the_other_side_traded(known: Known) -> None:
    names = ("one_sided_cancel_share_20d", "max_one_sided_lots_contract_day_20d")
    assert [known("one_sided", MONDAY)[n] for n in names] == [0.3, 30]
    assert [known("two_sided", DAYS[1])[n] for n in names] == [0, 0]
    assert [known("small", MONDAY)[n] for n in names] == [None, 0]


@account
def only_traded(raw: Any) -> None:
    raw.add("trades", MONDAY)


def test_without_an_order_everything_is_null_and_twenty_days_later_again(known: Known) -> None:
    nothing = dict.fromkeys(known("nobody", MONDAY))
    assert known("only_traded", MONDAY) == nothing
    assert known("large", DAYS[19])["large_order_share_20d"] == 0.6
    assert known("large", DAYS[20]) == nothing


def test_without_contracts_and_limits_what_needs_them_is_null(raw: Any, at_close: Any) -> None:
    raw.rows["contracts"].clear()
    raw.add("orders", MONDAY, contract="exact")
    with raw.load() as events:
        found = at_close(events, "order_book")("A1", MONDAY)
    unknown = {name for name, value in found.items() if value is None}
    assert unknown == {
        "large_order_share_20d",
        "large_cancels_20d",
        "limit_price_order_share_20d",
        "mean_quick_cancel_seconds_20d",
        "one_sided_cancel_share_20d",
    }
