"""Prices of the synthetic market: one path of whole ticks a contract and day, inside the day's price limits.

A product moves by returns with fat tails, volatility that clusters over days and is U-shaped over the day, and gaps at
its openings; its contracts follow it, each with a little of its own. Now and then a day runs into its limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.activity import busyness
from simulation.calendar import MINUTE
from simulation.contracts import Contract
from simulation.options import option_path
from simulation.products import PRODUCTS, Product
from simulation.scenario import Scenario
from simulation.seeds import Stream, child

Ticks = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
_ROOM = 5  # ticks around the path within which fills may lie
_CARRY = 0.004  # by which a later delivery month starts above the one before
_CLUSTERING, _SHOCK = 0.93, 0.13  # of the logarithm of volatility from day to day
_GAP = 0.5  # size of the opening gap against a day's volatility
_OWN = 0.06  # a contract's own noise against its product's


@dataclass(frozen=True, slots=True)
class Prices:
    """Marks by (contract, day) in whole ticks, 0 where it is not listed; paths by minute in one array."""

    path: npt.NDArray[np.int32]
    starts: Ticks  # (contracts, days) where a day's path begins
    minutes: Ticks  # (contracts,) its length
    settlement: Ticks
    upper: Ticks
    lower: Ticks
    high: Ticks
    low: Ticks

    def at(self, contract: Ticks | int, day: int, offset: Ticks) -> Ticks:
        """Market price at offsets (microseconds of open time) of one day, by contract."""
        minute = np.minimum(offset // MINUTE, self.minutes[contract] - 1)
        found: Ticks = self.path[self.starts[contract, day] + minute].astype(np.int64)
        return found


@dataclass(slots=True)
class _Tape:
    """What is known of one contract so far: last price and settlement, and the marks of its days."""

    last: int = 0
    settlement: int = 0
    marks: dict[int, tuple[int, ...]] = field(default_factory=dict)


def make_prices(
    seed: int,
    contracts: tuple[Contract, ...],
    days: tuple[date, ...],
    lives: npt.NDArray[np.bool_],
    opening: Ticks,
    scenario: Scenario,
) -> Prices:
    """Paths of every contract on every day it is listed; a longer market has the same first days."""
    tapes = [_Tape() for _ in contracts]
    paths: list[npt.NDArray[np.int32]] = []
    starts = np.zeros((len(contracts), len(days)), dtype=np.int64)
    marks = np.zeros((5, len(contracts), len(days)), dtype=np.int64)
    position = 0
    futures_first = sorted(range(len(contracts)), key=lambda n: contracts[n].terms.is_option)
    moods = np.zeros(len(PRODUCTS))
    for day in range(len(days)):
        moves = _moves(seed, day, len(days), moods, scenario)
        today: dict[tuple[str, str], tuple[Ticks, int]] = {}
        for number in futures_first:
            if not lives[number, day]:
                continue
            contract, opens = contracts[number], int(opening[number, day] // MINUTE)
            path, mark = _play(seed, day, days[day], contract, number, tapes, contracts, moves, today, opens)
            starts[number, day], position = position, position + len(path)
            marks[:, number, day] = mark
            paths.append(path.astype(np.int32))
            if not contract.terms.is_option:
                today[contract.product, contract.delivery] = path, contract.tick_micro
                today.setdefault((contract.product, ""), (path, contract.tick_micro))
    minutes = np.array([c.session.length // MINUTE for c in contracts], dtype=np.int64)
    settlement, upper, lower, high, low = marks
    return Prices(np.concatenate(paths), starts, minutes, settlement, upper, lower, high, low)


def _play(
    seed: int,
    day: int,
    when: date,
    contract: Contract,
    number: int,
    tapes: Sequence[_Tape],
    contracts: tuple[Contract, ...],
    moves: list[_Move],
    today: dict[tuple[str, str], tuple[Ticks, int]],
    opens: int,
) -> tuple[Ticks, tuple[int, ...]]:
    """One contract's day: its path and marks (settlement, upper and lower limit, high, low)."""
    tape, terms = tapes[number], contract.terms
    if terms.is_option:
        key = (terms.option_of or "", contract.delivery)
        underlying, tick = today[key] if key in today else today[terms.option_of or "", ""]
        path = option_path(contract, underlying * tick, when)
        room = int(underlying[opens]) * tick * terms.price_limit / terms.tick_micro
        tape.settlement = tape.settlement or int(path[opens])
        upper, lower = int(tape.settlement + room), max(1, int(tape.settlement - room))
    else:
        if not tape.last:
            tape.last = tape.settlement = _first_price(contract, number, tapes, contracts)
        before = tape.settlement
        upper = int(round(before * (1 + terms.price_limit), 6))
        lower = max(1, -int(-round(before * (1 - terms.price_limit), 6)))
        own = child(seed, Stream.PRICES, 1000 + contract.product_number, int(contract.delivery), day)
        path = moves[contract.product_number].path(own, tape.last, before)
    path = np.clip(path, lower, upper)
    path[:opens] = path[opens]
    open_path = path[opens:]
    if contract.exchange == "CFFEX":
        open_path = open_path[-60:]
    tape.settlement, tape.last = int(open_path.sum()) // len(open_path), int(path[-1])
    high, low = min(upper, int(path.max()) + _ROOM), max(lower, 1, int(path.min()) - _ROOM)
    return path, (tape.settlement, upper, lower, high, low)


