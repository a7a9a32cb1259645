"""An office: colleagues with accounts of their own behind one address, who read the same research."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import trade
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class OfficeNetwork(Conduct):
    """Innocent: one machine for several accounts, and the same side of the market on the same day."""

    kind = "office_network"
    innocent = True
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.INSTITUTION),)
    size = (3, 6)
    unit = "office"

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day in the office: most trade one contract the same way, from the office's machine."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        side, machine = int(rng.choice([1, -1])), day.machine_of(self.accounts[0])
        for account in self.accounts:
            if rng.random() < 0.75:
                day.use_machine(account, machine)
                day.log_in(account, None, machine)
                lots = self.lots(rng, account, int(rng.integers(1, 6)))
                trade(day, rng, account, contract, lots, np.where(rng.random(len(lots)) < 0.8, side, -side))
        return Deed(contract, len(self.accounts) - 1, len(self.accounts), self.accounts)
