"""What every offender and look-alike has in common: a plan, a strength, a place to act, and the truth written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from simulation.contracts import Contract
from simulation.plan import Plan
from simulation.roles import Role
from simulation.seeds import Stream, child
from simulation.traces import leave

if TYPE_CHECKING:
    from simulation.casting import Cast
    from simulation.day import Day
    from simulation.people import People
    from simulation.scenario import Scenario
    from simulation.world import Market

Rng = np.random.Generator
_KNOTS = (0.0, 0.15, 0.4, 0.65, 0.9, 1.0)
_LEAST = (0.2, 0.35, 0.6, 0.85, 1.05, 1.1)  # of the limit, by strength
_MOST = (0.5, 0.9, 1.15, 1.6, 2.3, 2.6)
_FAINT = 0.2  # up to this strength nothing ever reaches a limit
_BELOW = (0.4, 0.78)  # share of the limit after the broker's call


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done today: the contract, the count and the limit it stands against, and who took part."""

    contract: int
    count: int
    limit: int
    accounts: tuple[int, ...]


class Conduct:
    """One unit of accounts that is up to something; a subclass says what and how it is cast.

    ``covers`` are the roles wanted for the first, second, ... account (the last for all further ones), ``size`` the
    least and most accounts, ``unit`` what binds them ("" for nothing on record), ``declared`` the chance that the
    unit is declared to the exchange, ``money`` the least CNY of its accounts, ``reach`` (look-alikes only) the day's
    count against the limit.
    """

    kind: ClassVar[str]
    innocent: ClassVar[bool] = False
    covers: ClassVar[tuple[tuple[Role, ...], ...]] = ((Role.RETAIL,),)
    size: ClassVar[tuple[int, int]] = (1, 1)
    unit: ClassVar[str] = ""
    declared: ClassVar[float] = 0.0
    money: ClassVar[float] = 0.0
    reach: ClassVar[tuple[float, float]] = (0.7, 1.35)

    def __init__(self, cast: Cast, number: int, people: People, scenario: Scenario, market: Market, seed: int) -> None:
        self.accounts, self.own_strength = cast.members, cast.strength
        self.people, self.scenario, self.market = people, scenario, market
        self._key = (seed, Stream.AGENT, people.cell, number)
        self.plan = Plan(cast.settings, len(market.days))
        rng = self.rng(len(market.days))
        self.moving, self.changing, self.paying = (bool(rng.random() < share) for share in self._habits)
        self._places = self._preferred(rng)
        self.strength, self._today = self.own_strength, 0

    @property
    def _habits(self) -> tuple[float, float, float]:
        """Chances that it is somebody who changes machines, passwords, or moves cash around what it does."""
        return (0.35, 0.3, 0.3) if self.innocent else (0.5, 0.4, 0.45)

    def rng(self, day: int) -> Rng:
        """This unit's draws of one day."""
        seed, stream, *key = self._key
        return child(seed, Stream(stream), *key, day)

    def act(self, day: Day) -> None:
        """One trading day: act if the plan says so, write the truth down, hear from the broker if it went too far."""
        rng, days = self.rng(day.index), len(self.market.days)
        self._today = day.index
        rate = self.scenario.rate(self.kind, day.index, days)
        if not self.plan.acts(rng, day.index, rate):
            self.rest(day, rng)
            return
        drifted = self.own_strength * self.scenario.strength(self.kind, day.index, days)
        self.strength = float(np.clip(drifted, 0.0, 1.0))
        deed = self.do(day, rng)
        if deed is None:
            return
        shown = 0.0 if self.innocent else float(np.clip(self.strength + rng.normal(0, 0.06), 0.05, 1.0))
        day.mean(self.kind, deed.accounts, shown, deed.contract, deed.count, look_alike=self.innocent)
        leave(day, rng, deed.accounts, (self.moving, self.changing, self.paying))
        if deed.count >= deed.limit and rng.random() < self.scenario.broker.call:
            self.plan.called(rng, day.index, len(self.accounts))

    def do(self, day: Day, rng: Rng) -> Deed | None:
        """What it does on a day of action; None where the day offers no occasion."""
        raise NotImplementedError

    def rest(self, day: Day, rng: Rng) -> None:
        """What it does on any other day: nothing beyond the accounts' ordinary trading."""

    def suits(self, contract: Contract) -> bool:
        """Whether a contract is one to do it on."""
        return contract.kind not in {"option", "index_option"}

    def actor(self, rng: Rng) -> int:
        """Who acts today: the first account; after spreading, any of them."""
        return self.accounts[int(rng.integers(len(self.accounts))) if self.plan.spread else 0]

    def place(self, day: Day, rng: Rng, *, far: bool = False) -> int | None:
        """Today's contract: of the unit's products in its own order, mostly the first that trades; None without one."""
        found = []
        for product in self._places:
            contract = day.far(product) if far else day.main(product)
            if contract is not None and contract >= 0:
                found.append(contract)
        if not found:
            return None
        return found[(self.plan.moved + min(int(rng.exponential(0.5)), 2)) % len(found)]

    def count(self, rng: Rng, limit: int) -> int:
        """Today's count against ``limit``, by strength; never at the limit for the faint and the warned."""
        if self.innocent:
            share = rng.uniform(*self.reach)
        else:
            share = rng.uniform(np.interp(self.strength, _KNOTS, _LEAST), np.interp(self.strength, _KNOTS, _MOST))
        below = self._today <= self.plan.below_until
        careful = below or (not self.innocent and self.strength <= _FAINT)
        if below:
            share = min(share, rng.uniform(*_BELOW))
        found = max(1, int(np.ceil(limit * share)))
        return min(found, max(limit - 1, 1)) if careful else found

    def lots(self, rng: Rng, account: int, count: int, most: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Sizes of ``count`` orders of an account, up to ``most`` times its usual size."""
        return rng.integers(1, max(2, int(self.people.lots[account] * most) + 1), count)

    def _preferred(self, rng: Rng) -> tuple[int, ...]:
        """Products that suit, what the first account likes before the rest."""
        suited = _products(self.market, self.suits)
        liked = [product for product in self.people.likes[self.accounts[0]] if product in suited]
        others = [product for product in rng.permutation(len(self.market.products)).tolist() if product in suited]
        return tuple(dict.fromkeys(liked + others))[: max(3, len(liked))]


def _products(market: Market, suits: Callable[[Contract], bool]) -> set[int]:
    first = {contract.product_number: contract for contract in market.contracts}
    return {number for number, contract in first.items() if suits(contract)}
