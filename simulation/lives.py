"""How orders end: filled, cancelled by the client, sent back by the exchange, left to expire; for many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.calendar import MILLISECOND
from simulation.orders import BROKER, CLIENT, EXCHANGE, FAK, FOK, GTC, LIMIT, Orders

Shares = npt.NDArray[np.float64] | float
Integers = npt.NDArray[np.int64]
_TINY = 2 * MILLISECOND
_BY_BROKER = 0.004  # share of cancels that the broker's desk makes in the client's stead
_TAIL = 2.5  # exponent of the heavy tail of waiting times: finite mean, wide spread


def waits(rng: np.random.Generator, count: int, mean_seconds: Shares, at_least: int = _TINY) -> Integers:
    """Heavy-tailed waiting times, whole milliseconds, at least ``at_least`` microseconds."""
    seconds = rng.pareto(_TAIL, count) * (_TAIL - 1) * mean_seconds
    found: Integers = at_least + np.round(np.minimum(seconds, 30_000.0) * 1000, 3).astype(np.int64) * MILLISECOND
    return found


def live(
    rng: np.random.Generator,
    orders: Orders,
    *,
    fill: Shares = 0.7,
    partial: Shares = 0.08,
    cancel: Shares = 0.8,
    patience: Shares = 60.0,
    inside: Shares = 0.0,
) -> Orders:
    """An ordinary life: shares that fill whole, fill in part, and have their rest cancelled by the client.

    ``inside`` is the share of whole fills in one piece that may meet another client of the broker. Nothing fills on
    the side nobody meets of a market stuck at its limit. Shares are numbers or arrays as long as ``orders``.
    """
    count = len(orders)
    luck = np.where(orders["locked"], 1.0, rng.random(count))
    fill = np.asarray(fill)
    part = (luck >= fill) & (luck < fill + partial) & (orders["volume"] > 1)
    share = np.clip((orders["volume"] * rng.random(count)).astype(np.int64), 1, np.maximum(orders["volume"] - 1, 1))
    orders["rejected"] = rng.random(count) < 0.006
    orders["filled"] = np.where(luck < fill, orders["volume"], np.where(part, share, 0)) * ~orders["rejected"]
    orders["filled_at"] = orders["accepted"] + waits(rng, count, 6)
    _split(rng, orders)
    rest = orders["volume"] - orders["filled"]
    orders["cancelled"] = np.where((rng.random(count) < cancel) & ~orders["rejected"], rest, 0)
    orders["cancelled_by"] = np.where(rng.random(count) < _BY_BROKER, BROKER, CLIENT)
    began = np.where(orders["filled"] > 0, orders["last_at"], orders["accepted"])
    orders["ended_at"] = began + waits(rng, count, patience, 20 * MILLISECOND)
    whole = (orders["filled"] == orders["volume"]) & (orders["pieces"] == 1)
    orders["open_inside"] = whole & (rng.random(count) < inside)
    return orders


def _split(rng: np.random.Generator, orders: Orders) -> None:
    """Larger fills often come in two to five pieces."""
    count = len(orders)
    several = (orders["filled"] > 2) & (rng.random(count) < 0.35)
    orders["pieces"] = np.where(several, np.minimum(rng.integers(2, 6, count), orders["filled"]), 1)
    orders["last_at"] = orders["filled_at"] + np.where(several, waits(rng, count, 4), 0)


def withdraw(
    rng: np.random.Generator, orders: Orders, mean_seconds: Shares, *, fill: Shares = 0.02, cancelled_by: int = CLIENT
) -> Orders:
    """Shown to be withdrawn: nearly all cancelled whole after ``mean_seconds`` on average."""
    count = len(orders)
    hit = (rng.random(count) < fill) & ~orders["locked"]
    orders["filled"] = np.where(hit, orders["volume"], 0)
    orders["filled_at"] = orders["last_at"] = orders["accepted"] + waits(rng, count, 0.5)
    orders["cancelled"] = orders["volume"] - orders["filled"]
    orders["cancelled_by"] = cancelled_by
    orders["ended_at"] = orders["accepted"] + waits(rng, count, mean_seconds, 100 * MILLISECOND)
    return orders


def immediate(rng: np.random.Generator, orders: Orders, *, fill: Shares, kill_whole: float = 0.2) -> Orders:
    """FAK and FOK: filled at once or sent back by the exchange within milliseconds; FOK never in part."""
    count = len(orders)
    fok = rng.random(count) < kill_whole
    luck = np.where(orders["locked"], 2.0, rng.random(count))
    part = (luck >= fill) & (luck < 1.3 * np.asarray(fill)) & ~fok & (orders["volume"] > 1)
    orders["time_in_force"], orders["order_type"] = np.where(fok, FOK, FAK), LIMIT
    orders["filled"] = np.where(luck < fill, orders["volume"], np.where(part, orders["volume"] // 2, 0))
    orders["filled_at"] = orders["last_at"] = orders["accepted"] + _TINY
    orders["cancelled"] = orders["volume"] - orders["filled"]
    orders["cancelled_by"] = EXCHANGE
    orders["ended_at"] = orders["accepted"] + 2 * _TINY
    return orders


def fill_whole(rng: np.random.Generator, orders: Orders, mean_seconds: Shares = 2.0) -> Orders:
    """Filled whole with the outside, larger ones in pieces; what stands at a locked limit does not fill."""
    orders["filled"] = np.where(orders["locked"], 0, orders["volume"])
    orders["filled_at"] = orders["accepted"] + waits(rng, len(orders), mean_seconds)
    _split(rng, orders)
    orders["cancelled"] = 0
    return orders


def linger(orders: Orders) -> Orders:
    """Good till cancelled: nothing happens today; on later days it fills or is cancelled (see ``lasting``)."""
    orders["time_in_force"], orders["order_type"] = GTC, LIMIT
    orders["filled"] = orders["cancelled"] = 0
    return orders