def _first_price(contract: Contract, number: int, tapes: Sequence[_Tape], contracts: tuple[Contract, ...]) -> int:
    """Where a newly listed contract starts: a little above the latest delivery month that trades already."""
    known = [
        (other.delivery, tapes[n].last)
        for n, other in enumerate(contracts)
        if other.product_number == contract.product_number and tapes[n].last and n != number
    ]
    if known:
        return round(max(known)[1] * (1 + _CARRY))
    return round(contract.terms.price * 1_000_000 / contract.tick_micro)


@dataclass(frozen=True, slots=True)
class _Move:
    """How a product moves on one day: steps of the logarithm by minute, and where a limit day drives it."""

    steps: Numbers
    noise: float
    driven: Numbers | None  # multiples of the settlement before, on a limit day

    def path(self, own: np.random.Generator, last: int, settlement: int) -> Ticks:
        """One contract's day in ticks, before it is held to its limits."""
        steps = self.steps + own.normal(0, self.noise, len(self.steps))
        walk = last * np.exp(np.cumsum(steps))
        if self.driven is not None:
            walk = settlement * self.driven + 0.25 * (walk - last)
        found: Ticks = np.floor(np.round(walk, 6) + 0.5).astype(np.int64)
        return found


def _moves(seed: int, day: int, days: int, moods: Numbers, scenario: Scenario) -> list[_Move]:
    """Every product's day; ``moods`` is the running logarithm of volatility, changed in place."""
    forced = {d.product: d.direction for d in scenario.market.forced_limit_days if int(d.day) == day}
    found = []
    for number, product in enumerate(PRODUCTS):
        rng = child(seed, Stream.PRICES, number, day)
        moods[number] = _CLUSTERING * moods[number] + _SHOCK * rng.normal()
        volatility = product.volatility * np.exp(moods[number]) * scenario.volatility(day, days)
        busy = busyness(product.session)
        scale = volatility * np.sqrt(busy / busy.sum() / 2)  # a t of four degrees has variance two
        steps = rng.standard_t(4, len(busy)) * scale
        steps[0] += rng.standard_t(4) * _GAP * volatility
        steps[product.session.night // MINUTE] += rng.standard_t(4) * _GAP / 2 * volatility
        driven = _limit_day(rng, product, forced, scenario.market.limit_day_share, len(busy))
        found.append(_Move(steps, float(_OWN * volatility / np.sqrt(len(busy))), driven))
    return found


def _limit_day(
    rng: np.random.Generator, product: Product, forced: dict[str, str], share: float, minutes: int
) -> Numbers | None:
    """On a limit day the multiples of the settlement it is driven to: to the limit to stay, or to touch it only."""
    chance, way, stays, begin = rng.random(4)
    up, closes = way < 0.5, stays < 0.5
    if product.code in forced:
        up, closes = forced[product.code] == "up", True
    elif chance >= share:
        return None
    reach = 1.3 * product.price_limit
    arrival = int(minutes * (0.45 + 0.35 * begin))
    after = reach if closes else 0.7 * product.price_limit
    course = np.interp(np.arange(minutes), [0, arrival, arrival + 20, arrival + 40], [0, reach, reach, after])
    found: Numbers = 1 + (course if up else -course)
    return found
