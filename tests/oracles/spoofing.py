"""spoofing 虚假申报: small fills with large opposite orders around them that are then withdrawn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.oracles.counting import Screen, hit
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Row, Subject, client_made

BEFORE, AFTER = timedelta(seconds=60), timedelta(seconds=10)
Place = tuple[str, str, str]  # account, exchange, contract


@dataclass(frozen=True)
class _Withdrawn:
    order_id: str
    side: str
    lots: int
    accepted: datetime
    cancelled: tuple[datetime, ...]


def spoofing(market: Market, day: date, limits: Limits) -> list[Screen]:
    least, _ = limits.after_close.spoofing
    found = []
    for place, sides in episode_sides(market, day, limits).items():
        episodes = Fraction(len(sides))
        account, exchange, contract = place
        found.append(
            Screen(
                "spoofing",
                day,
                Subject(account, "account"),
                hit(episodes >= least),
                episodes,
                Fraction(least),
                exchange,
                contract,
            )
        )
    return found


def episode_sides(market: Market, day: date, limits: Limits) -> dict[Place, list[str]]:
    """(account, exchange, contract) with a fill -> the side that was really wanted, once an episode."""
    times = limits.after_close.spoofing[1]
    filled = {(row["exchange"], row["order_id"]) for row in market.on("trades", [day])}
    fills: dict[Place, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in market.on("trades", [day]):
        fills[_place(row)][row["order_id"]].append(row)
    withdrawn = _withdrawn(market, day, filled)
    return {place: _episodes(orders, withdrawn.get(place, []), times) for place, orders in fills.items()}


def _episodes(orders: dict[str, list[Row]], withdrawn: list[_Withdrawn], times: int) -> list[str]:
    """The side of the filled order of every episode."""
    used: set[str] = set()
    episodes: list[str] = []
    for at, order_id in sorted((min(r["event_time"] for r in rows), oid) for oid, rows in orders.items()):
        rows = orders[order_id]
        lots = sum(row["volume"] for row in rows if row["event_time"] <= at + AFTER)
        against = [
            order
            for order in withdrawn
            if order.order_id not in used
            and order.side != rows[0]["side"]
            and at - BEFORE <= order.accepted < at
            and any(at < moment <= at + AFTER for moment in order.cancelled)
        ]
        if sum(order.lots for order in against) >= times * lots:
            episodes.append(rows[0]["side"])
            used |= {order.order_id for order in against}
    return episodes


def _withdrawn(market: Market, day: date, filled: set[tuple[str, str]]) -> dict[Place, list[_Withdrawn]]:
    """Orders with an accepted row that were never filled and that the client cancelled."""
    cancels: dict[tuple[Place, str], list[datetime]] = defaultdict(list)
    for row in market.on("orders", [day]):
        if row["event"] == "cancelled" and client_made(row):
            cancels[(_place(row), row["order_id"])].append(row["event_time"])
    found: dict[Place, list[_Withdrawn]] = defaultdict(list)
    for row in market.on("orders", [day]):
        moments = tuple(cancels[(_place(row), row["order_id"])])
        if row["event"] == "accepted" and moments and (row["exchange"], row["order_id"]) not in filled:
            found[_place(row)].append(
                _Withdrawn(row["order_id"], row["side"], row["volume"], row["event_time"], moments)
            )
    return found


def _place(row: Row) -> Place:
    return row["account_id"], row["exchange"], row["contract"]
