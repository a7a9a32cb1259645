"""Matches: all trade rows of one (exchange, trading day, contract, trade id) with rows on both sides."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from tests.oracles.market import Market, Row


def matches(market: Market) -> dict[tuple[str, date, str, str], list[Row]]:
    found = defaultdict(list)
    for row in market.trades():
        found[(row["exchange"], row["trading_day"], row["contract"], row["trade_id"])].append(row)
    return {key: rows for key, rows in found.items() if {row["side"] for row in rows} == {"buy", "sell"}}
