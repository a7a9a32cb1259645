"""Frequent cancelling: what counts under each regime, and where warning and breach begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

BEFORE, AFTER = date(2024, 10, 24), date(2024, 10, 25)
RULE = "frequent_cancel"


def cancels(market: Any, count: int, **row: Any) -> None:
    for _ in range(count):
        market.order(**row)


@pytest.mark.parametrize(
    ("exchange", "count", "levels"),
    [
        ("DCE", 399, []),
        ("DCE", 400, ["warning"]),
        ("DCE", 499, ["warning"]),
        ("DCE", 500, ["warning", "breach"]),
        ("DCE", 501, ["warning", "breach"]),
        ("CFFEX", 319, []),
        ("CFFEX", 320, ["warning"]),
        ("CFFEX", 399, ["warning"]),
        ("CFFEX", 400, ["warning", "breach"]),
    ],
)
def test_warning_comes_at_four_fifths_and_breach_at_the_limit(
    market: Any, run: Callable[..., Any], exchange: str, count: int, levels: list[str]
) -> None:
    cancels(market, count, exchange=exchange)
    ran = run(market)
    limit = 400 if exchange == "CFFEX" else 500
    measured = {"warning": limit * 4 // 5, "breach": limit}
    assert ran.of(RULE) == [(level, "A1", measured[level], limit) for level in levels]
    assert ran.finding(RULE)[:2] == ("HIT" if "breach" in levels else "MISS", count)


@pytest.mark.parametrize(
    ("exchange", "day", "row", "fee", "counts"),
    [
        # exempt_ioc: client-made cancels that are not IOC, the fee does not matter
        ("SHFE", BEFORE, {}, True, True),
        ("SHFE", BEFORE, {"time_in_force": "FAK"}, True, False),
        ("SHFE", BEFORE, {"time_in_force": "FOK"}, False, False),
        ("DCE", AFTER, {"time_in_force": "FAK"}, False, False),
        ("DCE", AFTER, {}, True, True),
        ("CFFEX", AFTER, {"time_in_force": "FOK"}, False, False),
        # fee_aware, with the fee: IOC counts whoever cancelled it, ordinary orders are released
        ("SHFE", AFTER, {"time_in_force": "FAK", "cancelled_by": "exchange"}, True, True),
        ("SHFE", AFTER, {"time_in_force": "FOK", "cancelled_by": "broker"}, True, True),
        ("SHFE", AFTER, {}, True, False),
        ("SHFE", AFTER, {"order_type": "market"}, True, False),
        ("INE", AFTER, {}, True, False),
        ("CZCE", AFTER, {}, True, False),
        ("CZCE", AFTER, {"order_type": "stop"}, True, True),
        ("GFEX", AFTER, {"order_type": "market"}, True, True),
        ("GFEX", AFTER, {"order_type": "market", "cancelled_by": "exchange"}, True, False),
        # fee_aware, without the fee: every client-made cancel and every IOC cancel
        ("SHFE", AFTER, {}, False, True),
        ("SHFE", AFTER, {"cancelled_by": "exchange"}, False, False),
        ("GFEX", AFTER, {"time_in_force": "FAK", "cancelled_by": "exchange"}, False, True),
        # who cancelled
        ("DCE", AFTER, {"cancelled_by": None}, False, True),
        ("DCE", AFTER, {"cancelled_by": "exchange"}, False, False),
        ("DCE", AFTER, {"cancelled_by": "broker"}, False, False),
        # whose flag
        ("DCE", AFTER, {"hedge": "hedging"}, False, False),
        ("DCE", AFTER, {"hedge": "market_making"}, False, False),
        ("DCE", AFTER, {"hedge": "arbitrage"}, False, True),
        # a GTC order is an ordinary one; only cancels count
        ("DCE", AFTER, {"time_in_force": "GTC"}, False, True),
    ],
)
def test_a_cancel_counts_by_regime_fee_author_and_hedge(
    market: Any,
    run: Callable[..., Any],
    new_contract: Callable[..., Any],
    exchange: str,
    day: date,
    row: dict[str, Any],
    fee: bool,
    counts: bool,
) -> None:
    market.contracts = [new_contract(exchange, has_order_fee=fee)]
    market.order(exchange=exchange, day=day, **row)
    assert run(market).finding(RULE) == ("MISS", float(counts), "limit not reached")


def test_accepted_and_rejected_rows_are_not_looked_at(market: Any, run: Callable[..., Any]) -> None:
    market.order(event="accepted")
    market.order(event="rejected")
    assert {f["rule_id"] for f in run(market).findings} == {"programme_reporting"}


def test_without_the_contract_only_what_does_not_depend_on_it_is_known(market: Any, run: Callable[..., Any]) -> None:
    market.contracts = []
    market.order("A1")  # fee unknown: open
    market.order("A2", time_in_force="FAK")  # counts with or without the fee
    market.order("A3", hedge="hedging")  # never counts
    market.order("A4", exchange="DCE")  # no fee in the rule there
    market.order("A5", exchange="CFFEX")  # its limit depends on the kind
    ran = run(market)
    assert ran.finding(RULE, "A1") == ("UNKNOWN", 0, "contract not in contracts")
    assert ran.finding(RULE, "A2") == ("MISS", 1, "limit not reached")
    assert ran.finding(RULE, "A3") == ("MISS", 0, "limit not reached")
    assert ran.finding(RULE, "A4") == ("MISS", 1, "limit not reached")
    assert ran.finding(RULE, "A5") == ("UNKNOWN", 0, "contract not in contracts")


def test_a_hit_that_follows_from_known_rows_beats_unknown(market: Any, run: Callable[..., Any]) -> None:
    market.contracts = []
    cancels(market, 1)
    cancels(market, 500, time_in_force="FAK")
    ran = run(market)
    assert ran.finding(RULE) == ("HIT", 500, "limit reached")


@pytest.mark.parametrize(
    ("exchange", "first"),
    [
        ("SHFE", date(2019, 1, 21)),
        ("INE", date(2019, 1, 21)),
        ("CZCE", date(2018, 9, 17)),
        ("CFFEX", date(2015, 8, 3)),
        ("DCE", date(2018, 1, 1)),
        ("GFEX", date(2022, 6, 6)),
    ],
)
def test_the_rule_is_in_force_from_its_first_trading_day(
    market: Any, run: Callable[..., Any], exchange: str, first: date
) -> None:
    market.order("A1", exchange=exchange, day=date.fromordinal(first.toordinal() - 1))
    market.order("A2", exchange=exchange, day=first)
    ran = run(market)
    assert ran.finding(RULE, "A1") == ("MISS", 0, "not in force")
    assert ran.finding(RULE, "A2") == ("MISS", 1, "limit not reached")


def test_contracts_are_counted_apart_and_group_members_together(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A2", "A3")
    cancels(market, 250, account="A1", exchange="DCE", contract="m2605")
    cancels(market, 250, account="A1", exchange="DCE", contract="m2609")
    cancels(market, 200, account="A3", exchange="DCE")
    cancels(market, 300, account="A2", exchange="DCE")
    ran = run(market)
    assert ran.of(RULE) == [("warning", "G", 400, 500), ("breach", "G", 500, 500)]
    # at the warning both had 200: the smaller id; at the breach A2 had 300
    assert [a.account_id for a in ran.alerts] == ["A2", "A2"]
    assert ran.alerts[0].subject_type == "group"
