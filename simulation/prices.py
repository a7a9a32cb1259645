"""Prices of the synthetic market: one path a contract and day, in whole ticks, inside the day's price limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.calendar import MINUTE
from simulation.contracts import Contract
from simulation.seeds import Stream, child

Ticks = npt.NDArray[np.int64]
_DAILY_VOLATILITY = 0.012
_LIMIT = 0.07  # share of the previous settlement price
_ROOM = 5  # ticks around the path within which fills may lie


@dataclass(frozen=True, slots=True)
class Prices:
    """``paths[contract][day, minute]`` and the day's marks, shape (contracts, days), all in whole ticks."""

    paths: tuple[Ticks, ...]
    settlement: Ticks
    upper: Ticks
    lower: Ticks
    high: Ticks
    low: Ticks

    def at(self, contract: int, day: int, offset: Ticks) -> Ticks:
        """Market price at offsets (microseconds of open time) of one contract's day."""
        path = self.paths[contract][day]
        found: Ticks = path[np.minimum(offset // MINUTE, len(path) - 1)]
        return found


def make_prices(seed: int, contracts: tuple[Contract, ...], days: tuple[date, ...]) -> Prices:
    """Random walks, one stream a contract and day; a longer market has the same first days."""
    paths, marks = [], []
    for index, contract in enumerate(contracts):
        path, mark = _contract_paths(seed, index, contract, len(days))
        paths.append(path)
        marks.append(mark)
    settlement, upper, lower, high, low = np.stack(marks).transpose(2, 0, 1)
    return Prices(tuple(paths), settlement, upper, lower, high, low)


def _contract_paths(seed: int, index: int, contract: Contract, days: int) -> tuple[Ticks, Ticks]:
    minutes = contract.session.length // MINUTE
    before = round(contract.first_price * 1_000_000 / contract.tick_micro)
    paths, marks = [], []
    for day in range(days):
        rng = child(seed, Stream.PRICES, index, day)
        upper, lower = int(before * (1 + _LIMIT)), -int(-before * (1 - _LIMIT))
        steps = rng.normal(0, _DAILY_VOLATILITY / np.sqrt(minutes), minutes)
        walk = np.round(before * np.exp(np.cumsum(steps))).astype(np.int64)
        path = np.clip(walk, max(lower, 1), upper)
        high, low = min(upper, int(path.max()) + _ROOM), max(lower, 1, int(path.min()) - _ROOM)
        before = int(np.round(path[-60:].mean()))
        paths.append(path)
        marks.append((before, upper, max(lower, 1), high, low))
    return np.stack(paths), np.array(marks, dtype=np.int64)
