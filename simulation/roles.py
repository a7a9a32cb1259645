"""What each role of account is like when it means no harm: type, size, and how it trades."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType

import numpy as np

from simulation.habit import Habit
from simulation.orders import ARBITRAGE, HEDGING, MARKET_MAKING


class Role(IntEnum):
    """What an account is there for; nothing in any table but the truth says it."""

    RETAIL = 0
    DAY_TRADER = 1
    MARKET_MAKER = 2
    ARBITRAGEUR = 3
    HEDGER = 4
    PROGRAMMATIC = 5
    DORMANT = 6
    INSTITUTION = 7

    @property
    def title(self) -> str:
        """The role's name in files.

        >>> Role.DAY_TRADER.title
        'day_trader'
        """
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Dress:
    """A role's usual type, sizes in lots and CNY (lowest, highest), and the chances of marks and habits."""

    account_type: str
    lots: tuple[int, int]
    equity: tuple[float, float]
    products: tuple[int, int]  # products it likes, fewest and most
    orders: tuple[int, int]  # orders of an active day: fewest, most
    active: tuple[float, float]  # share of days it trades, lowest and highest
    programmatic: float
    relay: float
    habit: Habit


_K, _M = 1e3, 1e6
_PEOPLE = Habit(patience=90.0, far=0.04)
DRESS = MappingProxyType(
    {
        Role.RETAIL: Dress("individual", (1, 3), (100 * _K, 2 * _M), (1, 4), (1, 10), (0.15, 0.6), 0.03, 0.04, _PEOPLE),
        Role.DAY_TRADER: Dress(
            *("individual", (1, 6), (300 * _K, 5 * _M), (1, 3), (8, 60), (0.7, 0.95), 0.2, 0.04),
            replace(_PEOPLE, carries=0.1, patience=20.0, second=0.15),
        ),
        Role.MARKET_MAKER: Dress(
            *("institution", (2, 8), (150 * _M, 600 * _M), (2, 4), (40, 140), (0.97, 1.0), 1.0, 0.1),
            replace(_PEOPLE, quotes=True, hedge=MARKET_MAKING, fill=0.12, partial=0.05, cancel=1.0, far=0.2),
        ),
        Role.ARBITRAGEUR: Dress(
            *("product", (2, 8), (10 * _M, 200 * _M), (2, 4), (25, 170), (0.85, 1.0), 0.85, 0.2),
            replace(_PEOPLE, hedge=ARBITRAGE, legs=0.3, fak=0.5, fak_fill=0.12, patience=8.0, far=0.1),
        ),
        Role.HEDGER: Dress(
            *("institution", (5, 40), (20 * _M, 300 * _M), (1, 3), (2, 14), (0.3, 0.75), 0.08, 0.4),
            replace(_PEOPLE, hedge=HEDGING, carries=0.95, far=0.1),
        ),
        Role.PROGRAMMATIC: Dress(
            *("product", (1, 8), (2 * _M, 100 * _M), (1, 4), (20, 150), (0.8, 1.0), 0.95, 0.15),
            replace(_PEOPLE, fak=0.15, fill=0.5, patience=10.0, carries=0.3),
        ),
        Role.DORMANT: Dress(
            "individual", (1, 2), (20 * _K, 400 * _K), (1, 2), (1, 4), (0.0, 0.02), 0.01, 0.02, _PEOPLE
        ),
        Role.INSTITUTION: Dress(
            *("institution", (5, 40), (30 * _M, 600 * _M), (2, 6), (3, 30), (0.4, 0.85), 0.3, 0.5),
            replace(_PEOPLE, carries=0.8),
        ),
    }
)


def habit_of(role: Role, rng: np.random.Generator) -> Habit:
    """One account's own habit: its role's, each number a little (or a lot) its own."""
    dress = DRESS[role]
    scale = float(np.exp(rng.normal(0, 0.35)))
    fewest, most = dress.orders
    base = dress.habit
    return replace(
        base,
        active=float(rng.uniform(*dress.active)),
        fewest=fewest,
        most=max(fewest + 1, round(most * scale)),
        fill=float(np.clip(base.fill + rng.normal(0, 0.08), 0.05, 0.95)),
        cancel=float(np.clip(base.cancel + rng.normal(0, 0.1), 0.2, 1.0)),
        fak=base.fak * float(rng.uniform(0.4, 1.6)) if rng.random() < 0.8 else 0.0,
        patience=base.patience * float(np.exp(rng.normal(0, 0.6))),
        lasting=float(rng.choice([0.0, 0.0, 0.01, 0.03])),
        carries=float(np.clip(base.carries + rng.normal(0, 0.15), 0, 1)),
        stretch=float(rng.uniform(0.4, 1.0)),
        machines=int(rng.choice([1, 1, 1, 2, 2, 3, 4])),
        relay=bool(rng.random() < dress.relay),
        cash=float(rng.uniform(0.005, 0.05)),
    )
