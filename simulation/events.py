"""Order lives unrolled into the rows a broker records: the `orders` and `trades` tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.events.schema import Kind
from simulation.accounts import Account
from simulation.calendar import SECOND, instants
from simulation.devices import Devices, ip_of, mac_of
from simulation.orders import CANCELLERS, CLIENT, GTC, HEDGES, MARKET, TIMES_IN_FORCE, TYPES, Orders
from simulation.turn import Market
from simulation.writer import decimals, moments, named

Integers = npt.NDArray[np.int64]
ACCEPTED, CANCELLED, REJECTED, FILL, LATER_FILL = "accepted", "cancelled", "rejected", "fill", "later_fill"
EVENTS = (ACCEPTED, CANCELLED, REJECTED)


@dataclass(frozen=True, slots=True)
class Rows:
    """Events of orders in file order: which order each belongs to, what it is (``phase``), when, and its lots."""

    order: Integers
    phase: Integers  # 0 accepted or rejected, 1 fill, 2 later fill, 3 cancelled
    day: Integers
    event_time: Integers
    lots: Integers
    seq: Integers

    def take(self, which: npt.NDArray[Any]) -> Rows:
        """Some of the rows, by place or by mask."""
        return Rows(
            self.order[which],
            self.phase[which],
            self.day[which],
            self.event_time[which],
            self.lots[which],
            self.seq[which],
        )


def unroll(market: Market, accounts: tuple[Account, ...], orders: Orders) -> Rows:
    """All events of all orders, by time, account and the account's own running number of the day."""
    last = len(market.days)
    cancelled = (orders["cancelled"] > 0) & (orders["ended_day"] < last)
    pieces = (
        (0, np.arange(len(orders)), "day", "accepted", orders["volume"]),
        (1, np.flatnonzero(orders["filled"] > 0), "day", "filled_at", orders["filled"] - orders["later_fill"]),
        (2, np.flatnonzero(orders["later_fill"] > 0), "day", "later_at", orders["later_fill"]),
        (3, np.flatnonzero(cancelled), "ended_day", "ended_at", orders["cancelled"]),
    )
    order = np.concatenate([which for _, which, *_ in pieces])
    phase = np.concatenate([np.full(len(which), number) for number, which, *_ in pieces])
    day = np.concatenate([orders[d][which] for _, which, d, *_ in pieces]).astype(np.int64)
    offset = np.concatenate([orders[t][which] for _, which, _, t, _ in pieces])
    lots = np.concatenate([volume[which] for _, which, *_, volume in pieces]).astype(np.int64)
    at = _clock(market, orders["contract"][order], day, offset)
    coarse = np.array([a.whole_seconds for a in accounts])[orders["account"][order]]
    at = np.where(coarse, at // SECOND * SECOND, at)
    return _sorted(orders, Rows(order, phase, day, at, lots, np.zeros_like(order)))


def _clock(market: Market, contract: Integers, day: Integers, offset: Integers) -> Integers:
    at = np.zeros(len(offset), dtype=np.int64)
    sessions = [terms.session for terms in market.contracts]
    for session in dict.fromkeys(sessions):
        here = np.isin(contract, [n for n, other in enumerate(sessions) if other is session])
        at[here] = instants(session, market.days, day[here], offset[here])
    return at


def _sorted(orders: Orders, rows: Rows) -> Rows:
    account, number = orders["account"][rows.order], orders["number"][rows.order]
    owner = orders["trade_account"][rows.order]
    counter = orders["counter"][rows.order]
    own = np.lexsort((counter, number, owner, rows.phase, rows.event_time, rows.day, account))
    group = account[own].astype(np.int64) * (int(rows.day.max(initial=0)) + 1) + rows.day[own]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(own) else own
    seq = np.zeros(len(own), dtype=np.int64)
    seq[own] = np.arange(len(own)) - np.repeat(starts, np.diff(np.r_[starts, len(own)]))
    numbered = replace(rows, seq=seq)
    return numbered.take(np.lexsort((seq, account, rows.event_time)))


def first_events(orders: Orders, rows: Rows, accounts: int, days: int) -> Integers:
    """Instant of the first order event by account and day, 0 where there is none."""
    first = np.full((accounts, days), np.iinfo(np.int64).max)
    np.minimum.at(first, (orders["account"][rows.order], rows.day), rows.event_time)
    return np.where(first == np.iinfo(np.int64).max, 0, first)


def order_columns(
    market: Market, accounts: tuple[Account, ...], devices: Devices, orders: Orders, closing: Any, rows: Rows
) -> dict[str, Any]:
    """The `orders` table."""
    rows = rows.take((rows.phase == 0) | (rows.phase == 3))
    of = orders[rows.order]
    event = np.where(rows.phase == 3, 1, np.where(of["rejected"], 2, 0))
    by_client = of["cancelled_by"] == CLIENT
    unnamed = np.array([not a.numbers_events for a in accounts])[of["account"]]  # such feeds do not say the client
    return _shared(market, accounts, of, closing[rows.order], rows) | {
        "event": named(event, EVENTS),
        "order_type": named(of["order_type"], TYPES),
        "time_in_force": named(of["time_in_force"], TIMES_IN_FORCE),
        "price": _prices(market, of, null=of["order_type"] == MARKET),
        "volume": rows.lots,
        "cancelled_by": named(of["cancelled_by"], CANCELLERS, null=(event != 1) | (by_client & unnamed)),
        **_device_columns(devices, of, rows),
    }


def trade_columns(
    market: Market, accounts: tuple[Account, ...], orders: Orders, closing: Any, rows: Rows
) -> dict[str, Any]:
    """The `trades` table; fees in ten-thousandths of CNY are exact."""
    rows = rows.take((rows.phase == 1) | (rows.phase == 2))
    of = orders[rows.order]
    exchange_fee = rows.lots * np.array([round(c.fee * 10_000) for c in market.contracts])[of["contract"]]
    markup = np.array([round(a.markup * 100) for a in accounts])[of["account"]]
    return _shared(market, accounts, of, closing[rows.order], rows) | {
        "trade_id": joined("T", of["trade_account"], of["trade_number"] * 2 + rows.phase - 1),
        "price": _prices(market, of),
        "volume": rows.lots,
        "fee": decimals(exchange_fee * markup // 100, Kind.MONEY),
        "exchange_fee": decimals(exchange_fee, Kind.MONEY),
    }


def _shared(
    market: Market, accounts: tuple[Account, ...], of: Orders, closing: npt.NDArray[np.bool_], rows: Rows
) -> dict[str, Any]:
    """Columns that orders and trades have in common."""
    silent = np.array([not a.numbers_events for a in accounts])[of["account"]]
    return {
        "event_time": moments(rows.event_time),
        "trading_day": np.array(market.days, dtype="datetime64[D]")[rows.day],
        "exchange": named(of["contract"], [c.exchange for c in market.contracts]),
        "contract": named(of["contract"], [c.code for c in market.contracts]),
        "account_id": named(of["account"], [a.account_id for a in accounts]),
        "order_id": _order_ids(of),
        "side": named(np.where(of["side"] > 0, 0, 1), ("buy", "sell")),
        "offset": named(closing.astype(np.int8), ("open", "close")),
        "hedge": named(of["hedge"], HEDGES),
        "seq": pa.array(rows.seq, mask=silent),
    }


def _prices(market: Market, of: Orders, null: npt.NDArray[np.bool_] | None = None) -> Any:
    ticks = np.array([c.tick_micro for c in market.contracts])[of["contract"]]
    return decimals(of["price"] * ticks, Kind.PRICE, null=null)


def _device_columns(devices: Devices, of: Orders, rows: Rows) -> dict[str, Any]:
    machine = devices.machine[of["account"], of["day"]]
    distinct, place = np.unique(machine, return_inverse=True)
    unseen = ~devices.recorded[of["account"]]
    return {
        "ip": named(place, [ip_of(int(m)) for m in distinct], null=unseen),
        "mac": named(place, [mac_of(int(m)) for m in distinct], null=unseen),
        "via_relay": pa.array(devices.relayed[of["account"]], mask=unseen),
    }


def _order_ids(of: Orders) -> Any:
    """Unique within exchange and trading day; a counter-order is named after its owner, a lasting one has its day."""
    plain = joined("", of["account"], of["number"])
    counter = joined("C", of["account"], of["trade_account"], of["trade_number"])
    lasting = joined("G", of["account"], of["day"], of["number"])
    own = pc.if_else(pa.array(of["time_in_force"] == GTC), lasting, plain)
    return pc.if_else(pa.array(of["counter"]), counter, own)


def joined(prefix: str, *numbers: npt.NDArray[Any]) -> Any:
    """Numbers joined without a separator, six digits each.

    >>> joined("T", np.array([17]), np.array([3])).to_pylist()
    ['T000017000003']
    """
    padded = [pc.utf8_lpad(pc.cast(pa.array(n.astype(np.int64)), pa.string()), 6, "0") for n in numbers]
    return pc.binary_join_element_wise(pa.scalar(prefix), *padded, "")
