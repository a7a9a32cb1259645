"""Synchronised accounts 趋同交易: one hand trades several accounts, the others within a second of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from simulation.calendar import MILLISECOND
from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import follow
from simulation.lives import fill_whole
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

PAIRS = 4  # a day, which makes more than the screen's ten in five days


class Synchronised(Conduct):
    """The first account leads; the others copy contract, side and price."""

    kind = "synchronised"
    covers: ClassVar[tuple[tuple[Role, ...], ...]] = (
        (Role.RETAIL, Role.DAY_TRADER, Role.PROGRAMMATIC),
        (Role.RETAIL, Role.DORMANT),
    )
    size = (2, 4)
    unit = "undeclared_group"
    lag = (0.03, 0.8)  # seconds
    faithful = 0.97  # share of trades that a follower copies

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's trades and their copies."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        leader, count = self.accounts[0], self.count(rng, PAIRS) * (2 if self.strength > 0.5 else 1)
        sides = np.where((np.arange(count) + int(rng.integers(2))) % 2 == 0, 1, -1)
        offsets = day.times(rng, contract, count, rng.uniform(0.3, 1.0))
        orders = day.draft(leader, contract, offsets, sides, self.lots(rng, leader, count))
        orders = fill_whole(rng, orders)
        orders["pieces"], orders["filled_at"] = 1, orders["accepted"] + rng.integers(20, 150, count) * MILLISECOND
        orders["last_at"] = orders["filled_at"]
        orders = orders[orders["filled"] > 0]
        day.send(orders)
        slow = 1.0 if self.innocent or self.strength > 0.2 else 3.0
        for account in self.accounts[1:]:
            copied = orders[rng.random(len(orders)) < self.faithful]
            delays = rng.uniform(*self.lag, len(copied)) * slow
            follow(day, rng, copied, account, self.lots(rng, account, len(copied)), delays)
        return Deed(contract, count, PAIRS, self.accounts)
