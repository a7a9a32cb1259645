"""Flooding with FAK and FOK orders, which count on contracts with an order fee (申报费) since 2024-10-25."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.contracts import Contract
from simulation.deeds import cancelled_today, flood
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class FakFlooding(Conduct):
    """Fill-and-kill orders sent to be sent back."""

    kind = "fak_flooding"
    covers = ((Role.PROGRAMMATIC, Role.DAY_TRADER, Role.RETAIL),)

    def suits(self, contract: Contract) -> bool:
        """Contracts on which only FAK and FOK count."""
        return contract.counts_ioc_only and contract.kind not in {"option", "index_option"}

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's flood."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        limit = day.contract(contract).cancel_limit
        count = self.count(rng, limit)
        sent = count + count // 40
        if count < limit:
            sent = max(1, min(count, limit - 5 - cancelled_today(day, account, contract)))
        flood(day, rng, account, contract, self.lots(rng, account, sent), ioc=True, spread=rng.uniform(0.1, 0.6))
        return Deed(contract, count, limit, (account,))
