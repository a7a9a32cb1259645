"""One day's orders unrolled into the rows a broker records: the `orders` and `trades` tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.events.schema import Kind
from simulation import devices, pairing
from simulation.calendar import SECOND
from simulation.ids import digits, looked_up
from simulation.numbering import OrderNumbers, trade_numbers
from simulation.orders import CANCELLERS, CLIENT, HEDGES, MARKET, TIMES_IN_FORCE, TYPES, Orders, fills
from simulation.world import Market
from simulation.writer import decimals, moments, named

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
EVENTS = ("accepted", "cancelled", "rejected")
_SENT, _FILL, _CANCEL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the files need to know of every account, by its number in the whole market."""

    whole_seconds: Flags
    numbers_events: Flags
    fee_markup: Integers


@dataclass(frozen=True, slots=True)
class Rows:
    """Events in file order: place of the order, what it is, when, lots, the match, the running number of the day."""

    order: Integers
    phase: Integers  # sent (accepted or rejected), fill, cancel
    exact: Integers  # UTC microseconds
    time: Integers  # the same as the feed says it, perhaps in whole seconds
    lots: Integers
    match: Integers  # the same for both legs of a match, else one of its own
    seq: Integers

    def take(self, which: npt.NDArray[Any]) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, name)[which] for name in self.__slots__))


