"""Trading inside a declared group 组内互为对手: members of one control group take each other's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class GroupTrading(Conduct):
    """Two members of a declared group cross; after a call, sometimes other members do."""

    kind = "group_trading"
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.INSTITUTION), (Role.RETAIL, Role.DAY_TRADER, Role.INSTITUTION))
    size = (2, 4)
    unit = "declared_group"
    declared = 1.0

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's matches between two members."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        pair = self.accounts[:2]
        if self.plan.spread:
            pair = tuple(rng.permutation(self.accounts)[:2].tolist())
        count = self.count(rng, SELF_LIMIT)
        lots = self.lots(rng, pair[0], count, 2.0)
        cross(day, rng, (pair[0], pair[1]), contract, lots, rng.uniform(0.15, 0.9))
        return Deed(contract, count, SELF_LIMIT, pair)
