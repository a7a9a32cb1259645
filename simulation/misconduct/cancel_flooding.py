"""Flooding with cancels 频繁报撤单, where the client's own cancels count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.contracts import Contract
from simulation.deeds import cancelled_today, flood
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class CancelFlooding(Conduct):
    """Orders that never meant to trade, withdrawn within seconds; a second account is kept for later."""

    kind = "cancel_flooding"
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.PROGRAMMATIC), (Role.RETAIL, Role.DORMANT, Role.DAY_TRADER))
    size = (1, 2)
    unit = "undeclared_group"

    def suits(self, contract: Contract) -> bool:
        """Futures on which plain cancels count."""
        return not contract.counts_ioc_only and contract.kind not in {"option", "index_option"}

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's flood; now and then fill-and-kill orders where both count."""
        contract = self.place(day, rng)
        if contract is None:
            return None
        terms = day.contract(contract)
        count = self.count(rng, terms.cancel_limit)
        actors = self.accounts if self.plan.spread else self.accounts[:1]
        for account in actors:
            share = -(-count // len(actors))
            if count < terms.cancel_limit:  # it counts its own cancels too
                share = max(1, min(share, terms.cancel_limit - 5 - cancelled_today(day, account, contract)))
            ioc = not terms.exempts_ioc and rng.random() < 0.15
            lots = self.lots(rng, account, share + share // 50)
            spread, patience = rng.uniform(0.1, 0.6), rng.uniform(0.6, 6.0)
            flood(day, rng, account, contract, lots, ioc=bool(ioc), spread=spread, patience=patience)
        return Deed(contract, count // len(actors), terms.cancel_limit, actors)
