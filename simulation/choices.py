"""Which contract every order of the ordinary flow is on, on which side, and how large against its neighbour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.day import Day
from simulation.ways import Ways

Integers = npt.NDArray[np.int64]
_FLIPS = 0.15  # share of orders on the side that was not its turn
_BACK = 0.7  # chance that the day's first order reduces what is carried
_NEXT_ONE = 0.08  # share of days on which the contract after the main one is the favourite


def contracts(day: Day, ways: Ways, rng: np.random.Generator, account: Integers) -> Integers:
    """The contract of every order: the account's favourite of the day, its second one, or an inactive one."""
    n, size, ranks = len(ways.lots), len(account), day.market.ranks[:, day.index]
    picks = np.minimum(rng.exponential(0.8, (2, n)).astype(np.int64), ways.liked - 1)
    products = ways.likes[np.arange(n), picks]  # (2, n)
    following = rng.random((2, n)) < _NEXT_ONE
    chosen = np.where(following & (ranks[products, 1] >= 0), ranks[products, 1], ranks[products, 0])
    second = (rng.random(size) < ways.of["second"][account]).astype(np.int64)
    found = chosen[second, account]
    far = ranks[products[second, account], 3]
    inactive = (rng.random(size) < ways.of["far"][account]) & (far >= 0)
    result: Integers = np.where(inactive, far, found)
    return result


def by_pair(rng: np.random.Generator, account: Integers, contract: Integers) -> npt.NDArray[np.float64]:
    """A draw an order, the same for the first and second, third and fourth ... order of an account on a contract."""
    draws, nth = rng.random(len(account)), _turns(account, contract)[0]
    second = np.flatnonzero(nth % 2)
    draws[second] = draws[second - 1]
    return draws


def _turns(account: Integers, contract: Integers) -> tuple[Integers, Integers, Integers]:
    """(turn of every order in its run, its run, first place of every run) of rows sorted by account and contract."""
    fresh = np.ones(len(account), dtype=np.bool_)
    fresh[1:] = (account[1:] != account[:-1]) | (contract[1:] != contract[:-1])
    starts, run = np.flatnonzero(fresh), np.cumsum(fresh) - 1
    return np.arange(len(account)) - starts[run], run, starts


def sides(day: Day, rng: np.random.Generator, account: Integers, contract: Integers) -> Integers:
    """+1 or -1, turn by turn within an account's orders on a contract (rows are sorted by both), now and then not."""
    size = len(account)
    nth, run, starts = _turns(account, contract)
    held = np.sign(day.net[account[starts], contract[starts]])
    chance, back = np.where(rng.random(len(starts)) < 0.5, 1, -1), rng.random(len(starts)) < _BACK
    first = np.where((held != 0) & back, -held, chance)
    flips = np.where(rng.random(size) < _FLIPS, -1, 1)
    found: Integers = first[run] * (1 - 2 * (nth % 2)) * flips
    return found
