"""Spoofing 虚假申报: large orders on one side, a small fill on the other, the large ones withdrawn at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.episodes import EPISODES, spoof
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class Spoofing(Conduct):
    """Episodes in the shape the screen looks for; the faint show too little, the warned show it elsewhere."""

    kind = "spoofing"
    covers = ((Role.INSTITUTION, Role.PROGRAMMATIC, Role.DAY_TRADER), (Role.RETAIL, Role.DAY_TRADER))
    size = (1, 2)
    unit = "undeclared_group"
    money = 10e6

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's episodes: by one account, or shown by a linked one while the first is filled."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        count = self.count(rng, EPISODES)
        account = self.accounts[0]
        split = len(self.accounts) > 1 and (self.plan.spread or rng.random() < 0.2)
        shows = self.accounts[1] if split else account
        ratio = (6.0, 15.0) if self.strength > 0.5 else (5.2, 9.0) if self.strength > 0.2 else (2.0, 4.5)
        spoof(day, rng, account, shows, contract, count, ratio)
        if len(self.accounts) > 1 and not split and rng.random() < 0.5:  # the other one takes the other side
            spoof(day, rng, self.accounts[1], self.accounts[1], contract, 1, (0.5, 2.0))
        return Deed(contract, 0 if split else count, EPISODES, self.accounts)
