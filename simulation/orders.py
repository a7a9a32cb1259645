"""Orders as arrays: one record an order with what becomes of it on one trading day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Orders = npt.NDArray[np.void]
Integers = npt.NDArray[np.int64]
NO_MATCH = -1
HEDGES = ("speculation", "arbitrage", "hedging", "market_making")
SPECULATION, ARBITRAGE, HEDGING, MARKET_MAKING = range(4)
TYPES = ("limit", "market", "stop")
LIMIT, MARKET, STOP = range(3)
TIMES_IN_FORCE = ("GFD", "FAK", "FOK", "GTC")
GFD, FAK, FOK, GTC = range(4)
CANCELLERS = ("client", "exchange", "broker")
CLIENT, EXCHANGE, BROKER = range(3)

ORDER = np.dtype(
    [
        ("account", "i4"),  # local number in the cell; on the way to the files the global one
        ("contract", "i4"),
        ("accepted", "i8"),  # this and the other times: microseconds of the trading day's open time
        ("side", "i1"),  # +1 buy, -1 sell
        ("hedge", "i1"),
        ("order_type", "i1"),
        ("time_in_force", "i1"),
        ("price", "i8"),  # ticks; no price is shown of a market order
        ("dealt", "i8"),  # price of its fills, ticks
        ("volume", "i4"),
        ("filled", "i4"),
        ("pieces", "i4"),  # fills it comes in: evenly split lots between filled_at and last_at
        ("filled_at", "i8"),
        ("last_at", "i8"),
        ("cancelled", "i4"),
        ("cancelled_by", "i1"),
        ("ended_at", "i8"),  # when the rest was cancelled
        ("rejected", "?"),
        ("locked", "?"),  # stands at the limit price of a market that is stuck there, on the side nobody meets
        ("open_inside", "?"),  # a whole fill in one piece that may be matched with another client's
        ("match", "i8"),  # number of the match inside the cell that is its one fill, or NO_MATCH
        ("closes", "?"),  # offset close
        ("earlier", "?"),  # accepted on an earlier day (good till cancelled): no accept row today
        ("key", "i8"),  # the order's own number, the same on every day it lives
        ("machine", "i8"),  # from which it was sent, -1 where the feed does not say
    ]
)


def blank(count: int) -> Orders:
    """``count`` orders of nobody in particular: good for the day, limit, speculation, in one piece if filled."""
    orders = np.zeros(count, dtype=ORDER)
    orders["match"] = NO_MATCH
    orders["pieces"] = 1
    orders["cancelled_by"] = CLIENT
    return orders


def joined(batches: Sequence[Orders]) -> Orders:
    """Batches one after another; none: no order. (As bytes: joining fields one by one costs more than the orders.)"""
    packed = b"".join(batch.tobytes() for batch in batches)
    return np.frombuffer(bytearray(packed), dtype=ORDER)


def fills(orders: Orders) -> tuple[Integers, Integers, Integers]:
    """Every fill as (place of its order, time, lots), order by order and in time; lots sum up to ``filled``.

    >>> orders = blank(1)
    >>> orders["filled"], orders["pieces"], orders["filled_at"], orders["last_at"] = 5, 3, 100, 500
    >>> [part.tolist() for part in fills(orders)]
    [[0, 0, 0], [100, 200, 500], [2, 2, 1]]
    """
    some = np.flatnonzero(orders["filled"] > 0)
    pieces = np.clip(orders["pieces"][some], 1, orders["filled"][some]).astype(np.int64)
    place = np.repeat(some, pieces)
    total = np.repeat(pieces, pieces)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    filled = orders["filled"][place].astype(np.int64)
    lots = filled // total + (nth < filled % total)
    begin, span = orders["filled_at"][place], (orders["last_at"] - orders["filled_at"])[place]
    last = np.maximum(total - 1, 1)
    return place, begin + span * nth * nth // (last * last) * (total > 1), lots
