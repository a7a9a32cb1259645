"""Orders good till cancelled on the days after the one they were sent: they fill, are cancelled, or stand on."""

from __future__ import annotations

import numpy as np

from simulation.calendar import MILLISECOND, MINUTE
from simulation.day import Day
from simulation.lives import waits
from simulation.orders import CLIENT, EXCHANGE, GTC, Orders

_FILLS, _CANCELS = 0.6, 0.3  # chances a day: to fill where the market comes to it, and to be cancelled


def next_day(day: Day, rng: np.random.Generator, standing: Orders) -> Orders:
    """Send what happens today to orders of earlier days into ``day``; answers those that stand on.

    On a contract's last day the exchange cancels what is left of it.
    """
    if not len(standing):
        return standing
    orders, count = standing.copy(), len(standing)
    where = orders["contract"].astype(np.int64)
    orders["earlier"] = True
    orders["accepted"] = day.market.opening[where, day.index]
    luck = rng.random((2, count))
    reached = np.array([_reached(day, order) for order in orders], dtype=np.int64)
    fills = (reached >= 0) & (luck[0] < _FILLS)
    last = day.index == np.array([_last_day(day, int(c)) for c in where])
    ends = ~fills & (last | (luck[1] < _CANCELS))
    offsets = day.market.offsets(where, day.index, rng.random(count))
    inside = rng.integers(1, MINUTE // MILLISECOND - 1, count) * MILLISECOND
    offsets = np.where(fills, reached + inside, offsets + waits(rng, count, 1))
    market = day.market.prices.at(where, day.index, offsets)
    better = np.where(orders["side"] > 0, np.minimum(orders["price"], market), np.maximum(orders["price"], market))
    orders["filled"], orders["dealt"] = np.where(fills, orders["volume"], 0), better
    orders["filled_at"] = orders["last_at"] = orders["ended_at"] = offsets
    orders["cancelled"] = np.where(ends, orders["volume"], 0)
    orders["cancelled_by"] = np.where(last, EXCHANGE, CLIENT)
    day.send(orders[fills | ends])
    stands: Orders = standing[~(fills | ends)]
    return stands


def _reached(day: Day, order: np.void) -> int:
    """Offset of the first minute in which the market comes to an order's price, -1 where it does not."""
    contract, prices = int(order["contract"]), day.market.prices
    begin = int(prices.starts[contract, day.index])
    path = prices.path[begin : begin + int(prices.minutes[contract])]
    there = path <= order["price"] if order["side"] > 0 else path >= order["price"]
    opens = int(day.market.opening[contract, day.index]) // MINUTE
    minutes = np.flatnonzero(there[opens:])
    return (opens + int(minutes[0])) * MINUTE if len(minutes) else -1


def _last_day(day: Day, contract: int) -> int:
    """Number of the contract's last trading day, or -1 where it lies beyond the market's days."""
    listed = day.market.listed[contract]
    return -1 if listed[-1] else int(np.flatnonzero(listed)[-1])


def lingering(orders: Orders) -> Orders:
    """The orders of a day that stand overnight: good till cancelled, and nothing happened to them."""
    stands = (orders["time_in_force"] == GTC) & (orders["filled"] == 0) & (orders["cancelled"] == 0)
    found: Orders = orders[stands & ~orders["rejected"] & ~orders["earlier"]]
    return found
