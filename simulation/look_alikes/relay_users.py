"""Clients of one terminal vendor whose relay is not marked as one: strangers at one address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class RelayUsers(Conduct):
    """Innocent: several accounts log in through the same machine and have nothing else to do with each other."""

    kind = "relay_users"
    innocent = True
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.PROGRAMMATIC),)
    size = (3, 6)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day through the vendor's relay."""
        contract, machine = self.place(day, rng), day.strange_machine(self.accounts[0], 63)
        if contract is None:
            return None
        through = tuple(account for account in self.accounts if rng.random() < 0.8)
        for account in through:
            day.use_machine(account, machine)
            day.log_in(account, None, machine)
        return Deed(contract, len(through), len(self.accounts) + 1, through) if through else None
