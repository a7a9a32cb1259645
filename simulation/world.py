"""The market that all accounts share: days, contracts and prices, and which contracts are main or inactive when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from alertgrade.errors import AlertError
from features.events.schema import EXCHANGES
from simulation.activity import cumulative, offsets_of
from simulation.calendar import KNOWN, Session, has_night, instants, trading_days
from simulation.contracts import Contract, listed
from simulation.prices import Prices, make_prices
from simulation.products import PRODUCTS, Product
from simulation.scenario import Scenario

Integers = npt.NDArray[np.int64]
SESSIONS = tuple(Session)


@dataclass(frozen=True, slots=True)
class Market:
    """What every agent sees; a pure function of seed, scenario and days. Arrays by contract number and day number."""

    seed: int
    days: tuple[date, ...]
    products: tuple[Product, ...]
    contracts: tuple[Contract, ...]
    prices: Prices
    night: npt.NDArray[np.bool_]  # (days,) whether the day begins with a night session
    listed: npt.NDArray[np.bool_]  # (contracts, days)
    ranks: Integers  # (products, days, 4) contracts: main, next one, third, farthest; -1 where there is none
    exchange: Integers  # (contracts,) place in ``EXCHANGES``
    tick_micro: Integers  # (contracts,) smallest step, millionths of CNY
    product: Integers  # (contracts,) place in ``products``
    session: Integers  # (contracts,) place in SESSIONS
    opening: Integers  # (contracts, days) offset at which the day opens: 0, or past a night that is not held
    length: Integers  # (contracts,) offset at which the day closes
    fee_units: Integers  # (contracts,) the exchange's fee a lot, 1/10,000 CNY
    worth: Integers  # (contracts,) of a tick of a lot, 1/10,000 CNY
    margin_percent: Integers  # (contracts,)
    largest: Integers  # (contracts,) largest order, lots; 1,000 where there is no limit
    takes_market: npt.NDArray[np.bool_]  # (contracts,) whether market orders exist
    takes_stop: npt.NDArray[np.bool_]  # (contracts,) whether stop orders exist
    leaving: npt.NDArray[np.bool_]  # (contracts, days) so near its expiry that clients bring positions home
    activity: tuple[npt.NDArray[np.float64], ...]  # by place in SESSIONS, see ``activity.cumulative``

    def main(self, product: int, day: int) -> int:
        """Main contract of a product (its place in ``products``) on a day; -1 where none is listed."""
        return int(self.ranks[product, day, 0])

    def far(self, product: int, day: int) -> int | None:
        """An inactive contract of a product on a day: the farthest listed one that is not main; None without one."""
        found = int(self.ranks[product, day, 3])
        return None if found < 0 else found

    def clock(self, contract: Integers, day: int, offset: Integers) -> Integers:
        """UTC microseconds of offsets (microseconds of open time) of one day, by contract."""
        kinds, found = self.session[contract], np.zeros(len(offset), dtype=np.int64)
        for kind in np.unique(kinds).tolist():
            here = kinds == kind
            found[here] = instants(SESSIONS[kind], self.days[day], offset[here])
        return found

    def offsets(self, contract: Integers, day: int, shares: npt.NDArray[np.float64]) -> Integers:
        """Offsets at shares in [0, 1] of the day's activity, by contract."""
        kinds, found = self.session[contract], np.zeros(len(contract), dtype=np.int64)
        for kind in np.unique(kinds).tolist():
            here = kinds == kind
            opens = int(self.opening[contract[here][0], day])
            found[here] = offsets_of(shares[here], opens, self.activity[kind])
        return found


def make_market(seed: int, start: date, days: int, scenario: Scenario) -> Market:
    """The market over ``days`` trading days from ``start``; a longer market has the same first days.

    `AlertError` where a day lies outside the years whose holidays are known.
    """
    dates = trading_days(start, days)
    if dates[0] < KNOWN[0] or dates[-1] > KNOWN[1]:
        seen, wanted = f"trading days from {dates[0]} to {dates[-1]}", f"days from {KNOWN[0]} to {KNOWN[1]}"
        raise AlertError(
            seen, f"wanted {wanted}: the holidays of no other year are known", "take fewer days or another start"
        )
    contracts = listed(dates[0], dates[-1])
    lives = np.array([[c.is_listed(day) for day in dates] for c in contracts])
    night = np.array([has_night(day) for day in dates])
    opening = np.array([np.where(night, 0, c.session.night) for c in contracts], dtype=np.int64)
    return Market(
        seed=seed,
        days=dates,
        products=PRODUCTS,
        contracts=contracts,
        prices=make_prices(seed, contracts, dates, lives, opening, scenario),
        night=night,
        listed=lives,
        ranks=_ranks(contracts, dates),
        exchange=np.array([EXCHANGES.index(c.exchange) for c in contracts], dtype=np.int64),
        tick_micro=np.array([c.tick_micro for c in contracts], dtype=np.int64),
        product=np.array([c.product_number for c in contracts], dtype=np.int64),
        session=np.array([SESSIONS.index(c.session) for c in contracts], dtype=np.int64),
        opening=opening,
        length=np.array([c.session.length for c in contracts], dtype=np.int64),
        fee_units=np.array([c.fee_units for c in contracts], dtype=np.int64),
        worth=np.array([c.worth for c in contracts], dtype=np.int64),
        margin_percent=np.array([c.terms.margin_percent for c in contracts], dtype=np.int64),
        largest=np.array([c.max_order_volume or 1_000 for c in contracts], dtype=np.int64),
        takes_market=np.array([c.has_market_orders for c in contracts]),
        takes_stop=np.array([c.has_stop_orders for c in contracts]),
        leaving=np.array([[(c.expires_on - day).days <= _leave(c) for day in dates] for c in contracts]),
        activity=tuple(cumulative(session) for session in SESSIONS),
    )


def _leave(contract: Contract) -> int:
    """Days before expiry at which clients leave: those who trade commodities do not want the goods."""
    return 1 if contract.exchange == "CFFEX" else 12


def _ranks(contracts: tuple[Contract, ...], days: tuple[date, ...]) -> Integers:
    """Contracts of every product and day: the first to stay beyond its rolling day is main, then by expiry."""
    found = np.full((len(PRODUCTS), len(days), 4), -1, dtype=np.int64)
    for number, product in enumerate(PRODUCTS):
        own = [(c.expires_on, c.code, index) for index, c in enumerate(contracts) if c.product_number == number]
        for at, day in enumerate(days):
            alive = sorted(o for o in own if contracts[o[2]].is_listed(day))
            if alive:
                stays = [o for o in alive if (o[0] - day).days > product.rolls] or alive[-1:]
                order = [stays[0], *(o for o in stays[1:]), *(o for o in alive if o not in stays)]
                numbers = [index for _, _, index in order]
                found[number, at, : min(3, len(numbers))] = numbers[:3]
                found[number, at, 3] = alive[-1][2] if alive[-1][2] != numbers[0] else -1
    return found
