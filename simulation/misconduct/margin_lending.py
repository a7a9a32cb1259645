"""Lending margin 配资: a lender hands out accounts with money in them to borrowers who trade at high leverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import trade
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

_MACS, _ROUND = 3, 50_000


class MarginLending(Conduct):
    """The first account is the lender's, the others are lent out: many machines, new passwords, round deposits."""

    kind = "margin_lending"
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.INSTITUTION), (Role.RETAIL,))
    size = (4, 8)

    @property
    def _habits(self) -> tuple[float, float, float]:
        """Borrowers change machines, passwords and money for reasons of their own."""
        return (0.0, 0.0, 0.0)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day of the borrowers; the lender looks in now and then."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        lender, seen = self.accounts[0], 1
        for account in self.accounts[1:]:
            if rng.random() < 0.75:
                seen = max(seen, self._borrow(day, rng, account, contract))
        if rng.random() < 0.3:
            day.move_cash(lender, _ROUND * float(rng.integers(-6, 4)))
        return Deed(contract, seen, _MACS, self.accounts)

    def _borrow(self, day: Day, rng: Rng, account: int, contract: int) -> int:
        """One borrower's day; machines seen."""
        machines = 1 + int(rng.binomial(3, 0.15 + 0.5 * self.strength))
        for _ in range(machines):
            day.log_in(account, None, day.strange_machine(account, int(rng.integers(1 + round(6 * self.strength)))))
        if rng.random() < 0.3 * self.strength:
            day.use_machine(account, day.machine_of(self.accounts[0]))  # the lender watches
        if rng.random() < 0.5 * self.strength**1.5:
            day.change_password(account)
        if rng.random() < 0.12:
            day.move_cash(account, _ROUND * float(rng.integers(1, 5)))
        self._trade(day, rng, account, contract)
        return machines

    def _trade(self, day: Day, rng: Rng, account: int, contract: int) -> None:
        """Hold positions worth several times the money, turned every few days; cut back before it is gone."""
        market = day.market
        value = int(market.prices.settlement[contract, day.index]) * int(market.worth[contract])
        leverage = rng.uniform(3.0, 6.0) * (0.5 + 1.6 * self.strength)
        net = int(day.net[account, contract])
        wanted = int(max(int(day.equity[account]), 0) * min(leverage, 13.0) / value)
        side = int(np.sign(net)) if net and rng.random() < 0.6 else int(rng.choice([1, -1]))
        change = side * wanted - net
        if change:
            pieces = min(abs(change), int(rng.integers(2, 7)))
            lots = np.full(pieces, abs(change) // pieces, dtype=np.int64)
            lots[: abs(change) % pieces] += 1
            trade(day, rng, account, contract, lots, 1 if change > 0 else -1)
