"""Somebody comes back after a long time: forgotten password, new machine, a bad trade, and the rest taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import round_size, trade
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class ForgottenPassword(Conduct):
    """Innocent: everything a stolen password shows but the thief."""

    kind = "forgotten_password"
    innocent = True
    covers = ((Role.DORMANT, Role.RETAIL),)
    reach = (0.4, 1.3)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """The day of the return."""
        account, contract = self.accounts[0], self.place(day, rng, far=bool(rng.random() < 0.2))
        if contract is None:
            return None
        machine = day.strange_machine(account, int(rng.integers(8)))
        day.use_machine(account, machine)
        for _ in range(int(rng.integers(6))):
            day.fail_login(account, None, machine)
        day.log_in(account, None, machine)
        if rng.random() < 0.7:
            day.change_password(account, None, machine)
        size = round_size(day, account, contract)
        count = int(rng.integers(2, 10))
        lots = rng.integers(1, max(2, size // 2 + 1), count)
        trade(day, rng, account, contract, lots, np.where(np.arange(count) % 2 == 0, 1, -1))
        if rng.random() < 0.4:
            day.move_cash(account, -round(float(day.equity[account]) / 10_000 * rng.uniform(0.2, 0.9)))
        if rng.random() < 0.5:
            self.plan.quiet_until = day.index + int(rng.integers(10, 40))
        return Deed(contract, 1, 2, (account,))
