"""Contracts are listed, become main, fade and expire; prices move as prices do and stay inside their limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from features.events.schema import EXCHANGES
from simulation.calendar import is_trading_day
from simulation.contracts import Contract, listed
from simulation.products import PRODUCTS
from simulation.reference import opening_limit_columns
from simulation.scenario import LimitDay, MarketSettings, Scenario
from simulation.world import Market, make_market

START = date(2026, 3, 2)
QUIET = Scenario(market=MarketSettings(limit_day_share=0.0))


@pytest.fixture(scope="module")
def year() -> Market:
    return make_market(7, START, 240, QUIET)


def test_every_exchange_and_kind_has_contracts() -> None:
    found = listed(START, START)
    assert {c.exchange for c in found} == set(EXCHANGES)
    assert {c.kind for c in found} == {"future", "option", "index_future", "bond_future", "index_option"}


def test_futures_have_two_or_three_delivery_months_on_any_day(year: Market) -> None:
    for number, product in enumerate(PRODUCTS):
        months = [
            {c.delivery for i, c in enumerate(year.contracts) if c.product_number == number and year.listed[i, day]}
            for day in range(len(year.days))
        ]
        assert all(1 <= len(some) <= 4 for some in months), product.code
        if not product.is_option:
            assert min(map(len, months)) >= 2, product.code


def test_a_contract_expires_on_a_trading_day_and_codes_are_unique() -> None:
    found = listed(date(2023, 3, 1), date(2027, 6, 1))
    assert all(is_trading_day(c.expires_on) and is_trading_day(c.listed_on) for c in found)
    assert all(c.listed_on < c.expires_on for c in found)
    alive: dict[tuple[str, str], list[Contract]] = {}
    for contract in found:
        alive.setdefault((contract.exchange, contract.code), []).append(contract)
    for same in alive.values():  # CZCE codes come again after ten years only
        assert len(same) == 1


@pytest.mark.parametrize(
    ("code", "expires"),
    [
        ("IF2603", date(2026, 3, 20)),
        ("IF2606", date(2026, 6, 22)),  # the third Friday is a holiday
        ("rb2605", date(2026, 5, 15)),
        ("sc2604", date(2026, 3, 31)),
        ("T2606", date(2026, 6, 12)),
        ("m2605", date(2026, 5, 19)),
    ],
)
def test_expiry_days_are_the_exchanges_own(code: str, expires: date) -> None:
    found = next(c for c in listed(START, START + timedelta(days=120)) if c.code == code)
    assert found.expires_on == expires
    assert found.is_listed(expires)
    assert not found.is_listed(expires + timedelta(days=1))


def test_a_longer_market_only_adds_contracts_at_the_end() -> None:
    few, many = listed(START, START + timedelta(days=10)), listed(START, START + timedelta(days=200))
    assert many[: len(few)] == few
    assert len(many) > len(few)


def test_the_main_contract_rolls_before_it_expires_and_is_never_the_far_one(year: Market) -> None:
    for number, product in enumerate(PRODUCTS):
        mains = [year.main(number, day) for day in range(len(year.days))]
        assert all(year.listed[main, day] for day, main in enumerate(mains))
        expiries = [year.contracts[main].expires_on for main in mains]
        assert expiries == sorted(expiries)
        assert len(set(mains)) >= 2, product.code
        if not product.is_option:
            left = [(expiry - day).days for expiry, day in zip(expiries, year.days, strict=True)]
            assert min(left) > product.rolls
        assert all(year.far(number, day) != main for day, main in enumerate(mains))


def futures(market: Market) -> Iterator[tuple[int, Contract]]:
    return ((n, c) for n, c in enumerate(market.contracts) if not c.terms.is_option)


def paths(market: Market, contract: int) -> list[np.ndarray]:
    prices = market.prices
    length = int(prices.minutes[contract])
    days = np.flatnonzero(market.listed[contract])
    return [prices.path[prices.starts[contract, day] :][:length] for day in days]


def test_prices_settlements_and_ranges_lie_inside_the_limits(year: Market) -> None:
    p, on = year.prices, year.listed
    assert (p.lower[on] >= 1).all()
    for inner in (p.settlement, p.high, p.low):
        assert ((inner >= p.lower) & (inner <= p.upper))[on].all()
    for contract in range(len(year.contracts)):
        for day, path in zip(np.flatnonzero(on[contract]), paths(year, contract), strict=True):
            assert p.low[contract, day] <= path.min()
            assert path.max() <= p.high[contract, day]


def test_limits_stand_around_the_settlement_of_the_day_before(year: Market) -> None:
    for contract, terms in futures(year):
        days = np.flatnonzero(year.listed[contract])[1:]
        before = year.prices.settlement[contract, days - 1]
        share = terms.terms.price_limit
        assert np.allclose(year.prices.upper[contract, days] / before - 1, share, atol=2e-3)
        assert np.allclose(1 - year.prices.lower[contract, days] / before, share, atol=2e-3)


def test_daily_volatility_is_the_product_s_and_minutes_have_fat_tails_and_a_u_shape(year: Market) -> None:
    minutes, edges, middles = [], [], []
    for contract, terms in futures(year):
        if terms.product == "cu":
            for path in paths(year, contract):
                steps = np.diff(np.log(path[240:].astype(float)))[1:]
                minutes.append(steps / steps.std())
                edges.append(np.r_[steps[:10], steps[-10:]].std())
                middles.append(steps[30:60].std())
    kurtosis = (np.concatenate(minutes) ** 4).mean()
    assert kurtosis > 4
    assert np.mean(edges) > 1.1 * np.mean(middles)


def test_volatility_clusters() -> None:
    market = make_market(3, START, 240, QUIET)
    number = next(n for n, p in enumerate(PRODUCTS) if p.code == "TA")
    size = []
    for day in range(240):
        contract = market.main(number, day)
        path = market.prices.path[market.prices.starts[contract, day] :][120:345]
        size.append(np.log(np.abs(np.diff(path.astype(float))).mean()))
    size_ = np.array(size)
    assert np.corrcoef(size_[:-1], size_[1:])[0, 1] > 0.3


def test_a_longer_market_has_the_same_first_days_and_another_seed_other_prices() -> None:
    short, long_ = make_market(7, START, 5, QUIET), make_market(7, START, 15, QUIET)
    n = len(short.contracts)
    assert (long_.prices.settlement[:n, :5] == short.prices.settlement).all()
    assert (make_market(8, START, 5, QUIET).prices.settlement != short.prices.settlement).any()


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_forced_limit_day_closes_at_the_limit_on_every_contract_of_the_product(direction: str) -> None:
    scenario = replace(QUIET, market=MarketSettings(0.0, (LimitDay(2, "TA", direction),)))
    market = make_market(7, START, 5, scenario)
    plain = make_market(7, START, 5, QUIET)
    limit = market.prices.upper if direction == "up" else market.prices.lower
    for contract, terms in futures(market):
        last = [int(path[-1]) for path in paths(market, contract)]
        if terms.product == "TA":
            assert last[2] == limit[contract, 2]
            assert last[1] != limit[contract, 1]
        else:
            assert last == [int(path[-1]) for path in paths(plain, contract)]


def test_some_limit_days_come_by_themselves_when_the_scenario_says_so_and_some_only_touch() -> None:
    market = make_market(7, START, 60, Scenario(market=MarketSettings(limit_day_share=0.05)))
    touched = closed = 0
    for contract, _ in futures(market):
        for day, path in zip(np.flatnonzero(market.listed[contract]), paths(market, contract), strict=True):
            at = (path == market.prices.upper[contract, day]) | (path == market.prices.lower[contract, day])
            touched, closed = touched + at.any(), closed + at[-1]
    assert 0 < closed < touched


def test_opening_limits_are_by_contract_or_by_the_month_of_options() -> None:
    columns = opening_limit_columns(listed(START, START))
    rows = dict(zip(columns["key"], zip(columns["scope"], columns["limit"], strict=True), strict=True))
    assert rows["IF2603"] == ("contract", 500)
    assert rows["IO2603"] == ("month", 100)
    assert len(rows) == len(columns["key"])
