"""Cancelling at the limit price 停板报撤单: on a day at its limit, orders shown there and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.calendar import MILLISECOND, MINUTE
from simulation.conduct import Conduct, Deed, Rng
from simulation.lives import withdraw
from simulation.orders import SPECULATION
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

LIMIT = 100


class LimitPriceCancelling(Conduct):
    """At CZCE, on a day on which a contract hit its limit: buys at the upper, sells at the lower one."""

    kind = "limit_price_cancelling"
    covers = ((Role.DAY_TRADER, Role.RETAIL, Role.PROGRAMMATIC),)
    sizes = (3.0, 40.0)  # lots against the account's usual ones, for the strongest
    patience = (1.0, 8.0)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's orders at the limit, if there is a contract that hit it."""
        found = stuck(day)
        if not found:
            return None
        contract, side = found[int(rng.integers(len(found)))]
        account, count = self.actor(rng), self.count(rng, LIMIT)
        marks = day.market.prices.upper if side > 0 else day.market.prices.lower
        most = self.sizes[0] + (self.sizes[1] - self.sizes[0]) * max(self.strength, 0.3) ** 2
        lots = np.ceil(self.lots(rng, account, count) * rng.uniform(1.0, most, count)).astype(np.int64)
        offsets = at_limit(day, rng, contract, side, count)
        price = int(marks[contract, day.index])
        orders = day.draft(account, contract, offsets, side, lots, price=price, hedge=SPECULATION)
        day.send(withdraw(rng, orders, rng.uniform(*self.patience), fill=0.0))
        return Deed(contract, count, LIMIT, (account,))


def at_limit(day: Day, rng: Rng, contract: int, side: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Sorted offsets over a stretch of the minutes in which the market stands at its limit: elsewhere it would fill."""
    prices, opens = day.market.prices, int(day.market.opening[contract, day.index]) // MINUTE
    begin = int(prices.starts[contract, day.index])
    path = side * prices.path[begin + opens : begin + int(prices.minutes[contract])]
    minutes = opens + np.flatnonzero(path == path.max())
    spread = rng.uniform(0.3, 0.9)
    place = (rng.random() * (1 - spread) + np.sort(rng.random(count)) * spread) * len(minutes)
    within = ((place % 1) * (MINUTE // MILLISECOND)).astype(np.int64) * MILLISECOND
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = minutes[place.astype(np.int64)] * MINUTE + within
    return found


def stuck(day: Day) -> list[tuple[int, int]]:
    """CZCE contracts that trade today and touch a limit, with the side whose orders count there."""
    found, prices = [], day.market.prices
    for number, product in enumerate(day.market.products):
        if product.exchange == "CZCE":
            for contract in {day.main(number), *day.market.ranks[number, day.index].tolist()} - {-1}:
                if prices.high[contract, day.index] >= prices.upper[contract, day.index]:
                    found.append((contract, 1))
                if prices.low[contract, day.index] <= prices.lower[contract, day.index]:
                    found.append((contract, -1))
    return sorted(found)
