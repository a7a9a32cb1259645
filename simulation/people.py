"""The people of one cell: accounts with roles, habits and money, the units they form, and who is up to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.casting import Cast, cast_of
from simulation.habit import Habit
from simulation.quotas import phase_of, quota
from simulation.roles import DRESS, Role, habit_of
from simulation.scenario import Population, Scenario
from simulation.seeds import Stream, child
from simulation.units import Unit, units_of
from simulation.world import Market

CELL = 150  # accounts of a cell
TYPES = ("individual", "institution", "product")
CHANNELS = ("direct", "introducing_broker")
_MEANS = 8  # times the margin of a usual position that an account has at least
_MARKUPS, _MARKUP_SHARES = (110, 130, 150, 200, 300, 400, 600), (0.2, 0.2, 0.2, 0.22, 0.12, 0.045, 0.015)
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class People:
    """One cell's accounts, numbered 0 to n - 1 inside it; ``account_no`` is the number in the whole market."""

    cell: int
    n: int
    account_no: Integers
    role: npt.NDArray[np.int8]
    habit: tuple[Habit, ...]
    account_type: npt.NDArray[np.int8]  # place in TYPES
    branch: npt.NDArray[np.int8]
    channel: npt.NDArray[np.int8]  # place in CHANNELS
    is_employee: Flags
    is_programmatic: Flags
    is_market_maker: Flags
    opened_on: npt.NDArray[np.datetime64]
    lots: Integers
    equity: npt.NDArray[np.float64]
    fee_markup: Integers  # the broker's fee, percent of the exchange's
    numbers_events: Flags
    whole_seconds: Flags
    likes: tuple[tuple[int, ...], ...]  # products
    units: tuple[Unit, ...]
    casts: tuple[Cast, ...]


def people_of(cell: int, scenario: Scenario, market: Market, accounts_total: int, seed: int) -> People:
    """The people of one cell; another ``accounts_total`` changes nothing about a full cell but its account numbers."""
    n = min(CELL, accounts_total - cell * CELL)
    first = cell * CELL
    plain = _plain(child(seed, Stream.PEOPLE, cell, 0), n, market)
    rng = child(seed, Stream.PEOPLE, cell, 1)
    role = _roles(rng, scenario.population, first, n)
    lots, equity = _sizes(rng, role)
    casts = cast_of(rng, scenario, first, role, equity)
    units = units_of(rng, scenario.population, first, n, casts)
    habits = tuple(habit_of(Role(code), rng) for code in role.tolist())
    numbers = child(seed, Stream.PEOPLE).permutation(accounts_total)[first : first + n]
    return People(
        cell=cell,
        n=n,
        account_no=numbers.astype(np.int64),
        role=role,
        habit=habits,
        lots=lots,
        equity=np.round(equity, 2),
        likes=_likes(rng, market, role, equity / lots),
        units=units,
        casts=casts,
        is_market_maker=role == Role.MARKET_MAKER,
        is_programmatic=rng.random(n) < np.array([DRESS[Role(code)].programmatic for code in role]),
        account_type=_types(rng, scenario.population, role),
        channel=_channels(rng, units, n),
        is_employee=rng.random(n) < scenario.population.employees / 1000,
        **plain,
    )


def _plain(rng: np.random.Generator, n: int, market: Market) -> dict[str, Any]:
    """What has nothing to do with role or guilt, from a stream of its own."""
    start = np.datetime64(market.days[0], "D")
    return {
        "opened_on": start - rng.integers(60, 3000, n).astype("timedelta64[D]"),
        "branch": rng.integers(1, 25, n).astype(np.int8),
        "fee_markup": rng.choice(_MARKUPS, n, p=_MARKUP_SHARES).astype(np.int64),
        "numbers_events": rng.random(n) < 0.85,
        "whole_seconds": rng.random(n) < 0.2,
    }


def _roles(rng: np.random.Generator, population: Population, first: int, n: int) -> npt.NDArray[np.int8]:
    """Every role's quota of this stretch of accounts, retail for the rest, in random order."""
    found: list[int] = []
    rare = [role for role in Role if role is not Role.RETAIL]
    for place, role in enumerate(rare):
        share = population.roles.get(role.title, 0.0)
        found += [int(role)] * len(quota(share, phase_of(place, len(rare)), first, first + n))
    found = found[:n] + [int(Role.RETAIL)] * max(0, n - len(found))
    return rng.permutation(np.array(found, dtype=np.int8))


def _sizes(rng: np.random.Generator, role: npt.NDArray[np.int8]) -> tuple[Integers, npt.NDArray[np.float64]]:
    low, high = (np.array([DRESS[Role(code)].lots[end] for code in role]) for end in (0, 1))
    least, most = (np.array([DRESS[Role(code)].equity[end] for code in role]) for end in (0, 1))
    return rng.integers(low, high + 1), least * (most / least) ** rng.random(len(role))


def _types(rng: np.random.Generator, population: Population, role: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    own = np.array([TYPES.index(DRESS[Role(code)].account_type) for code in role])
    mixed = rng.random(len(role)) < population.mixed_types
    return np.where(mixed, rng.integers(0, len(TYPES), len(role)), own).astype(np.int8)


def _channels(rng: np.random.Generator, units: tuple[Unit, ...], n: int) -> npt.NDArray[np.int8]:
    introduced = rng.random(n) < 0.15
    for unit in units:
        if unit.kind == "introducer":
            introduced[list(unit.members)] = True
    return introduced.astype(np.int8)


def _likes(
    rng: np.random.Generator, market: Market, role: npt.NDArray[np.int8], money: npt.NDArray[np.float64]
) -> tuple[tuple[int, ...], ...]:
    """Products every account trades, by preference; ``money`` is what it has a lot of its usual size.

    A product is within its means where a lot's margin is no more than an eighth of that, else only the cheapest future.
    """
    margin = np.array([p.price * p.multiplier * p.margin_percent / 100 for p in market.products])
    options = np.array([p.is_option for p in market.products])
    weight = np.where(options, 0.25, 1.0) * (_MEANS * margin <= money[:, None])
    weight[weight.sum(axis=1) == 0, np.argmin(np.where(options, np.inf, margin))] = 1.0
    with np.errstate(divide="ignore"):
        order = np.argsort(rng.exponential(1.0, weight.shape) / weight, axis=1)
    fewest, most = np.array([DRESS[Role(code)].products for code in role.tolist()]).T
    count = np.minimum(rng.integers(fewest, most + 1), (weight > 0).sum(axis=1))
    return tuple(tuple(row[:own]) for row, own in zip(order.tolist(), count.tolist(), strict=True))
