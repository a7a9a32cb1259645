"""Self-trading 自成交: one account buys from itself to paint volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class SelfTrading(Conduct):
    """Crosses its own orders within a stretch of the day."""

    kind = "self_trading"
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.PROGRAMMATIC, Role.INSTITUTION),)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's self-matches."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        count = self.count(rng, SELF_LIMIT)
        cross(day, rng, (account, account), contract, self.lots(rng, account, count, 2.0), rng.uniform(0.15, 0.9))
        return Deed(contract, count, SELF_LIMIT, (account,))
