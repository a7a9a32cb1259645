"""Matches between clients of the broker: whole fills of different accounts at one price that could have met."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.book import MATCH_WINDOW
from simulation.orders import Orders

Integers = npt.NDArray[np.int64]


def pairs(orders: Orders) -> tuple[Integers, Integers]:
    """Places of orders that meet, first and second of each pair, every order at most once.

    Candidates are ``open_inside``; the two are neighbours in time among those of their contract and fill price, on
    opposite sides, of different accounts, and no more than the window apart.
    """
    open_inside = np.flatnonzero(orders["open_inside"] & (orders["filled"] > 0) & (orders["match"] < 0))
    some = orders[open_inside]
    order = np.lexsort((some["key"], some["filled_at"], some["dealt"], some["contract"]))
    some, place = some[order], open_inside[order]
    one, two = some[:-1], some[1:]
    meets = (
        (one["contract"] == two["contract"])
        & (one["dealt"] == two["dealt"])
        & (one["side"] != two["side"])
        & (one["account"] != two["account"])
        & (two["filled_at"] - one["filled_at"] <= MATCH_WINDOW)
    )
    first = np.flatnonzero(_every_other(meets))
    return place[first], place[first + 1]


def _every_other(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of each run of true flags the first, third and so on: neighbours share no order.

    >>> _every_other(np.array([True, True, True, False, True])).tolist()
    [True, False, True, False, True]
    """
    where = np.arange(len(flags))
    last_false = np.maximum.accumulate(np.where(flags, -1, where)) if len(flags) else where
    found: npt.NDArray[np.bool_] = flags & ((where - last_false) % 2 == 1)
    return found


def meet(orders: Orders, first: Integers, second: Integers) -> tuple[Integers, Integers, Integers]:
    """Move both fills of each pair to the later time; answers (places, lots, pair) of their matched fills.

    What the larger order has beyond the smaller's lots is left to a further fill with the outside.
    """
    later = np.maximum(orders["filled_at"][first], orders["filled_at"][second])
    lots = np.minimum(orders["filled"][first], orders["filled"][second]).astype(np.int64)
    for places in (first, second):
        orders["filled_at"][places] = orders["last_at"][places] = later
    number = np.arange(len(first))
    return np.concatenate([first, second]), np.concatenate([lots, lots]), np.concatenate([number, number])
