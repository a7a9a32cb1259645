"""Opening more than the day's limit 日内开仓超限 on purpose, round after round."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simulation.conduct import Conduct, Deed, Rng
from simulation.contracts import Contract
from simulation.deeds import open_rounds, opened_today
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day


class OpeningOverLimit(Conduct):
    """Opens and closes until more is opened than allowed."""

    kind = "opening_over_limit"
    covers: ClassVar[tuple[tuple[Role, ...], ...]] = ((Role.DAY_TRADER, Role.PROGRAMMATIC, Role.INSTITUTION),)
    size = (1, 2)
    unit = "undeclared_group"
    money = 8e6

    def suits(self, contract: Contract) -> bool:
        """Futures with an opening limit."""
        return contract.opening_limit is not None and contract.kind not in {"option", "index_option"}

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """A day's rounds; through two accounts after a call, if it has them."""
        contract = self.place(day, rng)
        limit = day.contract(contract).opening_limit if contract is not None else None
        if contract is None or limit is None:
            return None
        count = self.count(rng, limit)
        actors = self.accounts if self.plan.spread else self.accounts[:1]
        for account in actors:
            lots = -(-count // len(actors))
            if count < limit:
                lots = max(1, min(lots, limit - 1 - opened_today(day, account, contract)))
            open_rounds(day, rng, account, contract, lots, rng.uniform(0.3, 0.95))
        return Deed(contract, count // len(actors), limit, actors)
