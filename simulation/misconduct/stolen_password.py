"""A stolen password 盗码: a sleeping account trades itself poor against the thief's, who takes the money out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.conduct import Conduct, Deed, Rng
from simulation.deeds import pass_money
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Day

_LIMIT_CNY = 50_000
_AGAIN = 25  # days until the next theft


class StolenPassword(Conduct):
    """The first account is the victim, the second the thief's; one theft takes a day or two."""

    kind = "stolen_password"
    covers = ((Role.DORMANT, Role.RETAIL), (Role.RETAIL, Role.DAY_TRADER))
    size = (2, 2)

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """Tried passwords, a strange machine, a new password, a loss to the thief, and the thief's withdrawal."""
        contract = self.place(day, rng, far=bool(rng.random() < 0.8))
        if contract is None:
            return None
        victim, thief = self.accounts
        strange = day.strange_machine(thief, int(rng.integers(8)))
        day.use_machine(victim, strange)
        if rng.random() < 0.3:
            day.use_machine(thief, strange)
        for _ in range(int(rng.integers(1 + round(5 * self.strength)))):
            day.fail_login(victim, None, strange)
        day.log_in(victim, None, strange)
        if rng.random() < 0.25 + 0.7 * self.strength:
            day.change_password(victim, None, strange)
        money = float(day.equity[victim]) / 10_000
        rounds = int(rng.integers(2, 5 + round(5 * self.strength)))
        gone = pass_money(day, rng, victim, thief, contract, rounds, max(money, 2_000) * self.strength * 0.6)
        if rng.random() < 0.75:
            day.move_cash(thief, -round(gone * rng.uniform(0.7, 1.0)))
        if rng.random() < 0.6:
            self.plan.quiet_until = day.index + int(rng.integers(_AGAIN // 2, 2 * _AGAIN))
        return Deed(contract, round(gone), _LIMIT_CNY, self.accounts)
