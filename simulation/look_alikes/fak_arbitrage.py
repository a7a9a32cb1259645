"""An arbitrageur whose fill-and-kill orders come too late: hundreds are sent back in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.contracts import Contract
from simulation.lives import immediate
from simulation.orders import ARBITRAGE
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class FakArbitrage(Conduct):
    """Innocent FAK orders at prices that were there a moment ago; a few find somebody."""

    kind = "fak_arbitrage"
    innocent = True
    covers = ((Role.ARBITRAGEUR, Role.PROGRAMMATIC),)
    reach = (0.7, 1.5)

    def suits(self, contract: Contract) -> bool:
        """Contracts on which only FAK and FOK count."""
        return contract.counts_ioc_only and contract.kind not in {"option", "index_option"}

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day of missed orders."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        limit = day.contract(contract).cancel_limit
        count = self.count(rng, limit)
        sides = rng.choice([1, -1], count)
        hedge = ARBITRAGE if rng.random() < 0.6 else None
        offsets = day.times(rng, contract, count, rng.uniform(0.2, 0.9))
        orders = day.draft(account, contract, offsets, sides, self.lots(rng, account, count), hedge=hedge)
        day.send(immediate(rng, orders, fill=rng.uniform(0.01, 0.08)))
        return Deed(contract, count, limit, (account,))
