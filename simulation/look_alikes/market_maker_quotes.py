"""A market maker's desks: two quoting machines meet, quotes go out without their flag, or all are pulled at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import SELF_LIMIT, cross, flood, layer
from simulation.orders import MARKET_MAKING
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class MarketMakerQuotes(Conduct):
    """Innocent: mostly crossings of two desks, sometimes unflagged quotes or a retreat."""

    kind = "market_maker_quotes"
    innocent = True
    covers = ((Role.MARKET_MAKER, Role.INSTITUTION),)
    reach = (0.5, 1.5)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day on which something goes wrong at the desk."""
        account, contract = self.actor(rng), self.place(day, rng)
        if contract is None:
            return None
        terms, luck = day.contract(contract), rng.random()
        if luck < 0.55:
            limit, count = SELF_LIMIT, self.count(rng, SELF_LIMIT)
            lots = self.lots(rng, account, count)
            cross(day, rng, (account, account), contract, lots, rng.uniform(0.2, 1.0), MARKET_MAKING)
        elif luck < 0.85:
            limit, count = terms.cancel_limit, self.count(rng, terms.cancel_limit)
            lots, patience = self.lots(rng, account, count), rng.uniform(1.0, 8.0)
            ioc = terms.counts_ioc_only
            flood(day, rng, account, contract, lots, ioc=ioc, spread=rng.uniform(0.3, 1.0), patience=patience)
        else:
            limit, count = terms.large_limit, self.count(rng, terms.large_limit)
            patience = rng.uniform(2.0, 15.0)
            layer(day, rng, account, contract, count, (1.0, 1.2), patience=patience, hedge=MARKET_MAKING)
        return Deed(contract, count, limit, (account,))
