"""Two strategies of one account meet by accident: self-matches nobody meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class TwoStrategies(Conduct):
    """Innocent self-matches of a programme's two strategies, at any time of the day."""

    kind = "two_strategies"
    innocent = True
    covers = ((Role.PROGRAMMATIC, Role.INSTITUTION, Role.DAY_TRADER, Role.ARBITRAGEUR),)
    reach = (0.4, 1.9)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's accidents."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        count = self.count(rng, SELF_LIMIT)
        cross(day, rng, (account, account), contract, self.lots(rng, account, count, 1.6), rng.uniform(0.25, 1.0))
        return Deed(contract, count, SELF_LIMIT, (account,))
