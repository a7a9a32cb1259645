"""What can be done on a market that a rule may count: matches, floods of cancels, layers of large orders."""

from __future__ import annotations

import numpy as np

from simulation.lives import immediate, live, match, withdraw
from simulation.orders import SPECULATION, usual_hedge
from simulation.turn import Turn

SELF_LIMIT = 5
# strength of the account -> the day's count as a share of the limit (least, most)
REACH = {0.9: (1.0, 2.2), 0.65: (0.9, 1.5), 0.4: (0.7, 1.15), 0.15: (0.3, 0.95)}


def planned(turn: Turn, limit: int, reach: tuple[float, float] | None = None) -> int:
    """Today's count, drawn as a share of ``limit`` from ``reach``, or from the reach of the account's strength."""
    least, most = reach or REACH[turn.account.strength]
    return max(1, int(np.ceil(limit * turn.rng.uniform(least, most))))


def strength_today(turn: Turn) -> float:
    """The account's own strength, more or less, on this day."""
    return float(np.clip(turn.account.strength + turn.rng.normal(0, 0.08), 0.05, 1.0))


def cross(turn: Turn, contract: int, count: int, partner: int, hedge: int = SPECULATION) -> None:
    """``count`` matches against ``partner``, sides alternating, within a stretch of the day."""
    sides = np.where(np.arange(count) % 2 == 0, 1, -1)
    volume = turn.rng.integers(1, 2 * turn.account.lots + 1, count)
    volume = np.minimum(volume, turn.contract(contract).max_order_volume or 100)
    orders = turn.draft(contract, turn.times(contract, count, 0.4), sides, volume, hedge=hedge)
    turn.send(match(turn, orders, partner))


def flood(turn: Turn, contract: int, count: int, *, ioc: bool) -> None:
    """``count`` orders sent to be cancelled, mostly on one side, in a burst of part of the day."""
    lead = turn.rng.choice([1, -1])
    sides = np.where(turn.rng.random(count) < 0.8, lead, -lead)
    volume = turn.rng.integers(1, turn.account.lots + 1, count)
    behind = turn.rng.integers(1, 5, count)
    orders = turn.draft(contract, turn.times(contract, count, 0.3), sides, volume, behind=behind)
    turn.send(immediate(turn, orders, fill=0.01) if ioc else withdraw(turn, orders, 1.5, fill=0.01))


def layer(turn: Turn, contract: int, count: int, lots: tuple[float, float]) -> None:
    """Large orders shown on one side and withdrawn within seconds, of ``lots`` times the size that counts."""
    terms = turn.contract(contract)
    size = np.ceil(terms.large_lots * turn.rng.uniform(*lots, count)).astype(np.int64)
    size = np.minimum(size, terms.max_order_volume or terms.large_lots)
    side = int(turn.rng.choice([1, -1]))
    behind = turn.rng.integers(2, 10, count)
    offsets = turn.times(contract, count, 0.5)
    hedge = usual_hedge(turn.account.role)
    turn.send(withdraw(turn, turn.draft(contract, offsets, side, size, behind=behind, hedge=hedge), 3.0, fill=0.0))


def trade_against(turn: Turn, contract: int, count: int) -> None:
    """The small genuine orders of a spoofer, filled while the large ones stand."""
    sides = np.where(np.arange(count) % 2 == 0, 1, -1)
    orders = turn.draft(contract, turn.times(contract, count, 0.5), sides, turn.account.lots, behind=0)
    turn.send(live(turn, orders, fill=0.9))