def unroll(market: Market, day: int, orders: Orders, accounts: Accounts) -> Rows:
    """All events of one day's orders by time; fills of different accounts that could have met are made to meet."""
    place, at, lots, match = _fills(orders)
    sent = np.flatnonzero(~orders["earlier"])
    ended = np.flatnonzero(orders["cancelled"] > 0)
    order = np.concatenate([sent, place, ended])
    phase = np.repeat([_SENT, _FILL, _CANCEL], [len(sent), len(place), len(ended)])
    offset = np.concatenate([orders["accepted"][sent], at, orders["ended_at"][ended]])
    volume = np.concatenate([orders["volume"][sent], lots, orders["cancelled"][ended]]).astype(np.int64)
    matches = np.concatenate([np.full(len(sent), -1), match, np.full(len(ended), -1)])
    exact = market.clock(orders["contract"][order].astype(np.int64), day, offset)
    coarse = accounts.whole_seconds[orders["account"][order]]
    time = np.where(coarse, exact // SECOND * SECOND, exact)
    seq = _running_numbers(orders, order, phase, exact)
    by_time = np.lexsort((seq, orders["account"][order], time))
    return Rows(order, phase, exact, time, volume, matches, seq).take(by_time)


def _fills(orders: Orders) -> tuple[Integers, Integers, Integers, Integers]:
    """(place of the order, offset, lots, match) of every fill, the matches between clients made on the way."""
    first, second = pairing.pairs(orders)
    met_place, met_lots, met = pairing.meet(orders, first, second)
    outside = orders.copy()
    outside["filled"][met_place] -= met_lots.astype(np.int32)
    place, at, lots = fills(outside)
    known = orders["match"][place]
    agreed, label = np.unique(known, return_inverse=True)  # matches agents made; those outside get one each
    base = len(first)
    match = np.where(known >= 0, base + label, base + len(agreed) + np.arange(len(place)))
    return (
        np.concatenate([met_place, place]),
        np.concatenate([orders["filled_at"][met_place], at]),
        np.concatenate([met_lots, lots]),
        np.concatenate([met, match]),
    )


def _running_numbers(orders: Orders, order: Integers, phase: Integers, exact: Integers) -> Integers:
    """Number of every event among those of its account on the day, from 0, in time; an order's own course first."""
    account = orders["account"][order]
    own = np.lexsort((orders["key"][order], phase, exact, account))
    sorted_account = account[own]
    starts = np.flatnonzero(np.r_[True, sorted_account[1:] != sorted_account[:-1]]) if len(own) else own
    seq = np.zeros(len(own), dtype=np.int64)
    seq[own] = np.arange(len(own)) - np.repeat(starts, np.diff(np.r_[starts, len(own)]))
    return seq


class DayTables:
    """The `orders` and `trades` rows of one day, given the numbers of orders that run over days."""

    def __init__(self, market: Market, day: int, orders: Orders, accounts: Accounts, numbers: OrderNumbers) -> None:
        self._market, self._day, self._accounts = market, day, accounts
        rows = unroll(market, day, orders, accounts)
        exchange = market.exchange[orders["contract"]]
        sent = np.lexsort((orders["key"][rows.order], rows.exact))
        ids = numbers.give(orders, exchange, rows.order[sent[rows.phase[sent] == _SENT]])
        self._orders, self._ids = orders, ids
        self._acts = rows.take(rows.phase != _FILL)
        self._fills = rows.take(rows.phase == _FILL)
        self._trade = trade_numbers(exchange[self._fills.order], self._fills.match, self._fills.exact)

    def orders(self) -> dict[str, Any]:
        """The `orders` table of the day."""
        rows, of = self._acts, self._orders[self._acts.order]
        event = np.where(rows.phase == _CANCEL, 1, np.where(of["rejected"], 2, 0))
        unnamed = (of["cancelled_by"] == CLIENT) & ~self._accounts.numbers_events[of["account"]]
        unseen, seed = of["machine"] < 0, self._market.seed
        return self._shared(rows, of) | {
            "event": named(event, EVENTS),
            "order_type": named(of["order_type"], TYPES),
            "time_in_force": named(of["time_in_force"], TIMES_IN_FORCE),
            "price": self._prices(of, "price", null=of["order_type"] == MARKET),
            "volume": rows.lots,
            "cancelled_by": named(of["cancelled_by"], CANCELLERS, null=(event != 1) | unnamed),
            "ip": looked_up(of["machine"], lambda m: devices.ips(m, seed), null=unseen),
            "mac": looked_up(of["machine"], lambda m: devices.macs(m, seed), null=unseen),
            "via_relay": pa.array(devices.is_relay(of["machine"]), mask=unseen),
        }

    def trades(self) -> dict[str, Any]:
        """The `trades` table of the day; fees are whole units a lot, so no splitting of fills changes them."""
        rows, of = self._fills, self._orders[self._fills.order]
        a_lot = self._market.fee_units[of["contract"]]
        return self._shared(rows, of) | {
            "trade_id": digits("", self._trade, 8),
            "price": self._prices(of, "dealt"),
            "volume": rows.lots,
            "fee": decimals(rows.lots * (a_lot * self._accounts.fee_markup[of["account"]] // 100), Kind.MONEY),
            "exchange_fee": decimals(rows.lots * a_lot, Kind.MONEY),
        }

    def _shared(self, rows: Rows, of: Orders) -> dict[str, Any]:
        """Columns that orders and trades have in common."""
        silent = ~self._accounts.numbers_events[of["account"]]
        contracts = self._market.contracts
        return {
            "event_time": moments(rows.time),
            "trading_day": np.full(len(of), self._market.days[self._day], dtype="datetime64[D]"),
            "exchange": named(of["contract"], [c.exchange for c in contracts]),
            "contract": named(of["contract"], [c.code for c in contracts]),
            "account_id": digits("A", of["account"], 7),
            "order_id": digits("", self._ids[rows.order], 10),
            "side": named((of["side"] < 0).astype(np.int8), ("buy", "sell")),
            "offset": named(of["closes"].astype(np.int8), ("open", "close")),
            "hedge": named(of["hedge"], HEDGES),
            "seq": pa.array(rows.seq, mask=silent),
        }

    def _prices(self, of: Orders, column: str, null: Flags | None = None) -> Any:
        return decimals(of[column] * self._market.tick_micro[of["contract"]], Kind.PRICE, null=null)
