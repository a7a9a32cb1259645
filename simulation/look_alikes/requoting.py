"""An algorithm that quotes both sides and, once filled on one, takes the other side's quotes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.episodes import EPISODES, spoof
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class Requoting(Conduct):
    """Innocent episodes of the shape of spoofing: what stands on the other side was meant to be filled."""

    kind = "requoting"
    innocent = True
    covers = ((Role.PROGRAMMATIC, Role.MARKET_MAKER, Role.ARBITRAGEUR, Role.INSTITUTION),)
    reach = (0.4, 2.0)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's fills and the quotes taken back after them."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        count = self.count(rng, EPISODES)
        spoof(day, rng, account, account, contract, count + 2, (3.0, 9.0), kept=0.25)
        return Deed(contract, count, EPISODES, (account,))
