"""The book-keeping of positions: which orders open and which close, and what is held at each close."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from simulation.calendar import SECOND
from simulation.orders import GTC, HEDGES, Orders

Integers = npt.NDArray[np.int64]
MATCH_WINDOW = 60 * SECOND  # by which a fill open to a match inside the broker may move to a later time
_SENT, _OPENED, _RELEASED = range(3)
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Held:
    """Positions at one close: entries by account, contract and hedge flag, lots long and short (never both 0)."""

    account: Integers
    contract: Integers
    hedge: Integers
    long: Integers
    short: Integers


@dataclass(slots=True)
class Book:
    """Lots free to be closed, by account, contract and hedge flag; long first."""

    contracts: int
    lots: dict[int, list[int]] = field(default_factory=dict)

    def close_off(self, orders: Orders) -> None:
        """Decide which of a day's orders close, and take their fills into the book; writes ``closes``.

        An order closes if at acceptance at least its volume is held on the other side and not spoken for by another
        closing order; an order good till cancelled always opens. A fill counts from when it can last have happened.
        """
        if not len(orders):
            return
        keys, kinds, places = _steps(orders, self._keys(orders))
        sides, volumes = orders["side"].tolist(), orders["volume"].tolist()
        filled, closes = orders["filled"].tolist(), [False] * len(orders)
        may_close = ((orders["time_in_force"] != GTC) & ~orders["rejected"]).tolist()
        for key, kind, place in zip(keys, kinds, places, strict=True):
            free = self.lots.get(key)
            if free is None:
                free = self.lots[key] = [0, 0]
            own, other = (0, 1) if sides[place] > 0 else (1, 0)
            if kind == _SENT:
                if may_close[place] and free[other] >= volumes[place]:
                    closes[place] = True
                    free[other] -= volumes[place]
            elif kind == _OPENED:
                if not closes[place]:
                    free[own] += filled[place]
            elif closes[place]:
                free[other] += volumes[place] - filled[place]
        orders["closes"] = closes

    def settle_expired(self, expired: Integers) -> None:
        """Forget positions in contracts that were delivered or settled today, and empty entries."""
        gone = set(expired.tolist())
        width = len(HEDGES)
        kept = self.lots.items()
        self.lots = {k: v for k, v in kept if (v[0] or v[1]) and k // width % self.contracts not in gone}

    def held(self) -> Held:
        """Everything held now, by account, contract and hedge flag."""
        keys = np.array(sorted(self.lots), dtype=np.int64)
        lots = np.array([self.lots[key] for key in keys.tolist()], dtype=np.int64).reshape(len(keys), 2)
        keys, lots = keys[lots.any(axis=1)], lots[lots.any(axis=1)]
        width = len(HEDGES)
        return Held(
            account=keys // width // self.contracts,
            contract=keys // width % self.contracts,
            hedge=keys % width,
            long=lots[:, 0],
            short=lots[:, 1],
        )

    def _keys(self, orders: Orders) -> Integers:
        found: Integers = (orders["account"].astype(np.int64) * self.contracts + orders["contract"]) * len(HEDGES)
        found += orders["hedge"]
        return found


def _steps(orders: Orders, keys: Integers) -> tuple[list[int], list[int], list[int]]:
    """What happens to holdings, one holding after another and in time: (key, kind, place of the order)."""
    every = np.arange(len(orders))
    sent = every[~orders["earlier"]]
    opened = every[orders["filled"] > 0]
    rest = every[(orders["volume"] > orders["filled"]) & ~orders["earlier"]]
    at = np.where(orders["cancelled"] > 0, orders["ended_at"], _NEVER)[rest]
    done = orders["last_at"][opened] + np.where(orders["open_inside"][opened], MATCH_WINDOW, 0)
    place = np.concatenate([sent, opened, rest])
    time = np.concatenate([orders["accepted"][sent], done, at])
    kind = np.repeat([_SENT, _OPENED, _RELEASED], [len(sent), len(opened), len(rest)])
    order = np.lexsort((place, kind, time, keys[place]))
    place, kind = place[order], kind[order]
    return keys[place].tolist(), kind.tolist(), place.tolist()
