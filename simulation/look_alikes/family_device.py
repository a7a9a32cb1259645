"""A family at one machine: they trade alike and sometimes meet each other in the market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class FamilyDevice(Conduct):
    """Innocent: shared machine, matches between relatives; less than half of such families are declared groups."""

    kind = "family_device"
    innocent = True
    covers = ((Role.RETAIL, Role.DAY_TRADER), (Role.RETAIL, Role.DORMANT))
    size = (2, 4)
    unit = "family"
    declared = 0.45
    reach = (0.2, 1.7)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day at the kitchen table."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        first, second = rng.permutation(self.accounts)[:2].tolist()
        count = self.count(rng, SELF_LIMIT)
        cross(day, rng, (first, second), contract, self.lots(rng, first, count, 1.6), rng.uniform(0.2, 1.0))
        if rng.random() < 0.8:
            day.use_machine(second, day.machine_of(first))
        return Deed(contract, count, SELF_LIMIT, self.accounts)
