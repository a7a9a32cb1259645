"""The compound features of the day so far, and what trading and cancelling add up of contracts and lots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=24)]
MONDAY = DAYS[0]
ALERT = datetime.combine(MONDAY, time(3), UTC)
MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
Known = Callable[..., dict[str, float | None]]
Fill = Callable[[Any], object]
ACCOUNTS: list[Fill] = []  # one market for all tests, an account a case


def account(fill: Fill) -> Fill:
    """Register what an account of the market does; its name is the function's."""
    ACCOUNTS.append(fill)
    return fill


@pytest.fixture(scope="module")
def known(raw_tables: Any, at_close: Any, tmp_path_factory: pytest.TempPathFactory) -> Known:
    raw = raw_tables(tmp_path_factory.mktemp("so-far") / "events").calendar(DAYS)
    raw.add("contracts", contract="changing", multiplier=2, valid_to=DAYS[1])
    raw.add("contracts", contract="changing", multiplier=20, valid_from=DAYS[1])
    for fill in ACCOUNTS:
        fill(raw.of(fill.__name__))
        raw.add("alerts", MONDAY, ALERT)
    with raw.load() as events:
        families = [at_close(events, family) for family in ("trading", "cancelling", "intraday")]
    return lambda name, day=MONDAY: {k: v for family in families for k, v in family(name, day).items()}


@account
def one_sided(raw: Any) -> None:
    pulled = {"event": "cancelled", "volume": 6}
    raw.add("orders", MONDAY, **pulled).add("orders", MONDAY, **pulled | {"side": "sell"})
    raw.add("trades", MONDAY, ALERT, side="sell").add("trades", MONDAY, ALERT + MICROSECOND, side="buy")
    raw.add("orders", MONDAY, ALERT + MICROSECOND, **pulled)


@account
def not_one_sided(raw: Any) -> None:
    pulled = {"event": "cancelled", "volume": 6}
    raw.add("orders", MONDAY, **pulled).add("orders", MONDAY, **pulled | {"contract": "changing"})
    raw.add("trades", MONDAY, ALERT + MICROSECOND, side="sell").add("trades", MONDAY, contract="changing")


@account
def not_pulled(raw: Any) -> None:
    pulled = {"event": "cancelled", "volume": 6}
    raw.add("orders", MONDAY, **pulled | {"cancelled_by": "broker"})
    raw.add("orders", MONDAY, **pulled | {"time_in_force": "FOK"}).add("trades", MONDAY, side="sell")


def test_lots_are_one_sided_by_the_trades_so_far(known: Known) -> None:
    found = [known(who)["one_sided_cancel_share_today"] for who in ("one_sided", "not_one_sided", "not_pulled")]
    assert found == [0.5, 0, None]


@account
def messages(raw: Any) -> None:
    for event in ("accepted", "cancelled", "rejected"):
        raw.add("orders", MONDAY, event=event).add("orders", MONDAY, event=event, contract="changing")
    raw.add("orders", MONDAY, hedge="market_making", order_type="market", event="cancelled")
    raw.add("orders", MONDAY, ALERT, order_type="market").add("orders", MONDAY, ALERT + MICROSECOND)
    for order, hedge in (("F1", "speculation"), ("F1", "arbitrage"), ("F2", "speculation"), ("F3", "market_making")):
        raw.add("trades", MONDAY, order_id=order, hedge=hedge)
    raw.add("trades", MONDAY, order_id="F1", contract="changing", offset="close", volume=5)
    raw.add("trades", MONDAY, ALERT + MICROSECOND, order_id="F4")


@account
def unfilled(raw: Any) -> None:
    raw.add("orders", MONDAY).add("orders", MONDAY)


def test_otr_so_far_counts_an_order_of_a_contract_once(known: Known) -> None:
    assert known("messages")["otr_today"] == pytest.approx(5 / 3 - 1, abs=1e-9)
    assert known("unfilled")["otr_today"] == 1
    assert known("makes_markets")["otr_today"] is None


@account
def makes_markets(raw: Any) -> None:
    raw.add("orders", MONDAY, hedge="market_making")


def test_lots_opened_contracts_cancelled_and_market_orders_so_far(known: Known) -> None:
    found = known("messages")
    assert (found["open_lots_today"], found["cancelled_contracts_today"]) == (4, 2)
    assert found["market_order_share_today"] == pytest.approx(1 / 3, abs=1e-9)
    assert known("not_pulled")["market_order_share_today"] is None


@account
def bursting(raw: Any) -> None:
    start = ALERT - 3 * SECOND
    for second, sent in enumerate((9, 10, 11)):
        for n in range(sent):
            raw.add("orders", MONDAY, start + second * SECOND + n * MICROSECOND, contract=f"c{n}")
    for n in range(10):  # the tenth comes after the alert
        raw.add("orders", MONDAY, ALERT - (8 - n) * MICROSECOND if n < 9 else ALERT + MICROSECOND)


def test_a_burst_so_far_needs_its_tenth_message(known: Known) -> None:
    assert known("bursting")["burst_seconds_today"] == 2


@account
def trades_twice(raw: Any) -> None:
    for day in DAYS[:2]:
        raw.add("trades", day, contract="changing", price="10.5", volume=3)
    raw.add("trades", MONDAY, offset="close")


@account
def trades_the_unknown(raw: Any) -> None:
    raw.add("trades", MONDAY, contract="unheard_of").add("trades", DAYS[1])


def test_turnover_takes_the_multiplier_of_the_day_and_is_null_while_one_is_not_known(known: Known) -> None:
    found = [known("trades_twice", day)["turnover_20d"] for day in (*DAYS[:2], DAYS[20], DAYS[21])]
    assert found == [563, 1193, 630, None]  # 3 x 10.5 x 2 and 100 x 5, then 3 x 10.5 x 20
    found = [known("trades_the_unknown", day)["turnover_20d"] for day in (*DAYS[:2], DAYS[20])]
    assert found == [None, None, 500]


def test_contracts_a_day_and_lots_opened_of_twenty_days(known: Known) -> None:
    found = [known("trades_twice", day) for day in (*DAYS[:2], DAYS[20])]
    assert [f["mean_contracts_per_day_20d"] for f in found] == [2, 1.5, 1]
    assert [f["open_lots_20d"] for f in found] == [3, 6, 3]


@account
def cancels(raw: Any) -> None:
    raw.add("orders", MONDAY, volume=99)
    for day, volume in ((MONDAY, 7), (DAYS[1], 5)):
        raw.add("orders", day, event="cancelled", volume=volume, cancelled_by="broker", time_in_force="FAK")


def test_lots_cancelled_leave_with_their_day(known: Known) -> None:
    names = ("cancelled_lots_20d", "max_cancelled_lots_20d")
    days = (MONDAY, DAYS[19], DAYS[20], DAYS[21])
    assert [[known("cancels", day)[n] for n in names] for day in days] == [[7, 7], [12, 7], [5, 5], [None, None]]
    assert [known("unfilled")[n] for n in names] == [0, 0]
