"""Evading an opening limit 分仓规避限额: undeclared accounts each stay below it, together they are above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Deed, Rng
from simulation.deeds import open_rounds, opened_today
from simulation.misconduct.opening_over_limit import OpeningOverLimit
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

_EACH = 0.85  # of the limit: the most one account opens, with room for its ordinary trading


class LimitEvasion(OpeningOverLimit):
    """Two to four accounts share one day's opening; the stronger, the further above the limit in sum."""

    kind = "limit_evasion"
    covers = ((Role.INSTITUTION, Role.DAY_TRADER, Role.RETAIL), (Role.RETAIL, Role.DAY_TRADER))
    size = (2, 4)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's rounds, dealt out so that nobody is over."""
        contract = self.place(day, rng)
        limit = day.contract(contract).opening_limit if contract is not None else None
        if contract is None or limit is None:
            return None
        total = min(self.count(rng, limit), int(len(self.accounts) * _EACH * limit))
        parts = rng.dirichlet(np.full(len(self.accounts), 6.0)) * total
        spread = rng.uniform(0.3, 0.9)
        for account, part in zip(self.accounts, parts.tolist(), strict=True):
            already, most = opened_today(day, account, contract), int(_EACH * limit)
            wanted = int(part) + 1 - (already if total < limit else 0)
            lots = max(1, min(wanted, most - already))
            open_rounds(day, rng, account, contract, lots, spread)
        if self.moving and rng.random() < 0.6:
            for account in self.accounts[1:]:
                day.use_machine(account, day.machine_of(self.accounts[0]))
        return Deed(contract, total, limit, self.accounts)
