"""One cell's trading day in the making: what its accounts see, what they have sent, and what they meant by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulation import devices
from simulation.activity import LAST_MOMENTS
from simulation.asks import CashMove, Visit
from simulation.asks import Intent as Intent
from simulation.book import Held
from simulation.calendar import MILLISECOND, SECOND
from simulation.contracts import Contract
from simulation.orders import LIMIT, Orders, blank
from simulation.world import Market

if TYPE_CHECKING:
    from simulation.people import People

Integers = npt.NDArray[np.int64]
Many = Integers | int


@dataclass(slots=True)
class Day:
    """The day of all accounts of one cell. Accounts are local numbers 0..n-1, contracts places in the market."""

    market: Market
    people: People
    index: int  # day number
    net: Integers  # (n, contracts) net lots, what is sent today included
    equity: Integers  # (n,) at the close before, 1/10,000 CNY
    machine: Integers  # (n,) the machine of the day
    hedges: npt.NDArray[np.int8]  # (n,) usual hedge flag
    forced: npt.NDArray[np.bool_] | None = None  # (n,) whose margin the money did not cover at the close before
    held: Held | None = None  # positions at the close before, None before the first day
    batches: list[Orders] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    moves: list[CashMove] = field(default_factory=list)
    matches: int = 0  # numbers given so far to matches inside the cell

    @property
    def date(self) -> date:
        """The trading day."""
        return self.market.days[self.index]

    def contract(self, index: int) -> Contract:
        """The contract with this number."""
        return self.market.contracts[index]

    def main(self, product: int) -> int:
        """Today's main contract of a product (its place in ``market.products``)."""
        return self.market.main(product, self.index)

    def far(self, product: int) -> int | None:
        """An inactive contract of a product today, None where there is only the main one."""
        return self.market.far(product, self.index)

    def times(self, rng: np.random.Generator, contract: int, count: int, spread: float = 1.0) -> Integers:
        """Sorted offsets, U-shaped, over a random stretch of ``spread`` of the day, whole milliseconds."""
        shares = rng.random() * (1 - spread) + np.sort(rng.random(count)) * spread
        return self.market.offsets(np.full(count, contract), self.index, shares)

    def draft(
        self,
        account: Many,
        contract: Many,
        offsets: Integers,
        side: Many,
        volume: Many,
        *,
        behind: Many = 0,
        hedge: int | None = None,
        price: Many | None = None,
    ) -> Orders:
        """Limit orders ``behind`` ticks off the market (or at ``price`` ticks), inside the day's price limits.

        Nothing is decided yet about their life: hand them to a function of ``lives`` and then to `send`. ``account``,
        ``contract``, ``side``, ``volume``, ``behind`` and ``price`` are numbers or arrays as long as ``offsets``;
        ``hedge`` None means the account's usual flag. Volumes are held to the largest order the contract allows.
        `ValueError` for a contract that is not listed today.
        """
        prices, orders = self.market.prices, blank(len(offsets))
        orders["account"], orders["contract"], orders["accepted"] = account, contract, offsets
        where = orders["contract"].astype(np.int64)
        if not self.market.listed[where, self.index].all():
            raise ValueError(f"a contract that is not listed on {self.date}: {np.unique(where).tolist()}")
        orders["side"] = side
        orders["volume"] = np.clip(volume, 1, self.market.largest[where])
        orders["hedge"] = self.hedges[orders["account"]] if hedge is None else hedge
        market = prices.at(where, self.index, offsets)
        upper, lower = prices.upper[where, self.index], prices.lower[where, self.index]
        buys = orders["side"] > 0
        wanted = market - orders["side"] * np.asarray(behind) if price is None else np.asarray(price)
        orders["price"] = np.clip(wanted, lower, upper)
        orders["dealt"] = np.where(buys, np.minimum(orders["price"], market), np.maximum(orders["price"], market))
        orders["locked"] = np.where(buys, market >= upper, market <= lower)
        return orders

    def send(self, orders: Orders) -> None:
        """Put finished orders into the day: fills inside the day's range, every time inside its sessions."""
        self._settle(orders)
        lots = orders["side"].astype(np.int64) * orders["filled"]
        np.add.at(self.net, (orders["account"], orders["contract"]), lots)
        self.batches.append(orders)

    def match(self, rng: np.random.Generator, orders: Orders, partner: Many) -> None:
        """Send drafted orders and their partners' counter-orders: every pair meets whole and in one piece.

        ``partner`` is a local account or an array of them; the account itself makes self-matches. The counter-order
        is accepted a few milliseconds before the fill, carries the partner's usual hedge flag (the same flag as the
        order's for a self-match).
        """
        count = len(orders)
        waits = (rng.exponential(1.5, count) * 1000).astype(np.int64) * MILLISECOND
        late = (1 + rng.spawn(1)[0].exponential(7, count)).astype(np.int64) * MILLISECOND
        orders["filled"], orders["pieces"], orders["cancelled"] = orders["volume"], 1, 0
        orders["filled_at"] = orders["last_at"] = orders["accepted"] + 10 * MILLISECOND + waits
        orders["locked"] = False
        orders["match"] = self.matches + np.arange(count)
        self.matches += count
        self._settle(orders)
        counter = orders.copy()
        counter["account"], counter["side"], counter["order_type"] = partner, -orders["side"], LIMIT
        own = counter["account"] == orders["account"]
        counter["hedge"] = np.where(own, orders["hedge"], self.hedges[counter["account"]])
        counter["accepted"] = np.maximum(orders["accepted"], orders["filled_at"] - late)
        counter["price"] = orders["dealt"]
        self.send(orders)
        self.send(counter)

    def log_in(self, account: int, offset: int | None = None, machine: int | None = None) -> None:
        """A login at an offset of the account's favourite contract (None: before the first order of the day)."""
        self._visit(account, "login", offset, machine)

    def fail_login(self, account: int, offset: int | None = None, machine: int | None = None) -> None:
        """A failed login; times as for `log_in`."""
        self._visit(account, "login_failed", offset, machine)

    def change_password(self, account: int, offset: int | None = None, machine: int | None = None) -> None:
        """A password change; times as for `log_in`."""
        self._visit(account, "password_change", offset, machine)

    def use_machine(self, account: int, machine: int) -> None:
        """Let the account trade from ``machine`` today, another account's (`machine_of`) or a strange one."""
        self.machine[account] = machine

    def machine_of(self, account: int) -> int:
        """The machine an account uses today."""
        return int(self.machine[account])

    def strange_machine(self, account: int, number: int) -> int:
        """A machine in a place of its own that nobody uses by habit; the same ``number`` (0 to 63), the same one."""
        return devices.strange(self.people.cell, account, number)

    def move_cash(self, account: int, cny: float, *, bank: int | None = None, cross_border: bool = False) -> None:
        """A deposit, or a withdrawal where ``cny`` is negative (held to what is free); ``bank``: whose bank account."""
        self.moves.append(CashMove(account, cny, account if bank is None else bank, cross_border))

    def mean(
        self,
        kind: str,
        accounts: tuple[int, ...],
        strength: float,
        contract: int,
        planned: int,
        *,
        look_alike: bool = False,
    ) -> None:
        """Write down the truth of today for every account that took part."""
        for account in accounts:
            self.intents.append(Intent(account, self.index, kind, strength, look_alike, contract, planned))

    def _visit(self, account: int, event: str, offset: int | None, machine: int | None) -> None:
        self.visits.append(Visit(account, event, offset, -1 if machine is None else machine))

    def _settle(self, orders: Orders) -> None:
        """Hold prices of fills to the day's range and times to its sessions, order kept."""
        where = orders["contract"].astype(np.int64)
        prices, filled, buys = self.market.prices, orders["filled"] > 0, orders["side"] > 0
        dealt = np.clip(orders["dealt"], prices.low[where, self.index], prices.high[where, self.index])
        orders["dealt"] = np.where(filled, dealt, orders["dealt"])
        paid = np.where(buys, np.maximum(orders["price"], dealt), np.minimum(orders["price"], dealt))
        orders["price"] = np.where(filled, paid, orders["price"])
        close = self.market.length[where] - MILLISECOND
        opens = self.market.opening[where, self.index]
        before = orders["accepted"] = np.clip(orders["accepted"], opens, close - LAST_MOMENTS + SECOND)
        for name, early in (("filled_at", 2), ("last_at", 1), ("ended_at", 0)):
            before = orders[name] = np.clip(orders[name], before, close - early * MILLISECOND)
            before = np.where(filled, before, orders["accepted"])
