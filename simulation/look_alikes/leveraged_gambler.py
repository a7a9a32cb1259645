"""A gambler of one's own: three machines, passwords changed after every bad day, all the money in one position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import trade
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class LeveragedGambler(Conduct):
    """Innocent: looks like an account that was lent out."""

    kind = "leveraged_gambler"
    innocent = True
    covers = ((Role.RETAIL, Role.DAY_TRADER),)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day of it."""
        account, contract = self.accounts[0], self.place(day, rng)
        if contract is None:
            return None
        machines = 1 + int(rng.binomial(2, 0.4))
        for _ in range(machines):
            day.log_in(account, None, day.strange_machine(account, int(rng.integers(4))))
        if rng.random() < 0.2:
            day.change_password(account)
        if rng.random() < 0.08:
            day.move_cash(account, 10_000 * float(rng.integers(1, 12)))
        value = int(day.market.prices.settlement[contract, day.index]) * int(day.market.worth[contract])
        net = int(day.net[account, contract])
        side = int(np.sign(net)) if net and rng.random() < 0.6 else int(rng.choice([1, -1]))
        change = side * int(max(int(day.equity[account]), 0) * rng.uniform(3.0, 11.0) / value) - net
        if change:
            trade(day, rng, account, contract, np.full(1, abs(change)), 1 if change > 0 else -1)
        return Deed(contract, machines, 3, (account,))
