"""One account's day in the making: what it sees, what it has sent, and what it meant by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.accounts import Account
from simulation.calendar import MILLISECOND, SECOND
from simulation.contracts import Contract
from simulation.orders import SPECULATION, Orders, blank
from simulation.prices import Prices

Numbers = npt.NDArray[np.int64]
_LAST = 20 * SECOND  # nothing is sent in the last moments of a day, so that every life ends inside it


@dataclass(frozen=True, slots=True)
class Market:
    """What every agent sees."""

    seed: int
    days: tuple[date, ...]
    contracts: tuple[Contract, ...]
    prices: Prices


@dataclass(frozen=True, slots=True)
class Intent:
    """What an account truly meant on one day; ``planned`` counts against the rule's limit."""

    account: int
    day: int
    kind: str
    strength: float
    look_alike: bool
    contract: int
    planned: int


@dataclass(slots=True)
class Turn:
    """An account's day; ``carried`` is its net position per contract, the account's own memory."""

    account: Account
    day: int
    rng: np.random.Generator
    market: Market
    carried: dict[int, int] = field(default_factory=dict)
    batches: list[Orders] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)

    def contract(self, index: int) -> Contract:
        """The contract with this number."""
        return self.market.contracts[index]

    def choose(self) -> int:
        """One of the account's contracts, the first most often."""
        likes = self.account.favourites
        return likes[min(int(self.rng.exponential(0.8)), len(likes) - 1)]

    def times(self, contract: int, count: int, spread: float = 1.0) -> Numbers:
        """Sorted offsets, uniform over a random stretch of ``spread`` of the day, whole milliseconds."""
        length = self.contract(contract).session.length - _LAST
        begin = self.rng.random() * (1 - spread) * length
        offsets = begin + np.sort(self.rng.random(count)) * spread * length
        return offsets.astype(np.int64) // MILLISECOND * MILLISECOND

    def draft(
        self,
        contract: int,
        offsets: Numbers,
        side: npt.NDArray[np.int_] | int,
        volume: npt.NDArray[np.int_] | int,
        *,
        behind: npt.NDArray[np.int_] | int = 0,
        hedge: int = SPECULATION,
    ) -> Orders:
        """Resting limit orders ``behind`` ticks off the market, inside the price limits, nothing decided yet."""
        orders = blank(len(offsets))
        prices = self.market.prices
        orders["account"], orders["day"], orders["contract"] = self.account.index, self.day, contract
        orders["ended_day"] = self.day
        orders["accepted"] = offsets
        orders["side"], orders["volume"], orders["hedge"] = side, volume, hedge
        wanted = prices.at(contract, self.day, offsets) - orders["side"] * np.asarray(behind)
        orders["price"] = np.clip(wanted, prices.lower[contract, self.day], prices.upper[contract, self.day])
        return orders

    def send(self, orders: Orders) -> None:
        """Put finished orders into the day; a fill's price lies in the day's range."""
        prices, fills = self.market.prices, orders["filled"] > 0
        for contract in np.unique(orders["contract"]).tolist():
            here = fills & (orders["contract"] == contract)
            low, high = prices.low[contract, self.day], prices.high[contract, self.day]
            orders["price"][here] = np.clip(orders["price"][here], low, high)
        self.remember(orders[orders["partner"] != self.account.index])  # a self-match moves nothing
        self.batches.append(orders)

    def remember(self, orders: Orders) -> None:
        """Add fills to the position carried."""
        for contract in np.unique(orders["contract"]).tolist():
            here = orders["contract"] == contract
            net = int((orders["side"][here].astype(np.int64) * orders["filled"][here]).sum())
            self.carried[contract] = self.carried.get(contract, 0) + net

    def mean(self, kind: str, strength: float, contract: int, planned: int, *, partner: int = -1) -> None:
        """Write down the intent, for a guilty partner too."""
        look_alike = strength == 0
        for account in (self.account.index, partner)[: 1 if partner < 0 else 2]:
            self.intents.append(Intent(account, self.day, kind, strength, look_alike, contract, planned))
