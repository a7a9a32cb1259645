"""A hedger's orders go out without their hedging flag: what would be exempt counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross, layer
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class UnflaggedHedger(Conduct):
    """Innocent crossings and large cancels flagged as speculation by mistake."""

    kind = "unflagged_hedger"
    innocent = True
    covers = ((Role.HEDGER, Role.INSTITUTION),)
    money = 20e6
    reach = (0.5, 1.6)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day of the wrong flag."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        if rng.random() < 0.85:
            limit, count = SELF_LIMIT, self.count(rng, SELF_LIMIT)
            cross(day, rng, (account, account), contract, self.lots(rng, account, count), rng.uniform(0.2, 1.0))
        else:
            limit = day.contract(contract).large_limit
            count = self.count(rng, limit)
            layer(day, rng, account, contract, count, (0.95, 1.2), patience=rng.uniform(3.0, 20.0))
        return Deed(contract, count, limit, (account,))
