"""Episodes of large resting orders and a small fill on the other side: what the spoofing screen looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.calendar import MILLISECOND, SECOND
from simulation.conduct import Rng
from simulation.orders import CLIENT, SPECULATION

if TYPE_CHECKING:
    from simulation.day import Day

EPISODES = 3  # a day and contract, from which the screen speaks
_BEFORE = (3.0, 45.0)  # seconds the large orders stand before the fill
_AFTER = (1.2, 8.0)  # seconds after the fill at which they go
_ROOM = 50 * SECOND  # after the opening, so that nothing stands before it


def spoof(
    day: Day,
    rng: Rng,
    trades: int,
    shows: int,
    contract: int,
    count: int,
    ratio: tuple[float, float],
    *,
    kept: float = 0.0,
) -> None:
    """``count`` episodes: account ``shows`` lays large orders, ``trades`` is filled on the other side, they go.

    ``ratio`` is lots shown per lot filled, lowest and highest; ``kept`` the share of large orders that stay longer
    than the episode. Sides alternate from episode to episode.
    """
    opens = int(day.market.opening[contract, day.index])
    at = np.maximum(day.times(rng, contract, count, rng.uniform(0.4, 0.95)), opens + _ROOM)
    sides = np.where((np.arange(count) + int(rng.integers(2))) % 2 == 0, 1, -1)
    lots = rng.integers(1, max(2, int(day.people.lots[trades]) // 2 + 1), count)
    small = day.draft(trades, contract, at - _some(rng, count, 0.05, 0.9), sides, lots, hedge=SPECULATION)
    small["filled"], small["filled_at"], small["last_at"] = small["volume"], at, at
    day.send(small)
    layers = rng.integers(1, 5, count)
    of = np.repeat(np.arange(count), layers)
    shown = np.ceil(lots * rng.uniform(*ratio, count))[of] / layers[of] * rng.uniform(1.0, 1.15, len(of))
    large = day.draft(
        *(shows, contract, at[of] - _some(rng, len(of), *_BEFORE), -sides[of], np.ceil(shown).astype(np.int64)),
        behind=rng.integers(1, 5, len(of)),
        hedge=SPECULATION,
    )
    large["cancelled"], large["cancelled_by"] = large["volume"], CLIENT
    later = np.where(rng.random(len(of)) < kept, 12.0, 1.0)
    large["ended_at"] = at[of] + (_some(rng, len(of), *_AFTER) * later).astype(np.int64) // MILLISECOND * MILLISECOND
    day.send(large)


def _some(rng: Rng, count: int, least: float, most: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Whole milliseconds between two numbers of seconds, in microseconds."""
    return (rng.uniform(least, most, count) * 1000).astype(np.int64) * MILLISECOND
