"""Large orders shown and withdrawn 大额报撤单: to move others' views, not to trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import layer, trade
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class LargeOrderCancelling(Conduct):
    """Layers of large orders around small fills; the faint stay under the size that counts."""

    kind = "large_order_cancelling"
    covers = ((Role.INSTITUTION, Role.PROGRAMMATIC, Role.DAY_TRADER),)
    money = 20e6

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's layers and the small trades they are for."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        limit = day.contract(contract).large_limit
        count = self.count(rng, limit)
        sizes = (0.8, 1.1) if count < limit else (1.0, 1.3)
        layer(day, rng, account, contract, count, sizes, patience=rng.uniform(1.5, 12.0))
        small = self.lots(rng, account, 2 * int(rng.integers(2, 9)))
        trade(day, rng, account, contract, small, np.where(np.arange(len(small)) % 2 == 0, 1, -1))
        return Deed(contract, count, limit, (account,))
