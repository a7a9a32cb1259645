"""One cell of accounts, played alone for all days: ordinary flow, agents, logins, cash, positions and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation import clients, devices, logins, money, notices, truth
from simulation.agent import agents_of
from simulation.book import Book, Held
from simulation.day import Day, Intent
from simulation.flow import ordinary
from simulation.lasting import lingering, next_day
from simulation.orders import Orders, blank, joined
from simulation.people import People, people_of
from simulation.scenario import Scenario
from simulation.seeds import Stream, child
from simulation.spill import POSITION, Records, Spill
from simulation.ways import Ways, ways_of
from simulation.world import Market

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Lists = Mapping[str, list[Any]]
KEYS = 1 << 32  # numbers of orders of one cell


@dataclass(frozen=True, slots=True)
class CellReport:
    """What a cell tells beyond its daily records: who its accounts are, and rows of the tables that are not daily."""

    account_no: Integers
    whole_seconds: Flags
    numbers_events: Flags
    fee_markup: Integers
    tables: Mapping[str, Lists]  # accounts, control_groups, notices
    truths: Mapping[str, Lists]  # intent, control, accounts


@dataclass(slots=True)
class _Cell:
    """A cell between two days."""

    people: People
    ways: Ways
    homes: Integers
    seen: Flags
    net: Integers
    book: Book
    purse: money.Purse
    standing: Orders
    held: Held | None = None
    sent: int = 0  # orders so far


def play(cell: int, market: Market, scenario: Scenario, accounts: int, seed: int, spill: Spill) -> CellReport:
    """Play one cell for all days; the daily records go into ``spill``, account numbers in them are global."""
    people = people_of(cell, scenario, market, accounts, seed)
    state = _Cell(
        people=people,
        ways=ways_of(people.habit, people.likes, people.lots),
        homes=devices.homes(people, seed),
        seen=devices.recorded(people, seed),
        net=np.zeros((people.n, len(market.contracts)), dtype=np.int64),
        book=Book(len(market.contracts)),
        purse=money.open_purse(people),
        standing=blank(0),
    )
    agents = agents_of(people, scenario, market, seed)
    intents: list[Intent] = []
    for index in range(len(market.days)):
        rng = child(seed, Stream.FLOW, cell, index)
        day = _begin(state, market, index, rng)
        state.standing = next_day(day, rng, state.standing)
        ordinary(day, state.ways, rng, state.purse.able, scenario.orders(index, len(market.days)))
        for agent in agents:
            agent.act(day)
        intents += day.intents
        _end(state, day, seed, spill)
    return _report(people, scenario, market, intents)


def _begin(state: _Cell, market: Market, index: int, rng: np.random.Generator) -> Day:
    return Day(
        market=market,
        people=state.people,
        index=index,
        net=state.net.copy(),
        equity=state.purse.equity,
        machine=devices.today(rng, state.homes, state.ways.of["machines"]),
        hedges=state.ways.of["hedge"].astype(np.int8),
        held=state.held,
        forced=state.purse.margin > state.purse.equity,
    )


def _end(state: _Cell, day: Day, seed: int, spill: Spill) -> None:
    """Keep the books of a finished day and hand its records on."""
    people, market, index = state.people, day.market, day.index
    orders = joined(day.batches)
    fresh = ~orders["earlier"]
    orders["key"][fresh] = people.cell * KEYS + state.sent + np.arange(fresh.sum())
    state.sent += int(fresh.sum())
    orders["match"] = np.where(orders["match"] >= 0, orders["match"] + people.cell * KEYS, orders["match"])
    state.book.close_off(orders)
    expired = _expired(market, index)
    state.book.settle_expired(expired)
    held = state.held = state.book.held()
    rng = child(seed, Stream.CASH, people.cell, index)  # its own: what was traded does not change it
    flow, flows = money.move_cash(day, state.purse, state.ways, rng)
    rows = money.settle(market, index, people, state.purse, state.net, orders, held, flow)
    state.net = day.net
    state.net[:, expired] = 0
    standing = joined([state.standing, lingering(orders)])
    state.standing = standing[~np.isin(standing["contract"], expired)]
    came = logins.visits(day, people, state.ways, orders, state.seen, rng)
    orders["machine"] = np.where(state.seen, day.machine, -1)[orders["account"]]
    flows["bank"] = people.account_no[flows["bank"]]
    for kind, records in (("orders", orders), ("logins", came), ("cash_flows", flows)):
        records["account"] = people.account_no[records["account"]]
        spill.add(kind, index, records)
    spill.add("account_days", index, rows)
    spill.add("positions", index, _positions(people, held))


def _expired(market: Market, index: int) -> Integers:
    """Contracts whose last day this was."""
    if index + 1 < len(market.days):
        gone = market.listed[:, index] & ~market.listed[:, index + 1]
    else:
        gone = np.array([c.expires_on == market.days[index] for c in market.contracts])
    return np.flatnonzero(gone)


def _positions(people: People, held: Held) -> Records:
    """One record a side held at the close."""
    parts = []
    for short, lots in ((False, held.long), (True, held.short)):
        some = lots > 0
        rows = np.zeros(int(some.sum()), dtype=POSITION)
        rows["account"], rows["contract"] = people.account_no[held.account[some]], held.contract[some]
        rows["short"], rows["hedge"], rows["volume"] = short, held.hedge[some], lots[some]
        parts.append(rows)
    return np.concatenate(parts)


def _report(people: People, scenario: Scenario, market: Market, intents: list[Intent]) -> CellReport:
    return CellReport(
        account_no=people.account_no,
        whole_seconds=people.whole_seconds,
        numbers_events=people.numbers_events,
        fee_markup=people.fee_markup,
        tables={
            "accounts": clients.account_rows(people, market),
            "control_groups": clients.group_rows(people, market),
            "notices": notices.notice_rows(people, market, scenario, intents),
        },
        truths={
            "intent": truth.intent_rows(people, market, intents),
            "control": truth.control_rows(people),
            "accounts": truth.account_rows(people),
        },
    )
