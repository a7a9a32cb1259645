"""What can be done on a market that a rule or a screen may count: crossings, floods, layers, rounds, transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulation.calendar import MILLISECOND, SECOND
from simulation.lives import fill_whole, immediate, withdraw
from simulation.orders import SPECULATION, Orders

if TYPE_CHECKING:
    from simulation.day import Day

Rng = np.random.Generator
Lots = npt.NDArray[np.int64] | int
SELF_LIMIT = 5


def cross(
    day: Day, rng: Rng, pair: tuple[int, int], contract: int, lots: Lots, spread: float, hedge: int = SPECULATION
) -> None:
    """Matches of the first account with the second (itself, if both are one), sides alternating."""
    count = len(lots) if isinstance(lots, np.ndarray) else 1
    sides = np.where((np.arange(count) + int(rng.integers(2))) % 2 == 0, 1, -1)
    orders = day.draft(pair[0], contract, day.times(rng, contract, count, spread), sides, lots, hedge=hedge)
    day.match(rng, orders, pair[1])


def flood(
    day: Day, rng: Rng, account: int, contract: int, lots: Lots, *, ioc: bool, spread: float, patience: float = 1.5
) -> None:
    """Orders sent to be cancelled, mostly on one side, in a stretch of the day; ``ioc``: sent back by the exchange."""
    count = len(lots) if isinstance(lots, np.ndarray) else 1
    lead = rng.choice([1, -1])
    sides = np.where(rng.random(count) < 0.8, lead, -lead)
    offsets = day.times(rng, contract, count, spread)
    orders = day.draft(account, contract, offsets, sides, lots, behind=rng.integers(1, 5, count), hedge=SPECULATION)
    day.send(immediate(rng, orders, fill=0.01) if ioc else withdraw(rng, orders, patience, fill=0.005))


def layer(
    day: Day,
    rng: Rng,
    account: int,
    contract: int,
    count: int,
    sizes: tuple[float, float],
    *,
    patience: float,
    hedge: int = SPECULATION,
) -> None:
    """Large orders shown on one side and withdrawn, of ``sizes`` times the lots that count as large."""
    terms = day.contract(contract)
    lots = np.ceil(terms.large_lots * rng.uniform(*sizes, count)).astype(np.int64)
    side, offsets = int(rng.choice([1, -1])), day.times(rng, contract, count, rng.uniform(0.3, 0.9))
    behind = rng.integers(2, 10, count)
    orders = day.draft(account, contract, offsets, side, lots, behind=behind, hedge=hedge)
    day.send(withdraw(rng, orders, patience, fill=0.0))


def trade(day: Day, rng: Rng, account: int, contract: int, lots: Lots, side: npt.NDArray[np.int64] | int) -> None:
    """Ordinary fills with the outside, whole."""
    count = len(lots) if isinstance(lots, np.ndarray) else 1
    orders = day.draft(account, contract, day.times(rng, contract, count, 0.6), side, lots, hedge=SPECULATION)
    day.send(fill_whole(rng, orders))


def open_rounds(day: Day, rng: Rng, account: int, contract: int, lots: int, spread: float) -> None:
    """Open ``lots`` over the day and close them again, round after round, as large as the money allows."""
    size = round_size(day, account, contract)
    rounds = -(-lots // size)
    opens = np.full(rounds, lots // rounds, dtype=np.int64)
    opens[: lots % rounds] += 1
    net = int(day.net[account, contract])
    side = 1 if net > 0 or (net == 0 and rng.random() < 0.5) else -1  # what is carried is added to, so that it opens
    starts = day.times(rng, contract, 2 * rounds, spread)
    orders = day.draft(
        account, contract, starts, np.tile([side, -side], rounds), np.repeat(opens, 2), hedge=SPECULATION
    )
    orders = fill_whole(rng, orders, 0.3)
    gap = np.diff(starts, append=starts[-1] + SECOND)  # a round is open before it is closed
    for name in ("filled_at", "last_at"):
        orders[name] = np.minimum(orders[name], starts + np.maximum(gap - MILLISECOND, MILLISECOND))
    orders["pieces"], orders["last_at"] = 1, orders["filled_at"]
    day.send(orders)


def round_size(day: Day, account: int, contract: int) -> int:
    """Lots whose margin is about a third of the account's money, held to the largest order; at least 1."""
    market = day.market
    value = int(market.prices.settlement[contract, day.index]) * int(market.worth[contract])
    margin = max(value * int(market.margin_percent[contract]) // 100, 1)
    return int(np.clip(int(day.equity[account]) // (3 * margin), 1, market.largest[contract]))


def pass_money(
    day: Day, rng: Rng, loser: int, winner: int, contract: int, rounds: int, cny: float, spread: float = 0.3
) -> float:
    """``rounds`` times the loser buys high from the winner and sells low to it; CNY that really went over."""
    prices, worth = day.market.prices, int(day.market.worth[contract])
    low, high = int(prices.low[contract, day.index]), int(prices.high[contract, day.index])
    middle, room = (low + high) // 2, max((high - low) // 2, 1)
    half = max(1, int(room * rng.uniform(0.3, 0.9)))
    half = int(np.clip(cny * 10_000 / (rounds * 2 * worth), 1, half))  # a small sum at one lot, not a larger one
    lots = max(1, round(cny * 10_000 / (rounds * 2 * half * worth)))
    lots = min(lots, max(round_size(day, loser, contract), 1))
    offsets = day.times(rng, contract, 2 * rounds, spread)
    sides = np.tile([1, -1], rounds)
    volume = np.maximum(1, lots + rng.integers(-(lots // 5), lots // 5 + 1, rounds)).repeat(2)
    orders = day.draft(loser, contract, offsets, sides, volume, price=middle + sides * half, hedge=SPECULATION)
    orders["dealt"] = orders["price"]
    day.match(rng, orders, winner)
    return float((orders["side"] * orders["filled"] * orders["dealt"]).sum()) * worth / 10_000


def cancelled_today(day: Day, account: int, contract: int) -> int:
    """Client's cancels of an account on a contract among what has been sent today so far."""
    found = 0
    for batch in day.batches:
        here = (batch["account"] == account) & (batch["contract"] == contract)
        found += int((batch["cancelled"][here] > 0).sum())
    return found


def opened_today(day: Day, account: int, contract: int) -> int:
    """Lots an account has traded on a contract today so far: at most so many may be opening ones."""
    found = 0
    for batch in day.batches:
        here = (batch["account"] == account) & (batch["contract"] == contract)
        found += int(batch["filled"][here].sum())
    return found


def follow(day: Day, rng: Rng, leads: Orders, follower: int, lots: Lots, delays: npt.NDArray[np.float64]) -> None:
    """Copy filled orders: the same contract, side and price, accepted ``delays`` seconds later, filled whole."""
    copies = leads.copy()
    shift = (delays * 1000).astype(np.int64) * MILLISECOND
    copies["account"], copies["volume"] = follower, lots
    copies["filled"] = copies["volume"]
    for name in ("accepted", "filled_at", "last_at"):
        copies[name] = leads[name] + shift
    copies["cancelled"], copies["pieces"], copies["machine"] = 0, 1, 0
    day.send(copies)
