"""Ordinary flow follows the habits of its accounts, and devices and logins follow who sits where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation import devices
from simulation.book import Book
from simulation.day import Day
from simulation.flow import ordinary
from simulation.habit import Habit
from simulation.ids import shuffled
from simulation.lasting import lingering, next_day
from simulation.lives import linger
from simulation.orders import FAK, FOK, GTC, MARKET_MAKING, Orders, joined
from simulation.products import PRODUCTS
from simulation.scenario import LimitDay, MarketSettings, Scenario
from simulation.seeds import Stream, child
from simulation.ways import ways_of
from simulation.world import Market, make_market

START = date(2026, 3, 2)
BUSY = Habit(active=1.0, fewest=20, most=40, lasting=0.0, legs=0.0)
PRODUCT = {p.code: n for n, p in enumerate(PRODUCTS) if not p.is_option}


@pytest.fixture(scope="module")
def few_days() -> Market:
    settings = MarketSettings(0.0, (LimitDay(1, "TA", "up"), LimitDay(1, "rb", "down")))
    return make_market(7, START, 12, Scenario(market=settings))


def day_of(market: Market, habit: Habit, *, n: int = 20, index: int = 0, likes: tuple[int, ...] = (0,)) -> Day:
    people: Any = SimpleNamespace(cell=0, n=n, likes=(likes,) * n, lots=np.full(n, 5), units=())
    return Day(
        market=market,
        people=people,
        index=index,
        net=np.zeros((n, len(market.contracts)), dtype=np.int64),
        equity=np.full(n, 10**10),
        machine=np.arange(n),
        hedges=np.full(n, habit.hedge, dtype=np.int8),
    )


def flow(day: Day, habit: Habit, *, able: bool = True, factor: float = 1.0, seed: int = 1) -> Orders:
    n = len(day.machine)
    ways = ways_of((habit,) * n, day.people.likes, day.people.lots)
    ordinary(day, ways, child(seed, Stream.FLOW, day.index), np.full(n, able), factor)
    return joined(day.batches)


def per_account(orders: Orders, n: int = 20) -> np.ndarray:
    return np.bincount(orders["account"], minlength=n)


def test_who_is_not_able_or_never_active_sends_nothing(few_days: Market) -> None:
    assert len(flow(day_of(few_days, BUSY), BUSY, able=False)) == 0
    idle = replace(BUSY, active=0.0)
    assert len(flow(day_of(few_days, idle), idle)) == 0


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_an_active_account_sends_as_many_orders_as_its_habit_says(few_days: Market, factor: float) -> None:
    habit = replace(BUSY, carries=1.0)
    counts = per_account(flow(day_of(few_days, habit), habit, factor=factor))
    assert counts.min() >= 20 * factor
    assert counts.max() <= 40 * factor + 3  # and what it takes to close a position grown too large


def test_shares_of_fills_cancels_and_fill_and_kill_orders_are_the_habit_s(few_days: Market) -> None:
    habit = Habit(active=1.0, fewest=400, most=400, fill=0.5, partial=0.1, cancel=1.0, fak=0.3, carries=1.0)
    orders = flow(day_of(few_days, habit), habit)
    quick = np.isin(orders["time_in_force"], (FAK, FOK))
    assert quick.mean() == pytest.approx(0.3, abs=0.03)
    slow = orders[~quick & ~orders["rejected"]]
    assert (slow["filled"] == slow["volume"]).mean() == pytest.approx(0.5, abs=0.04)
    rest = slow[slow["filled"] < slow["volume"]]
    assert (rest["cancelled"] == rest["volume"] - rest["filled"]).all()


def test_a_quoting_account_quotes_both_sides_at_one_moment_under_its_flag(few_days: Market) -> None:
    habit = Habit(active=1.0, fewest=30, most=30, quotes=True, hedge=MARKET_MAKING, fill=0.1, carries=1.0)
    orders = flow(day_of(few_days, habit, n=2), habit)
    assert len(orders) == 2 * 60
    assert (orders["hedge"] == MARKET_MAKING).all()
    assert (orders["accepted"][0::2] == orders["accepted"][1::2]).all()
    assert (orders["side"][0::2] == -orders["side"][1::2]).all()


@pytest.mark.parametrize(("carries", "flat"), [(0.0, True), (1.0, False)])
def test_who_carries_nothing_is_flat_at_the_close(few_days: Market, carries: float, flat: bool) -> None:
    habit = replace(BUSY, carries=carries)
    day = day_of(few_days, habit)
    flow(day, habit)
    assert (day.net == 0).all() == flat


def test_nothing_buys_at_the_limit_of_a_market_stuck_up_nor_sells_in_one_stuck_down(few_days: Market) -> None:
    for code, blocked in (("TA", 1), ("rb", -1)):
        habit = replace(BUSY, fewest=100, most=100)
        day = day_of(few_days, habit, index=1, likes=(PRODUCT[code],))
        orders = flow(day, habit)
        stuck = orders[orders["locked"]]
        assert len(stuck)
        assert set(stuck["side"]) == {blocked}
        assert (stuck["filled"] == 0).all()
        assert (orders[orders["side"] == -blocked]["filled"] > 0).any()


def test_positions_near_expiry_are_closed_on_both_sides_whoever_holds_them(few_days: Market) -> None:
    leaving = np.flatnonzero(few_days.leaving[:, 5] & few_days.listed[:, 5])[0]
    day = day_of(few_days, BUSY, n=1, index=5)
    book = Book(len(few_days.contracts), {int(leaving) * 4 + 2: [7, 3]})
    day.held = book.held()
    day.net[0, leaving] = 4
    idle = replace(BUSY, active=0.0)
    orders = flow(day, idle)
    assert sorted(zip(orders["side"].tolist(), orders["volume"].tolist(), strict=True)) == [(-1, 7), (1, 3)]
    book.close_off(orders)
    assert orders["closes"].all()
    assert len(book.held().account) == 0


@pytest.mark.parametrize(("forced", "closed"), [(True, 1), (False, 0)])
def test_who_cannot_cover_the_margin_is_closed_out_early_the_next_day(
    few_days: Market, forced: bool, closed: int
) -> None:
    day = day_of(few_days, BUSY, n=1, index=1)
    main = day.main(0)
    day.held = Book(len(few_days.contracts), {main * 4: [6, 0]}).held()
    day.net[0, main] = 6
    day.forced = np.array([forced])
    orders = flow(day, replace(BUSY, active=0.0))
    assert len(orders) == closed
    assert day.net[0, main] == (0 if forced else 6)


def test_a_contract_that_is_not_listed_today_is_refused(few_days: Market) -> None:
    later = int(np.flatnonzero(~few_days.listed[:, 0])[0])
    with pytest.raises(ValueError, match="not listed"):
        day_of(few_days, BUSY).draft(0, later, np.array([0]), 1, 1)


def test_times_lie_inside_the_day_and_skip_a_night_that_is_not_held(few_days: Market) -> None:
    holiday = make_market(7, date(2026, 4, 3), 2, Scenario())
    day = day_of(holiday, BUSY, index=1)
    main = day.main(PRODUCT["rb"])
    offsets = day.times(np.random.default_rng(1), main, 500)
    assert offsets.min() >= holiday.contracts[main].session.night
    assert (np.diff(offsets) >= 0).all()
    assert day_of(few_days, BUSY, index=1).times(np.random.default_rng(1), main, 500).min() < 10**9


def test_what_is_sent_outside_the_open_day_is_held_to_it_in_order(few_days: Market) -> None:
    holiday = make_market(7, date(2026, 4, 3), 2, Scenario())
    day = day_of(holiday, BUSY, index=1)
    main = day.main(PRODUCT["rb"])
    length, night = holiday.contracts[main].session.length, holiday.contracts[main].session.night
    orders = day.draft(0, main, np.array([night - 1, 2 * length]), 1, 2)
    orders["filled"], orders["cancelled"] = [2, 0], [0, 2]
    orders["filled_at"] = orders["last_at"] = orders["ended_at"] = [0, 3 * length]
    day.send(orders)
    assert orders["accepted"][0] == orders["filled_at"][0] == night
    assert night < orders["accepted"][1] < orders["ended_at"][1] < length


def test_a_narrow_spread_keeps_orders_together(few_days: Market) -> None:
    day, rng = day_of(few_days, BUSY), np.random.default_rng(1)
    wide, narrow = (np.ptp(day.times(rng, day.main(0), 200, spread)) for spread in (1.0, 0.1))
    assert narrow < wide / 3


def test_a_match_sends_two_opposite_orders_that_fill_whole_together(few_days: Market) -> None:
    day, rng = day_of(few_days, BUSY), np.random.default_rng(1)
    main = day.main(0)
    day.match(rng, day.draft(3, main, day.times(rng, main, 6), 1, 4), 5)
    day.match(rng, day.draft(3, main, day.times(rng, main, 6), 1, 4), 3)
    one, other, own, _ = day.batches
    assert (one["match"] == other["match"]).all()
    assert not set(one["match"]) & set(own["match"])
    assert (one["dealt"] == other["dealt"]).all()
    assert (one["filled_at"] == other["filled_at"]).all()
    assert (one["filled"] == 4).all()
    assert (other["accepted"] <= other["filled_at"]).all()
    assert set(other["account"]) == {5}
    assert day.net[3, main] == 24
    assert day.net[5, main] == -24


def test_lasting_orders_fill_are_cancelled_or_stand_on_and_end_with_their_contract(few_days: Market) -> None:
    expiring = next(n for n, c in enumerate(few_days.contracts) if few_days.days[10] > c.expires_on > few_days.days[3])
    last = int(np.flatnonzero(few_days.listed[expiring])[-1])
    day = day_of(few_days, BUSY, index=last - 1)
    offsets = np.full(200, few_days.opening[expiring, last - 1])
    day.send(linger(day.draft(0, expiring, offsets, 1, 1, behind=3)))
    standing = lingering(joined(day.batches))
    assert len(standing) == 200
    assert (standing["time_in_force"] == GTC).all()
    final = day_of(few_days, BUSY, index=last)
    assert len(next_day(final, np.random.default_rng(1), standing)) == 0
    ended = joined(final.batches)
    assert ended["earlier"].all()
    assert ((ended["filled"] > 0) ^ (ended["cancelled"] > 0)).all()


def test_shuffled_numbers_are_a_permutation_far_from_the_order_they_came_in() -> None:
    numbers = np.arange(100_000)
    found = shuffled(numbers, 24, 7)
    assert len(np.unique(found)) == len(numbers)
    assert found.max() < 1 << 24
    assert abs(np.corrcoef(numbers, found)[0, 1]) < 0.02
    assert (shuffled(numbers, 24, 8) != found).mean() > 0.99


def test_families_share_a_machine_offices_a_network_and_relays_many() -> None:
    units = (
        SimpleNamespace(kind="family", members=(0, 1)),
        SimpleNamespace(kind="office", members=(2, 3)),
        SimpleNamespace(kind="undeclared_group", members=(4, 5)),
    )
    habits = (*(Habit() for _ in range(6)), *(Habit(relay=True) for _ in range(94)))
    people: Any = SimpleNamespace(cell=3, n=100, habit=habits, units=units)
    usual = devices.homes(people, 7)[:, 0]
    macs, ips = devices.macs(usual, 7), devices.ips(usual, 7)
    assert macs[0] == macs[1]
    assert macs[2] != macs[3]
    assert ips[2] == ips[3]
    assert len({*macs[3:6]}) == len({*ips[3:6]}) == 3
    assert devices.is_relay(usual[6:]).all()
    assert not devices.is_relay(usual[:6]).any()
    assert len(set(ips[6:])) < 30


def test_no_address_is_shared_by_cells_but_for_relays() -> None:
    found: list[set[str]] = []
    for cell in range(3):
        people: Any = SimpleNamespace(cell=cell, n=150, habit=(Habit(machines=4),) * 150, units=())
        machines = devices.homes(people, 7).ravel()
        found.append({*devices.ips(machines, 7)} | {*devices.macs(machines, 7)})
    assert sum(map(len, found)) == len(set().union(*found))


def test_everybody_who_trades_has_logged_in_before(market: Any) -> None:
    logins = market.table("logins")
    first = logins[logins["event"] == "login"].groupby(["trading_day", "account_id"])["event_time"].min()
    orders = market.table("orders")
    new = orders[(orders["event"] == "accepted")]
    began = new.groupby(["trading_day", "account_id"])["event_time"].min()
    assert began.index.isin(first.index).all()
    assert (first.reindex(began.index) < began).all()


def test_some_log_in_without_trading_some_fail_and_some_change_their_password(market: Any) -> None:
    logins, orders = market.table("logins"), market.table("orders")
    assert set(logins["event"]) == {"login", "login_failed", "password_change"}
    traded = pd.MultiIndex.from_frame(orders[["trading_day", "account_id"]].drop_duplicates())
    came = pd.MultiIndex.from_frame(logins[["trading_day", "account_id"]].drop_duplicates())
    assert len(came.difference(traded)) > 5


def test_addresses_are_missing_together_and_for_whole_accounts(market: Any) -> None:
    orders = market.table("orders")
    known = orders[["ip", "mac", "via_relay"]].notna()
    assert known.nunique(axis=1).eq(1).all()
    assert known["ip"].groupby(orders["account_id"]).nunique().eq(1).all()
    assert 0.5 < known["ip"].mean() < 1
