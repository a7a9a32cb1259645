"""A large client pulls its resting orders when the market moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import layer, trade
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class LargeRetreat(Conduct):
    """Innocent large cancels of somebody who does trade that size."""

    kind = "large_retreat"
    innocent = True
    covers = ((Role.INSTITUTION, Role.HEDGER, Role.PROGRAMMATIC),)
    money = 50e6

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day of repricing and retreat."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        limit = day.contract(contract).large_limit
        count = self.count(rng, limit)
        layer(day, rng, account, contract, count, (0.95, 1.25), patience=rng.uniform(2.0, 20.0))
        dealt = self.lots(rng, account, int(rng.integers(2, 14)), 2.0)
        trade(day, rng, account, contract, dealt, np.where(rng.random(len(dealt)) < 0.5, 1, -1))
        return Deed(contract, count, limit, (account,))
