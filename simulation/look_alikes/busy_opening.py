"""A busy day: a programme or a client in a hurry opens about as much as the day's limit allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.contracts import Contract
from simulation.deeds import open_rounds
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class BusyOpening(Conduct):
    """Innocent opening near and over the limit."""

    kind = "busy_opening"
    innocent = True
    covers = ((Role.PROGRAMMATIC, Role.DAY_TRADER, Role.INSTITUTION, Role.ARBITRAGEUR),)
    money = 8e6
    reach = (0.6, 1.5)

    def suits(self, contract: Contract) -> bool:
        """Futures with an opening limit."""
        return contract.opening_limit is not None and contract.kind not in {"option", "index_option"}

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's many rounds."""
        account, contract = self.actor(rng), self.place(day, rng)
        limit = day.contract(contract).opening_limit if contract is not None else None
        if contract is None or limit is None:
            return None
        count = self.count(rng, limit)
        open_rounds(day, rng, account, contract, count, rng.uniform(0.4, 1.0))
        return Deed(contract, count, limit, (account,))
