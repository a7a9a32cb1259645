"""A clumsy client closes against its own resting order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class ClumsyCrossing(Conduct):
    """Innocent self-matches of somebody who forgets what still stands in the book."""

    kind = "clumsy_crossing"
    innocent = True
    covers = ((Role.RETAIL, Role.DAY_TRADER),)
    reach = (0.2, 1.5)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's forgotten orders."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        count = self.count(rng, SELF_LIMIT)
        cross(day, rng, (account, account), contract, self.lots(rng, account, count, 1.6), rng.uniform(0.1, 0.9))
        return Deed(contract, count, SELF_LIMIT, (account,))
