"""A seed in, a synthetic market's raw events out, with the true intent kept apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from features.events.schema import TABLES
from simulation import reference
from simulation.accounts import Account, cast
from simulation.agents import ordinary_day, spell
from simulation.book import closes, keep_book
from simulation.calendar import trading_days
from simulation.conduct import EVENTS, quiet_day
from simulation.contracts import listed
from simulation.devices import assign
from simulation.events import first_events, order_columns, trade_columns, unroll
from simulation.logins import login_rows
from simulation.money import account_day_columns, flow_columns, make_flows, position_columns
from simulation.orders import Orders, blank, counter_orders, numbered
from simulation.prices import make_prices
from simulation.seeds import Stream, child
from simulation.truth import TRUTH, acting, notice_columns, truth_table
from simulation.turn import Intent, Market, Turn
from simulation.writer import write, write_table

_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """Where the synthetic events lie, how many rows each table has, and the days they cover."""

    out: Path
    rows: Mapping[str, int]
    days: tuple[date, ...]
    truth: Path


def simulate(
    out: Path,
    *,
    accounts: int = 150,
    days: int = 60,
    seed: int = 7,
    start: date = date(2026, 3, 2),
    progress: Callable[[float], None] | None = None,
) -> SimulationResult:
    """Write ``OUT/<table>.parquet`` for every raw table but ``alerts`` and ``dispositions``, and the truth apart.

    The same arguments give the same bytes. A larger ``accounts`` keeps the rows of the earlier accounts.
    ``days`` counts weekdays from ``start``; ``progress`` is told the share done, in [0, 1].
    """
    if accounts < 1 or days < 1:
        raise ValueError(f"accounts={accounts}, days={days}: wanted at least one of each")
    contracts, dates = listed(start), trading_days(start, days)
    market = Market(seed, dates, contracts, make_prices(seed, contracts, dates))
    people = cast(accounts, seed, contracts, start)
    orders, intents = _play(market, people, progress)
    rows = {name: write_table(out, TABLES[name], columns) for name, columns in _tables(market, people, orders, intents)}
    truth = out.joinpath(*TRUTH)
    write(truth, truth_table(market, people, intents))
    if progress:
        progress(1.0)
    return SimulationResult(out, rows, dates, truth)


def _play(
    market: Market, people: tuple[Account, ...], progress: Callable[[float], None] | None
) -> tuple[Orders, list[Intent]]:
    """Every account's days, one account after another, with the other sides of what earlier ones did to it."""
    found: list[Orders] = [blank(0)]
    intents: list[Intent] = []
    met: dict[int, list[Orders]] = {}
    roles = tuple(account.role for account in people)
    for account in people:
        own = _life(market, account, met.pop(account.index, []), intents)
        others = counter_orders(own, roles)
        for partner in np.unique(others["account"]).tolist():
            met.setdefault(partner, []).append(others[others["account"] == partner])
        found += [own, others]
        if progress:
            progress(0.7 * (account.index + 1) / len(people))
    return np.concatenate(found), [intent for intent in intents if intent.account < len(people)]


def _life(market: Market, account: Account, met: list[Orders], intents: list[Intent]) -> Orders:
    """One account's orders; ``met`` are its sides of earlier accounts' matches; intents are added to ``intents``."""
    event, enter, leave, act = EVENTS.get(account.role, (None, 0.0, 0.0, 0.0))
    draws = _fortunes(market, account)
    within = spell(draws[:, 0], enter, leave)
    taken = np.concatenate([blank(0), *met])
    carried: dict[int, int] = {}
    batches = [blank(0)]
    for day in range(len(market.days)):
        turn = Turn(account, day, child(market.seed, Stream.TURN, account.index, day), market, carried)
        ordinary_day(turn)
        if event is not None:
            (event if within[day] and draws[day, 1] < act else quiet_day)(turn)
        if turn.batches:
            batches.append(numbered(turn.batches))
        turn.remember(taken[taken["day"] == day])
        intents += turn.intents
    return np.concatenate(batches)


def _fortunes(market: Market, account: Account) -> npt.NDArray[np.float64]:
    """Two uniform draws a day, the same for a role's place in every block but turned by the block's number.

    Turning by the golden ratio spreads the blocks evenly, so that no day of a small market is without an event.
    """
    common = child(market.seed, Stream.SPELL, account.slot).random((len(market.days), 2))
    turned: npt.NDArray[np.float64] = (common + account.block * _GOLDEN) % 1.0
    return turned


def _tables(
    market: Market, people: tuple[Account, ...], orders: Orders, intents: list[Intent]
) -> list[tuple[str, dict[str, Any]]]:
    strength = acting(intents, len(people), len(market.days))
    devices = assign(market.seed, people, strength)
    closing = closes(orders)
    book = keep_book(orders, closing, len(market.days))
    flows = make_flows(market.seed, people, strength)
    rows = unroll(market, people, orders)
    first = first_events(orders, rows, len(people), len(market.days))
    return [
        ("accounts", reference.account_columns(people)),
        ("control_groups", reference.group_columns(people)),
        ("contracts", reference.contract_columns(market.contracts)),
        ("contract_days", reference.contract_day_columns(market)),
        ("opening_limits", reference.opening_limit_columns(market.contracts)),
        ("position_limits", reference.position_limit_columns(market.contracts)),
        ("orders", order_columns(market, people, devices, orders, closing, rows)),
        ("trades", trade_columns(market, people, orders, closing, rows)),
        ("logins", login_rows(market, people, devices, strength, first)),
        ("cash_flows", flow_columns(market, people, flows)),
        ("account_days", account_day_columns(market, people, orders, book, flows)),
        ("positions", position_columns(market, people, book)),
        ("notices", notice_columns(market, people, intents)),
    ]
