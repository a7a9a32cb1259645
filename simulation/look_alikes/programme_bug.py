"""A programme runs wild for a day, then it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import cross, flood
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class ProgrammeBug(Conduct):
    """Innocent floods of cancels, sometimes with a few self-matches."""

    kind = "programme_bug"
    innocent = True
    covers = ((Role.PROGRAMMATIC, Role.DAY_TRADER, Role.RETAIL),)
    reach = (0.6, 1.8)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """The day of the bug."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        terms = day.contract(contract)
        count = self.count(rng, terms.cancel_limit)
        ioc = terms.counts_ioc_only or (not terms.exempts_ioc and rng.random() < 0.15)
        lots, spread, patience = self.lots(rng, account, count), rng.uniform(0.1, 0.7), rng.uniform(0.6, 6.0)
        flood(day, rng, account, contract, lots, ioc=bool(ioc), spread=spread, patience=patience)
        if rng.random() < 0.2:
            meets = self.lots(rng, account, int(rng.integers(2, 8)))
            cross(day, rng, (account, account), contract, meets, rng.uniform(0.2, 0.8))
        if rng.random() < 0.3:
            self.plan.quiet_until = day.index + int(rng.integers(4, 20))
        return Deed(contract, count, terms.cancel_limit, (account,))
