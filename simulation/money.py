"""Money of the synthetic accounts: deposits and withdrawals, and each day's equity, margin, result and fees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.events.schema import Kind
from simulation.accounts import Account
from simulation.book import Book
from simulation.calendar import MINUTE, midnight
from simulation.orders import HEDGES, Orders
from simulation.roles import Role
from simulation.seeds import Stream, child
from simulation.turn import Market
from simulation.writer import decimals, moments, named

Amounts = npt.NDArray[np.int64]  # ten-thousandths of CNY: sums are exact
_CENT = 100
_MARGIN_PERCENT = 12
_FLOW_SHARE = (0.03, 0.10)  # chance of a flow a day: otherwise, and on a day of misconduct


@dataclass(frozen=True, slots=True)
class Flows:
    """Cash flows, one entry each; ``amount`` is negative for a withdrawal."""

    account: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    minute: npt.NDArray[np.int64]  # after midnight in Shanghai
    amount: Amounts
    cross_border: npt.NDArray[np.bool_]


def make_flows(seed: int, accounts: tuple[Account, ...], acting: npt.NDArray[np.float64]) -> Flows:
    """Deposits and withdrawals of a few percent of the first equity; more often and larger around misconduct."""
    found = []
    for account in accounts:
        draws = child(seed, Stream.CASH, account.index).random((acting.shape[1], 5))
        bad = acting[account.index] > 0
        for day in np.flatnonzero(draws[:, 0] < np.where(bad, _FLOW_SHARE[1], _FLOW_SHARE[0])).tolist():
            _, size, sign, when, abroad = draws[day].tolist()
            cny = account.equity * (0.02 + 0.1 * size) * (2.5 if bad[day] else 1.0)
            amount = round(cny) * 10_000 * (1 if sign < (0.35 if bad[day] else 0.5) else -1)
            found.append((account.index, day, 570 + int(330 * when), amount, int(abroad < 0.01)))
    table = np.array(found, dtype=np.int64).reshape(-1, 5)
    return Flows(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4] == 1)


def flow_columns(market: Market, accounts: tuple[Account, ...], flows: Flows) -> dict[str, Any]:
    """The `cash_flows` table; a ring's second member uses the leader's bank account."""
    at = np.array([midnight(day) for day in market.days])[flows.day] + flows.minute * MINUTE
    by_time = np.lexsort((flows.account, at))
    account, day, amount = flows.account[by_time], flows.day[by_time], flows.amount[by_time]
    banks = [f"bank-{a.index - (a.role is Role.RING_MEMBER):06d}" for a in accounts]
    return {
        "event_time": moments(at[by_time]),
        "trading_day": np.array(market.days, dtype="datetime64[D]")[day],
        "account_id": named(account, [a.account_id for a in accounts]),
        "direction": named((amount < 0).astype(np.int8), ("deposit", "withdrawal")),
        "amount": decimals(np.abs(amount), Kind.MONEY),
        "bank_account": named(account, banks),
        "cross_border": flows.cross_border[by_time],
    }


def account_day_columns(
    market: Market, accounts: tuple[Account, ...], orders: Orders, book: Book, flows: Flows
) -> dict[str, Any]:
    """The `account_days` table: every account on every day; result is marked to the settlement price."""
    shape = (len(accounts), len(market.days))
    fee, exchange_fee = _fees(market, accounts, orders, shape)
    result = _result(market, orders, book, shape) - fee
    flow = np.zeros(shape, dtype=np.int64)
    np.add.at(flow, (flows.account, flows.day), flows.amount)
    first = np.array([round(a.equity * 100) * _CENT for a in accounts], dtype=np.int64)[:, None]
    equity = first + np.cumsum(result + flow, axis=1)
    lots = (book.long + book.short) * _value_of_tick(market)[book.contract][:, None]
    value = np.zeros(shape, dtype=np.int64)
    np.add.at(value, book.account, lots * market.prices.settlement[book.contract])
    account, day = (axis.ravel(order="F") for axis in np.indices(shape))
    return {
        "trading_day": np.array(market.days, dtype="datetime64[D]")[day],
        "account_id": named(account, [a.account_id for a in accounts]),
        "equity": decimals(equity.ravel(order="F"), Kind.MONEY),
        "margin": decimals((value * _MARGIN_PERCENT // 100).ravel(order="F"), Kind.MONEY),
        "net_pnl": decimals(result.ravel(order="F"), Kind.MONEY),
        "fee": decimals(fee.ravel(order="F"), Kind.MONEY),
        "exchange_fee": decimals(exchange_fee.ravel(order="F"), Kind.MONEY),
    }


def _value_of_tick(market: Market) -> Amounts:
    """What one tick of one lot is worth, in ten-thousandths of CNY."""
    return np.array([c.tick_micro * c.multiplier // 100 for c in market.contracts], dtype=np.int64)


def _fees(
    market: Market, accounts: tuple[Account, ...], orders: Orders, shape: tuple[int, int]
) -> tuple[Amounts, Amounts]:
    """The broker's and the exchange's fees, summed over the same fills as the `trades` rows."""
    a_lot = np.array([round(c.fee * 10_000) for c in market.contracts], dtype=np.int64)[orders["contract"]]
    markup = np.array([round(a.markup * 100) for a in accounts], dtype=np.int64)[orders["account"]]
    fee, exchange_fee = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    at = (orders["account"], orders["day"])
    for lots in (orders["filled"] - orders["later_fill"], orders["later_fill"]):
        np.add.at(exchange_fee, at, lots * a_lot)
        np.add.at(fee, at, lots * a_lot * markup // 100)
    return fee, exchange_fee


def _result(market: Market, orders: Orders, book: Book, shape: tuple[int, int]) -> Amounts:
    """Result before fees: the day's fills against settlement, plus what was carried from the day before."""
    settlement, worth = market.prices.settlement, _value_of_tick(market)
    result = np.zeros(shape, dtype=np.int64)
    signed = orders["side"].astype(np.int64) * orders["filled"]
    gain = signed * (settlement[orders["contract"], orders["day"]] - orders["price"]) * worth[orders["contract"]]
    np.add.at(result, (orders["account"], orders["day"]), gain)
    net = book.long - book.short
    moved = np.diff(settlement, axis=1)[book.contract] * worth[book.contract][:, None]
    np.add.at(result[:, 1:], book.account, net[:, :-1] * moved)
    return result


def position_columns(market: Market, accounts: tuple[Account, ...], book: Book) -> dict[str, Any]:
    """The `positions` table: what is held at each close, one row a side and hedge."""
    held = np.stack([book.long, book.short])
    side, key, day = np.nonzero(held)
    lots = held[side, key, day]
    order = np.lexsort((side, key, day))
    side, key, day, lots = side[order], key[order], day[order], lots[order]
    contract = book.contract[key]
    return {
        "trading_day": np.array(market.days, dtype="datetime64[D]")[day],
        "account_id": named(book.account[key], [a.account_id for a in accounts]),
        "exchange": named(contract, [c.exchange for c in market.contracts]),
        "contract": named(contract, [c.code for c in market.contracts]),
        "side": named(side, ("long", "short")),
        "hedge": named(book.hedge[key], HEDGES),
        "volume": lots,
    }
