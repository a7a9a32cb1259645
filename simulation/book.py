"""The book-keeping of positions: which orders open and which close, and what is held at each close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.orders import HEDGES, Orders

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Book:
    """Holdings per (account, contract, hedge) that ever traded, and lots held at each close, shape (keys, days)."""

    account: Integers
    contract: Integers
    hedge: Integers
    long: Integers
    short: Integers


def _keys(orders: Orders) -> tuple[Integers, Integers]:
    """Distinct account-contract-hedge numbers, and each order's place among them."""
    width = int(orders["contract"].max()) + 1 if len(orders) else 1
    key = (orders["account"].astype(np.int64) * width + orders["contract"]) * len(HEDGES) + orders["hedge"]
    distinct, place = np.unique(key, return_inverse=True)
    return distinct, place.astype(np.int64)


def closes(orders: Orders) -> npt.NDArray[np.bool_]:
    """Whether each order closes: in order of acceptance, if at least its volume is held on the other side.

    An order that never filled moves nothing; it is called an opening one.
    """
    filled = np.flatnonzero(orders["filled"] > 0)
    some = orders[filled]
    _, place = _keys(some)
    by_time = np.lexsort((some["counter"], some["number"], some["accepted"], some["day"], place))
    found = np.zeros(len(orders), dtype=np.bool_)
    fields = (place, some["side"], some["volume"], some["filled"])
    found[filled[by_time]] = _walk(*(part[by_time].tolist() for part in fields))
    return found


def _walk(keys: list[int], sides: list[int], volumes: list[int], fills: list[int]) -> list[bool]:
    """Run through the fills of one holding after another, sorted by key and time."""
    found, last, held = [], -1, {1: 0, -1: 0}
    for key, side, volume, filled in zip(keys, sides, volumes, fills, strict=True):
        if key != last:
            last, held = key, {1: 0, -1: 0}
        closing = held[-side] >= volume
        held[-side if closing else side] += -filled if closing else filled
        found.append(closing)
    return found


def keep_book(orders: Orders, closing: npt.NDArray[np.bool_], days: int) -> Book:
    """Lots long and short at every close, from fills alone."""
    filled = orders["filled"] > 0
    orders, closing = orders[filled], closing[filled]
    distinct, place = _keys(orders)
    buys, lots = orders["side"] > 0, orders["filled"].astype(np.int64)
    change = np.zeros((2, len(distinct), days), dtype=np.int64)
    book_long = np.where(closing, ~buys, buys)  # an opening buy or a closing sell moves the long side
    np.add.at(change, (np.where(book_long, 0, 1), place, orders["day"]), np.where(closing, -lots, lots))
    held = np.cumsum(change, axis=2)
    width = int(orders["contract"].max()) + 1 if len(orders) else 1
    return Book(
        account=distinct // (width * len(HEDGES)),
        contract=distinct // len(HEDGES) % width,
        hedge=distinct % len(HEDGES),
        long=held[0],
        short=held[1],
    )
