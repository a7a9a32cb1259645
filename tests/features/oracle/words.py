"""Words that several families share, as features/specs/order_book.py defines them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.features.oracle.numbers import lots, of
from tests.features.oracle.rows import Row

EXEMPT = ("hedging", "market_making")
BURST = 10  # messages in a second


def ioc(row: Row) -> bool:
    return row["time_in_force"] in ("FAK", "FOK")


def resting(row: Row) -> bool:
    return row["time_in_force"] in ("GFD", "GTC")


def client_made(row: Row) -> bool:
    return row["cancelled_by"] in ("client", None)


def making(row: Row) -> bool:
    return row["hedge"] == "market_making"


def messages(orders: Iterable[Row]) -> list[Row]:
    return [row for row in orders if row["event"] in ("accepted", "cancelled")]


def contract(row: Row) -> tuple[str, str]:
    return row["exchange"], row["contract"]


def by_night(row: Row) -> bool:
    """Of the night session: 20:00 to 03:00 in Shanghai, which is UTC + 8 hours."""
    hour = (row["event_time"] + timedelta(hours=8)).hour
    return hour >= 20 or hour < 3


def per_second(orders: Iterable[Row]) -> Counter[tuple[object, datetime]]:
    """Messages of each trading day and calendar second."""
    return Counter((r["trading_day"], r["event_time"].replace(microsecond=0)) for r in messages(orders))


def filled_orders(trades: Iterable[Row]) -> int:
    """Distinct orders of trades that are not market making."""
    names = ("trading_day", "exchange", "contract", "order_id")
    return len({tuple(r[name] for name in names) for r in trades if not making(r)})


def resting_cancels(orders: Iterable[Row]) -> list[Row]:
    """Client-made resting cancels."""
    return [row for row in of(orders, "cancelled") if client_made(row) and resting(row)]


def one_sided_lots(orders: Iterable[Row], trades: Iterable[Row]) -> dict[tuple[object, ...], int]:
    """Of each contract and day: lots cancelled on one side where the trades are on the other only."""
    sides: dict[tuple[object, ...], set[str]] = {}
    for row in trades:
        sides.setdefault((row["trading_day"], *contract(row)), set()).add(row["side"])
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in resting_cancels(orders):
        place = (row["trading_day"], *contract(row))
        if sides.get(place) == {"sell" if row["side"] == "buy" else "buy"}:
            found.setdefault(place, []).append(row)
    return {place: lots(rows) for place, rows in found.items()}


def self_matches(trades: Iterable[Row]) -> int:
    """Matches with the account on both sides."""
    sides: dict[tuple[object, ...], set[str]] = {}
    for row in trades:
        match = (row["exchange"], row["trading_day"], row["contract"], row["trade_id"])
        sides.setdefault(match, set()).add(row["side"])
    return sum(both == {"buy", "sell"} for both in sides.values())
