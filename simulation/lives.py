"""How orders end: filled, cancelled by the client, sent back by the exchange, or left to expire."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.calendar import MILLISECOND, SECOND
from simulation.orders import CLIENT, EXCHANGE, FAK, FOK, GTC, LIMIT, Orders
from simulation.turn import Turn

_TINY = 2 * MILLISECOND


def _after(turn: Turn, count: int, mean_seconds: float, at_least: int = _TINY) -> npt.NDArray[np.int64]:
    waits = turn.rng.exponential(mean_seconds, count) * SECOND
    return at_least + waits.astype(np.int64) // MILLISECOND * MILLISECOND


def live(turn: Turn, orders: Orders, *, fill: float = 0.7, partial: float = 0.08, cancel: float = 0.8) -> Orders:
    """An ordinary life: shares that fill whole, fill in part, and have their rest cancelled by the client."""
    rng, count = turn.rng, len(orders)
    luck = rng.random(count)
    part = (luck >= fill) & (luck < fill + partial) & (orders["volume"] > 1)
    share = np.maximum(1, (orders["volume"] * rng.random(count)).astype(np.int64))
    orders["rejected"] = rng.random(count) < 0.006
    orders["filled"] = np.where(luck < fill, orders["volume"], np.where(part, share, 0)) * ~orders["rejected"]
    orders["filled_at"] = orders["accepted"] + _after(turn, count, 4)
    _split(turn, orders)
    rest = orders["volume"] - orders["filled"]
    orders["cancelled"] = np.where((rng.random(count) < cancel) & ~orders["rejected"], rest, 0)
    orders["cancelled_by"] = CLIENT
    orders["ended_at"] = orders["later_at"] + _after(turn, count, 40)
    return _inside(turn, orders)


def _split(turn: Turn, orders: Orders) -> None:
    """Some larger fills come in two pieces, the second after the first."""
    twice = (orders["filled"] > 3) & (turn.rng.random(len(orders)) < 0.3) & (orders["partner"] < 0)
    orders["later_fill"] = np.where(twice, orders["filled"] // 2, 0)
    orders["later_at"] = orders["filled_at"] + np.where(twice, _after(turn, len(orders), 2), 0)


def withdraw(turn: Turn, orders: Orders, mean_seconds: float, *, fill: float = 0.02) -> Orders:
    """Shown to be withdrawn: nearly all cancelled whole by the client after ``mean_seconds``."""
    count = len(orders)
    hit = turn.rng.random(count) < fill
    orders["filled"] = np.where(hit, orders["volume"], 0)
    orders["filled_at"] = orders["later_at"] = orders["accepted"] + _after(turn, count, 0.5)
    orders["cancelled"] = orders["volume"] - orders["filled"]
    orders["cancelled_by"] = CLIENT
    orders["ended_at"] = orders["accepted"] + _after(turn, count, mean_seconds, 100 * MILLISECOND)
    return _inside(turn, orders)


def immediate(turn: Turn, orders: Orders, *, fill: float, kill_whole: float = 0.2) -> Orders:
    """FAK and FOK: filled at once or sent back by the exchange within milliseconds; FOK never in part."""
    count = len(orders)
    fok = turn.rng.random(count) < kill_whole
    luck = turn.rng.random(count)
    part = (luck >= fill) & (luck < 1.3 * fill) & ~fok & (orders["volume"] > 1)
    orders["time_in_force"] = np.where(fok, FOK, FAK)
    orders["filled"] = np.where(luck < fill, orders["volume"], np.where(part, orders["volume"] // 2, 0))
    orders["filled_at"] = orders["later_at"] = orders["accepted"] + _TINY
    orders["cancelled"] = orders["volume"] - orders["filled"]
    orders["cancelled_by"] = EXCHANGE
    orders["ended_at"] = orders["accepted"] + 2 * _TINY
    return _inside(turn, orders)


def send_back(orders: Orders) -> Orders:
    """Make unfilled orders fill-and-kill ones: sent back whole by the exchange at once."""
    orders["time_in_force"], orders["order_type"] = FAK, LIMIT
    orders["cancelled"], orders["cancelled_by"] = orders["volume"], EXCHANGE
    orders["ended_at"] = orders["accepted"] + 2 * _TINY
    return orders


def match(turn: Turn, orders: Orders, partner: int) -> Orders:
    """Filled whole against one partner (the account itself for a self-match), in one piece."""
    orders["partner"] = partner
    orders["filled"] = orders["volume"]
    orders["filled_at"] = orders["later_at"] = orders["accepted"] + _after(turn, len(orders), 1.5, 10 * MILLISECOND)
    orders["cancelled"] = 0
    return _inside(turn, orders)


def linger(turn: Turn, orders: Orders) -> Orders:
    """Good till cancelled: unfilled all day and cancelled by the client in the next day's first minutes."""
    orders["time_in_force"] = GTC
    orders["filled"] = 0
    orders["cancelled"] = orders["volume"]
    orders["cancelled_by"] = CLIENT
    orders["ended_day"] = turn.day + 1
    orders["ended_at"] = _after(turn, len(orders), 300)
    return orders


def _inside(turn: Turn, orders: Orders) -> Orders:
    """No event lies after the close: a later one is drawn back to it, order kept."""
    for contract in np.unique(orders["contract"]).tolist():
        close = turn.contract(contract).session.length - MILLISECOND
        here = orders["contract"] == contract
        for name, early in (("filled_at", 2), ("later_at", 1), ("ended_at", 0)):
            orders[name][here] = np.minimum(orders[name][here], close - early * MILLISECOND)
    return orders
