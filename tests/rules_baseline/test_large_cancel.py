"""Large cancelling: how large is large, at which exchange and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

BEFORE, AFTER = date(2024, 10, 24), date(2024, 10, 25)
RULE = "large_cancel"


@pytest.mark.parametrize(
    ("exchange", "volume", "most", "counts"),
    [
        ("SHFE", 299, 500, False),
        ("SHFE", 300, 500, True),
        ("SHFE", 300, None, True),
        ("INE", 299, 500, False),
        ("INE", 300, 500, True),
        ("CZCE", 799, 500, False),
        ("CZCE", 800, 500, True),
        ("DCE", 399, 500, False),
        ("DCE", 400, 500, True),
        ("GFEX", 10, 13, False),  # 80 % of 13 is 10.4
        ("GFEX", 11, 13, True),
        ("CFFEX", 15, 20, False),
        ("CFFEX", 16, 20, True),
    ],
)
def test_large_begins_at_the_size_of_the_exchange(
    market: Any,
    run: Callable[..., Any],
    new_contract: Callable[..., Any],
    exchange: str,
    volume: int,
    most: int | None,
    counts: bool,
) -> None:
    market.contracts = [new_contract(exchange, max_order_volume=most)]
    market.order(exchange=exchange, volume=volume)
    assert run(market).finding(RULE) == ("MISS", float(counts), "limit not reached")


@pytest.mark.parametrize("exchange", ["DCE", "GFEX", "CFFEX"])
def test_an_unknown_largest_order_leaves_the_answer_open(
    market: Any, run: Callable[..., Any], new_contract: Callable[..., Any], exchange: str
) -> None:
    market.contracts = [new_contract(exchange, max_order_volume=None)]
    market.order(exchange=exchange, volume=1000)
    market.order("A2", exchange=exchange, volume=1000, hedge="hedging")
    ran = run(market)
    assert ran.finding(RULE) == ("UNKNOWN", 0, "max_order_volume is null")
    assert ran.finding(RULE, "A2") == ("MISS", 0, "limit not reached")


def test_an_unknown_contract_leaves_it_open_only_where_the_size_is_the_contracts(
    market: Any, run: Callable[..., Any]
) -> None:
    market.contracts = []
    market.order("A1", exchange="DCE", volume=1000)
    market.order("A2", exchange="SHFE", volume=1000)
    ran = run(market)
    assert ran.finding(RULE, "A1") == ("UNKNOWN", 0, "contract not in contracts")
    assert ran.finding(RULE, "A2") == ("MISS", 1, "limit not reached")


@pytest.mark.parametrize(
    ("exchange", "day", "row", "counts"),
    [
        ("SHFE", BEFORE, {"time_in_force": "FAK"}, False),
        ("SHFE", AFTER, {"time_in_force": "FAK", "cancelled_by": "exchange"}, True),
        ("GFEX", AFTER, {"time_in_force": "FOK", "cancelled_by": "exchange"}, True),
        ("DCE", AFTER, {"time_in_force": "FAK", "cancelled_by": "client"}, False),
        ("CFFEX", AFTER, {"time_in_force": "FOK", "cancelled_by": "client"}, False),
        ("SHFE", AFTER, {"cancelled_by": "exchange"}, False),
        ("SHFE", AFTER, {"cancelled_by": None}, True),
        ("SHFE", AFTER, {"hedge": "hedging"}, False),
        ("SHFE", AFTER, {"hedge": "market_making"}, True),
        ("SHFE", AFTER, {"hedge": "arbitrage"}, True),
    ],
)
def test_a_large_cancel_counts_by_author_day_and_hedge(
    market: Any, run: Callable[..., Any], exchange: str, day: date, row: dict[str, Any], counts: bool
) -> None:
    market.order(exchange=exchange, day=day, volume=900, **row)
    assert run(market).finding(RULE)[:2] == ("MISS", float(counts))


@pytest.mark.parametrize(
    ("exchange", "count", "levels"),
    [
        ("SHFE", 39, []),
        ("SHFE", 40, ["warning"]),
        ("SHFE", 49, ["warning"]),
        ("SHFE", 50, ["warning", "breach"]),
        ("CFFEX", 99, ["warning"]),
        ("CFFEX", 100, ["warning", "breach"]),
    ],
)
def test_fifty_large_cancels_breach_and_at_cffex_a_hundred(
    market: Any, run: Callable[..., Any], exchange: str, count: int, levels: list[str]
) -> None:
    for _ in range(count):
        market.order(exchange=exchange, volume=900)
        market.order(exchange=exchange, volume=1)  # small ones do not count
    limit = 100 if exchange == "CFFEX" else 50
    expected = [(level, "A1", limit * 4 // 5 if level == "warning" else limit, limit) for level in levels]
    assert run(market).of(RULE) == expected
