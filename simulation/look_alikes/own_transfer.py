"""A client moves positions and money between two accounts of its own household, at the market's price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import cross, round_size
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

_MATCHES = 5


class OwnTransfer(Conduct):
    """Innocent: matches on a thin contract at market prices, and money out of one account and into the other."""

    kind = "own_transfer"
    innocent = True
    covers = ((Role.RETAIL, Role.INSTITUTION), (Role.RETAIL,))
    size = (2, 2)
    unit = "family"
    declared = 0.2
    money = 1e6
    reach = (0.5, 1.6)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's handing over; the day's settlement decides who gains by it."""
        contract = self.place(day, rng, far=bool(rng.random() < 0.7))
        if contract is None:
            return None
        giver, taker = self.accounts if rng.random() < 0.5 else self.accounts[::-1]
        count = self.count(rng, _MATCHES)
        most = max(2, round_size(day, giver, contract) // max(count, 1))
        lots = rng.integers(1, most + 1, count)
        cross(day, rng, (giver, taker), contract, lots, rng.uniform(0.05, 0.6))
        if rng.random() < 0.5:
            cny = round(float(day.equity[giver]) / 10_000 * rng.uniform(0.05, 0.25))
            day.move_cash(giver, -cny)
            day.move_cash(taker, cny, bank=giver if rng.random() < 0.5 else None)
        return Deed(contract, count, _MATCHES, self.accounts)
