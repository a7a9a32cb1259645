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
    """Whether each order closes: the net position before it lies the other way and is at least as large.

    Measured on the net position, so a close is never larger than what is held on that side.
    """
    _, place = _keys(orders)
    by_time = np.lexsort((orders["counter"], orders["number"], orders["accepted"], orders["day"], place))
    signed = (orders["side"].astype(np.int64) * orders["filled"])[by_time]
    group = place[by_time]
    total = np.cumsum(signed)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.zeros(0, np.int64)
    base = np.repeat((total - signed)[starts], np.diff(np.r_[starts, len(group)]))
    before = total - signed - base
    found = np.zeros(len(orders), dtype=np.bool_)
    found[by_time] = before * orders["side"][by_time] <= -orders["volume"][by_time].astype(np.int64)
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
