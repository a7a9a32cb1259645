"""A ring 未申报实控: undeclared accounts under one hand trade with each other to paint volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

_SLIPS = 0.7  # chance that the leader also meets its own orders


class Ring(Conduct):
    """Members cross in turn; some rings sit at one machine, and the leader slips into trading with itself."""

    kind = "ring"
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.PROGRAMMATIC), (Role.RETAIL, Role.DAY_TRADER, Role.DORMANT))
    size = (2, 5)
    unit = "undeclared_group"

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """Twice the limit's worth of matches round the ring, on a thin or a liquid contract."""
        contract = self.place(day, rng, far=bool(rng.random() < 0.3))
        if contract is None:
            return None
        count = self.count(rng, SELF_LIMIT)
        members = self.accounts
        for place, member in enumerate(members):
            other = members[(place + 1) % len(members)]
            share = -(-2 * count // len(members))
            cross(day, rng, (member, other), contract, self.lots(rng, member, share, 2.0), rng.uniform(0.15, 0.9))
            if len(members) == 2:
                break
        if rng.random() < _SLIPS * self.strength:
            slips = self.lots(rng, members[0], count, 2.0)
            cross(day, rng, (members[0], members[0]), contract, slips, rng.uniform(0.15, 0.9))
        if self.moving and rng.random() < 0.7:
            for member in members[1:]:
                day.use_machine(member, day.machine_of(members[0]))
        return Deed(contract, count, SELF_LIMIT, members)
