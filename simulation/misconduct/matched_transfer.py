"""Passing money by matched trades 对敲转移资金: on an inactive contract the loser buys high and sells low."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import pass_money
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

LIMIT_CNY = 50_000  # what the after-close screen asks for
_TIDY = 0.55  # share of days on which the winner takes the money out at once


class MatchedTransfer(Conduct):
    """The first account wins, day after day, exactly what the second loses, and takes it out of the account."""

    kind = "matched_transfer"
    covers = ((Role.RETAIL, Role.DAY_TRADER), (Role.RETAIL, Role.DAY_TRADER, Role.INSTITUTION))
    size = (2, 2)
    unit = "undeclared_group"
    money = 800e3

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's rounds; the faint pass on a small part a day."""
        contract = self.place(day, rng, far=bool(rng.random() < 0.85))
        if contract is None:
            return None
        wanted = self.count(rng, LIMIT_CNY)
        if wanted < LIMIT_CNY:
            wanted //= 1 if self.strength > 0.5 else 8
        winner, loser = self.accounts
        rounds = int(rng.integers(3, 9)) if self.strength > 0.5 else int(rng.integers(1, 5))
        gone = pass_money(day, rng, loser, winner, contract, rounds, wanted, rng.uniform(0.05, 0.5))
        if rng.random() < _TIDY:
            day.move_cash(winner, -round(gone * rng.uniform(0.5, 1.1)))
        return Deed(contract, round(gone), LIMIT_CNY, self.accounts)
