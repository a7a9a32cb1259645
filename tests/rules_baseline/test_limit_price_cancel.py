"""Cancelling at the price limit: which price, which day, how many, how severe."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

RULE = "limit_price_cancel"


def cancels(market: Any, count: int, **row: Any) -> None:
    for _ in range(count):
        market.order(exchange="CZCE", **{"price": Decimal(110), **row})


@pytest.mark.parametrize(
    ("count", "levels"),
    [(79, []), (80, ["warning"]), (99, ["warning"]), (100, ["warning", "breach"]), (101, ["warning", "breach"])],
)
def test_eighty_warn_and_a_hundred_breach(market: Any, run: Callable[..., Any], count: int, levels: list[str]) -> None:
    market.contract_day()
    cancels(market, count)
    assert run(market).of(RULE) == [(level, "A1", 80 if level == "warning" else 100, 100) for level in levels]


@pytest.mark.parametrize(
    ("row", "day", "counts"),
    [
        ({}, {}, True),
        ({"price": Decimal("110.49")}, {}, True),  # less than half a tick away
        ({"price": Decimal("110.5")}, {}, False),
        ({"price": Decimal("109.5")}, {}, False),
        ({"price": Decimal("109.51")}, {}, True),
        ({"price": None}, {}, False),
        ({"price": None}, {"upper_limit": None}, False),
        ({"price": Decimal(90)}, {}, False),  # a buy order at the lower limit
        ({"side": "sell", "price": Decimal(90)}, {}, True),
        ({"side": "sell", "price": Decimal(110)}, {}, False),
        ({"side": "sell", "price": Decimal("-35.4")}, {"lower_limit": Decimal(-35), "low_price": Decimal(-35)}, True),
        ({"side": "sell", "price": Decimal(35)}, {"lower_limit": Decimal(-35), "low_price": Decimal(-35)}, False),
        ({"price": Decimal(-5)}, {"upper_limit": Decimal(-5), "high_price": Decimal(-5)}, True),
        ({"cancelled_by": None}, {}, True),
        ({"cancelled_by": "exchange"}, {}, False),
        ({"cancelled_by": "broker"}, {}, False),
        ({"time_in_force": "FAK"}, {}, True),
        ({"time_in_force": "FAK", "cancelled_by": "exchange"}, {}, False),
        ({"hedge": "hedging"}, {}, True),
        ({"hedge": "market_making"}, {}, True),
        ({}, {"high_price": Decimal("109.51")}, True),  # the limit was touched, to half a tick
        ({}, {"high_price": Decimal("109.5")}, False),
        ({}, {"high_price": Decimal(110), "low_price": None}, True),  # only touched: the close does not matter
        ({"side": "sell", "price": Decimal(90)}, {"low_price": Decimal(91)}, False),
        ({}, {"high_price": None}, True),
    ],
)
def test_a_cancel_counts_by_price_side_author_and_day(
    market: Any, run: Callable[..., Any], row: dict[str, Any], day: dict[str, Any], counts: bool
) -> None:
    market.contract_day(**day)
    cancels(market, 1, **row)
    assert run(market).finding(RULE) == ("MISS", float(counts), "limit not reached")


def test_one_side_without_a_limit_leaves_only_that_side_open(market: Any, run: Callable[..., Any]) -> None:
    market.contract_day(upper_limit=None)
    cancels(market, 1)
    cancels(market, 1, account="A2", side="sell", price=Decimal(90))
    cancels(market, 1, account="A3", cancelled_by="exchange")
    ran = run(market)
    assert ran.finding(RULE, "A1") == ("UNKNOWN", 0, "price limit is null")
    assert ran.finding(RULE, "A2") == ("MISS", 1, "limit not reached")
    assert ran.finding(RULE, "A3") == ("MISS", 0, "limit not reached")


def test_a_hit_by_one_side_beats_the_other_sides_unknown(market: Any, run: Callable[..., Any]) -> None:
    market.contract_day(upper_limit=None)
    cancels(market, 1)
    cancels(market, 100, side="sell", price=Decimal(90))
    assert run(market).finding(RULE) == ("HIT", 100, "limit reached")


def test_without_the_day_or_the_tick_it_is_unknown(market: Any, run: Callable[..., Any]) -> None:
    cancels(market, 1)
    assert run(market).finding(RULE) == ("UNKNOWN", 0, "contract not in contract_days")
    market.contract_day()
    market.contracts.clear()
    assert run(market).finding(RULE) == ("UNKNOWN", 0, "contract not in contracts")
    market.missing.add("contract_days")
    assert run(market).finding(RULE)[0] == "UNKNOWN"


def test_the_evidence_says_where_a_day_was_taken_as_having_hit_its_limit(market: Any, run: Callable[..., Any]) -> None:
    market.contract_day(high_price=None)
    cancels(market, 100)
    [*_, breach] = run(market).alerts
    assert json.loads(breach.evidence)["notes"] == ["limit day taken as hit: high_price or low_price is null"]


@pytest.mark.parametrize(("count", "volume", "severe"), [(100, 99, False), (100, 100, True), (99, 200, False)])
def test_severe_needs_a_hundred_cancels_and_ten_thousand_lots(
    market: Any, run: Callable[..., Any], count: int, volume: int, severe: bool
) -> None:
    market.contract_day()
    cancels(market, count, volume=volume)
    found = [alert for alert in run(market).alerts if alert.rule_id == RULE and alert.level == "severe"]
    assert [(a.measured, a.threshold) for a in found] == ([(10_000, 10_000)] if severe else [])


def test_severe_comes_at_the_row_where_both_hold_with_the_occurrence_of_the_breach(
    market: Any, run: Callable[..., Any]
) -> None:
    market.contract_day()
    market.contract_day(day=date(2026, 2, 27))
    cancels(market, 100, day=date(2026, 2, 27))
    cancels(market, 100, volume=99)  # 9,900 lots at the breach
    cancels(market, 3, volume=60)  # 9,960, 10,020
    edges = [row["event_time"] for row in market.orders[100:]]
    for cuts in ([], edges[:1], edges[-3:]):
        alerts = run(market, cuts).alerts
        severe = next(a for a in alerts if a.level == "severe")
        assert (severe.measured, severe.threshold, severe.occurrence) == (10_020, 10_000, 2)
        assert severe.triggered_at.replace(tzinfo=None) == market.orders[201]["event_time"]
        evidence = json.loads(severe.evidence)
        assert (evidence["breach_count"], evidence["breach_limit"], evidence["distance"]) == (102, 100, -20)
        assert evidence["members"] == {"A1": 10_020}


def test_a_notice_that_comes_after_the_breach_does_not_lift_the_occurrence_of_severe(
    market: Any, run: Callable[..., Any]
) -> None:
    market.contract_day()
    cancels(market, 101, volume=99)  # 9,900 lots at the breach, 9,999 at the next
    cancels(market, 1, volume=1)
    breach, after, _ = (row["event_time"] for row in market.orders[99:])
    notice = {"exchange": "CZCE", "rule_id": RULE, "subject_id": "A1", "trading_day": date(2026, 3, 2)}
    market.notices = [{**notice, "occurrence": 9, "received_at": after}]
    for cuts in ([], [breach], [after]):
        alerts = run(market, cuts).alerts
        assert [(a.level, a.occurrence) for a in alerts] == [("warning", 0), ("breach", 1), ("severe", 1)]


@pytest.mark.parametrize(
    ("day", "exchange", "reason"),
    [
        (date(2016, 8, 30), "CZCE", "not in force"),
        (date(2016, 8, 31), "CZCE", "limit not reached"),
        (date(2026, 3, 2), "SHFE", "not in force"),
    ],
)
def test_it_is_in_force_at_zhengzhou_from_its_first_day(
    market: Any, run: Callable[..., Any], day: date, exchange: str, reason: str
) -> None:
    market.contract_day(exchange, day=day)
    market.order(exchange=exchange, day=day, price=Decimal(110))
    assert run(market).finding(RULE) == ("MISS", float(reason == "limit not reached"), reason)


def test_a_day_given_twice_counts_its_cancels_once(market: Any, run: Callable[..., Any]) -> None:
    market.contract_day()
    market.contract_day(settlement_price=Decimal(101))
    cancels(market, 3)
    ran = run(market)
    assert (ran.finding(RULE)[1], ran.finding("frequent_cancel")[1]) == (3, 3)
