"""Money of one cell's accounts: flows, fees, result against settlement, equity and margin; whole numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulation.book import Held
from simulation.calendar import MINUTE, SECOND, midnight
from simulation.day import Day
from simulation.orders import Orders
from simulation.seeds import Stream, child
from simulation.spill import ACCOUNT_DAY, FLOW, Records
from simulation.ways import Ways
from simulation.world import Market

if TYPE_CHECKING:
    from simulation.people import People

Amounts = npt.NDArray[np.int64]  # in 1/10,000 CNY: sums are exact
Flags = npt.NDArray[np.bool_]
UNITS = 10_000  # of one CNY
_HUNDRED = 100 * UNITS
_STEPS, _STEP_SHARES = np.array([1, 100, 1_000, 10_000]) * UNITS, (0.3, 0.35, 0.25, 0.1)  # to which people round money
_LOST = 4  # an account that is down to a quarter of its first equity pays in or stops
_OPENS, _CLOSES = 8 * 60 + 35, 15 * 60 + 30  # minutes after midnight between which banks move money


@dataclass(slots=True)
class Purse:
    """Equity and margin of every account at the last close, what it began with, and whether it still trades."""

    equity: Amounts
    margin: Amounts
    first: Amounts
    able: Flags


def open_purse(people: People) -> Purse:
    """Purses before the first day."""
    first = np.round(people.equity * 100).astype(np.int64) * (UNITS // 100)
    return Purse(first.copy(), np.zeros_like(first), first, np.ones(people.n, dtype=np.bool_))


def move_cash(day: Day, purse: Purse, ways: Ways, rng: np.random.Generator) -> tuple[Amounts, Records]:
    """The day's deposits and withdrawals, by habit, after losses and by agents: (net by account, records).

    Nobody withdraws more than was free at the close before.
    """
    n = len(purse.equity)
    usual, topped = _usual(purse, ways, rng), _topped_up(purse, ways, rng)
    asked = np.array([round(move.cny * 100) * (UNITS // 100) for move in day.moves], dtype=np.int64)
    account = np.concatenate([np.arange(n), np.arange(n), [m.account for m in day.moves]]).astype(np.int64)
    bank = np.concatenate([np.arange(n), np.arange(n), [m.bank for m in day.moves]]).astype(np.int64)
    abroad = np.concatenate([rng.random(2 * n) < 0.01, [m.cross_border for m in day.moves]]).astype(np.bool_)
    own = child(day.market.seed, Stream.CASH, day.people.cell, day.index, 1)
    amount = _rounded(np.concatenate([usual, topped, asked]), own)
    amount = _held_to_free(account, amount, purse)
    moved = np.flatnonzero(amount)
    flows = np.zeros(len(moved), dtype=FLOW)
    seconds = rng.integers(_OPENS * 60, _CLOSES * 60, len(amount))[moved]
    flows["account"], flows["amount"], flows["bank"] = account[moved], amount[moved], bank[moved]
    flows["cross_border"] = abroad[moved]
    flows["time"] = midnight(day.date) + seconds * SECOND
    net = np.zeros(n, dtype=np.int64)
    np.add.at(net, flows["account"], flows["amount"])
    return net, _apart(flows)


def _usual(purse: Purse, ways: Ways, rng: np.random.Generator) -> Amounts:
    """Now and then one to thirty percent of the equity, in or out."""
    draws = rng.random((3, len(purse.equity)))
    share = 0.01 * 30 ** draws[1] * np.where(draws[2] < 0.55, 1, -1)
    amount = np.round(np.maximum(purse.equity, 0) * share / UNITS, 6).astype(np.int64) * UNITS
    found: Amounts = np.where(draws[0] < ways.of["cash"], amount, 0)
    return found


def _topped_up(purse: Purse, ways: Ways, rng: np.random.Generator) -> Amounts:
    """Who lost most of the money pays in up to what was there at first, or stops trading for good."""
    draws = rng.random((2, len(purse.equity)))
    low = purse.able & (purse.equity * _LOST < purse.first)
    pays = low & (draws[0] < ways.of["tops_up"])
    purse.able &= ~low | pays
    wanted = purse.first * (0.4 + 0.6 * draws[1]) - purse.equity
    found: Amounts = np.where(pays, np.round(wanted / UNITS, 6).astype(np.int64) * UNITS, 0)
    return found


def _rounded(amount: Amounts, rng: np.random.Generator) -> Amounts:
    """Amounts as people write them, the same for habit and for agents: to one, a hundred, a thousand CNY or more.

    Equal sums are rounded alike, and none by more than a tenth of itself.
    """
    size, place = np.unique(abs(amount), return_inverse=True)
    step = rng.choice(_STEPS, len(size), p=_STEP_SHARES)
    step = np.where(step * 5 > size, UNITS, step)
    found: Amounts = np.sign(amount) * ((size + step // 2) // step * step)[place]
    return found


def _held_to_free(account: Amounts, amount: Amounts, purse: Purse) -> Amounts:
    """Withdrawals held one after another to nine tenths of what is free; deposits as they are."""
    free = np.maximum(purse.equity - purse.margin, 0) // _HUNDRED * 9 // 10 * _HUNDRED
    held = amount.copy()
    for place in np.flatnonzero(amount < 0).tolist():
        taken = min(-int(amount[place]), int(free[account[place]]))
        held[place] = -taken
        free[account[place]] -= taken
    return held


def _apart(flows: Records) -> Records:
    """Flows by account and time, no two of an account at one second."""
    flows = flows[np.lexsort((flows["time"], flows["account"]))]
    for place in range(1, len(flows)):
        before, this = flows[place - 1], flows[place]
        if this["account"] == before["account"] and this["time"] <= before["time"]:
            flows["time"][place] = before["time"] + MINUTE
    return flows


def settle(
    market: Market, day: int, people: People, purse: Purse, before: Amounts, orders: Orders, held: Held, flow: Amounts
) -> Records:
    """Close the day: `account_days` of every account; ``before`` is the net position at the close before.

    The result is the day's fills against settlement, plus what was carried from settlement to settlement, less fees.
    """
    n, settlement = people.n, market.prices.settlement[:, day]
    filled = orders[orders["filled"] > 0]
    who, where = filled["account"], filled["contract"]
    lots = filled["filled"].astype(np.int64)
    result = np.zeros(n, dtype=np.int64)
    np.add.at(result, who, filled["side"] * lots * (settlement[where] - filled["dealt"]) * market.worth[where])
    if day:
        known = market.listed[:, day] & market.listed[:, day - 1]
        moved = np.where(known, settlement - market.prices.settlement[:, day - 1], 0) * market.worth
        result += before @ moved
    exchange_fee, fee = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    np.add.at(exchange_fee, who, lots * market.fee_units[where])
    np.add.at(fee, who, lots * (market.fee_units[where] * people.fee_markup[who] // 100))
    purse.margin = _margin(market, settlement, held, n)
    purse.equity = purse.equity + result - fee + flow
    rows = np.zeros(n, dtype=ACCOUNT_DAY)
    rows["account"], rows["equity"], rows["margin"] = people.account_no, purse.equity, purse.margin
    rows["net_pnl"], rows["fee"], rows["exchange_fee"] = result - fee, fee, exchange_fee
    return rows


def _margin(market: Market, settlement: Amounts, held: Held, n: int) -> Amounts:
    """Margin of what is held at the close, both sides, at each contract's rate."""
    value = (held.long + held.short) * settlement[held.contract] * market.worth[held.contract]
    found = np.zeros(n, dtype=np.int64)
    np.add.at(found, held.account, value * market.margin_percent[held.contract] // 100)
    return found
