"""Orders as arrays, one record an order with its whole life, and the counter-orders of matches inside the broker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.calendar import MILLISECOND
from simulation.roles import Role

Orders = npt.NDArray[np.void]
NOBODY = -1
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
        ("account", "i4"),
        ("day", "i4"),
        ("contract", "i4"),
        ("number", "i4"),  # the account's running number that day
        ("accepted", "i8"),  # this and the other times: microseconds of the day's open time
        ("side", "i1"),  # +1 buy, -1 sell
        ("hedge", "i1"),
        ("order_type", "i1"),
        ("time_in_force", "i1"),
        ("price", "i8"),  # ticks
        ("volume", "i4"),
        ("filled", "i4"),
        ("filled_at", "i8"),
        ("later_fill", "i4"),  # lots of `filled` that came as a second fill
        ("later_at", "i8"),
        ("cancelled", "i4"),
        ("cancelled_by", "i1"),
        ("ended_at", "i8"),  # when the rest was cancelled
        ("ended_day", "i4"),  # a good-till-cancelled order may end on the next day
        ("rejected", "?"),
        ("partner", "i4"),  # account on the other side of its one fill, itself for a self-match, or NOBODY
        ("trade_account", "i4"),  # with trade_number: whose order names the match
        ("trade_number", "i4"),
        ("counter", "?"),  # made by `counter_orders`
    ]
)


def blank(count: int) -> Orders:
    """``count`` orders of nobody in particular: good for the day, limit, speculation."""
    orders = np.zeros(count, dtype=ORDER)
    orders["partner"] = NOBODY
    orders["cancelled_by"] = CLIENT
    return orders


def numbered(batches: list[Orders]) -> Orders:
    """One account's orders of one day in order of acceptance, numbered from 0."""
    orders = np.concatenate(batches)
    orders = orders[np.argsort(orders["accepted"], kind="stable")]
    orders["number"] = orders["trade_number"] = np.arange(len(orders))
    orders["trade_account"] = orders["account"]
    return orders


def counter_orders(orders: Orders, roles: tuple[Role, ...]) -> Orders:
    """The other side of every match whose partner exists: accepted just before the fill, filled at once and whole.

    A partner never stands before the owner in the cast, so that an added account changes no earlier one.
    """
    matched = orders[(orders["partner"] >= 0) & (orders["partner"] < len(roles)) & (orders["filled"] > 0)]
    counter = matched.copy()
    counter["account"] = matched["partner"]
    counter["side"] = -matched["side"]
    counter["accepted"] = np.maximum(matched["accepted"], matched["filled_at"] - 5 * MILLISECOND)
    counter["volume"] = matched["filled"]
    counter["order_type"], counter["time_in_force"] = LIMIT, GFD
    counter["cancelled"] = 0
    counter["partner"], counter["counter"] = NOBODY, True
    own = matched["partner"] == matched["account"]
    usual = np.array([usual_hedge(role) for role in roles], dtype=np.int8)
    counter["hedge"] = np.where(own, matched["hedge"], usual[matched["partner"]])
    return counter


def usual_hedge(role: Role) -> int:
    """The hedge flag a role's ordinary orders carry."""
    return {Role.HEDGER: HEDGING, Role.MARKET_MAKER: MARKET_MAKING, Role.FAK_ARBITRAGEUR: ARBITRAGE}.get(
        role, SPECULATION
    )
