"""No number of the makers gives away who is up to something: sums, intervals and prices are as everybody's."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.misconduct.limit_price_cancelling import at_limit
from simulation.scenario import load_scenario
from simulation.world import make_market
from tests.simulation.footprints import Tables
from tests.simulation.scenes import busy, played


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(played(tmp_path_factory.mktemp("tell"), load_scenario(), accounts=450, days=15, seed=5))


def test_sums_of_money_are_as_round_with_the_busy_as_with_the_others(market: Tables) -> None:
    flows = market["cash_flows"]
    flows = flows[flows["amount"] % 10_000 != 0]  # borrowed accounts are fed with large round sums: that is the kind
    cast = flows["account_id"].isin(set(market.truth()["account_id"]))
    hundreds = (flows["amount"] % 100 == 0).groupby(cast).agg(["mean", "count"])
    assert (hundreds["count"] > 40).all()
    assert abs(hundreds["mean"].diff().iloc[-1]) < 0.15


def test_a_new_password_comes_after_a_login_and_no_interval_repeats(market: Tables) -> None:
    logins = market["logins"].sort_values("event_time", kind="stable")
    came = logins[logins["event"] == "login"].groupby(["trading_day", "account_id"])["event_time"].min()
    changed = logins[logins["event"] == "password_change"]
    before = came.reindex(pd.MultiIndex.from_frame(changed[["trading_day", "account_id"]])).to_numpy()
    assert len(changed) > 30
    assert (changed["event_time"].to_numpy() > before).all()
    gaps = logins.groupby(["trading_day", "account_id"])["event_time"].diff().dropna()
    fine = gaps[gaps % pd.Timedelta(seconds=1) > pd.Timedelta(0)]
    whole = gaps[(gaps % pd.Timedelta(seconds=1) == pd.Timedelta(0)) & (gaps > pd.Timedelta(0))]
    assert fine.value_counts().iloc[0] <= 4
    assert len(whole) < 0.3 * len(gaps)  # those of accounts whose feed has whole seconds


def test_an_agreed_match_has_no_interval_of_its_own(market: Tables) -> None:
    trades, orders = market["trades"], market["orders"]
    sides = trades.groupby(["exchange", "trading_day", "trade_id"])["side"].transform("nunique")
    sent = orders[orders["event"] == "accepted"].set_index(["exchange", "order_id"])["event_time"]
    met = trades[sides == 2]
    began = sent.reindex(pd.MultiIndex.from_frame(met[["exchange", "order_id"]]))
    waited = met["event_time"].reset_index(drop=True) - began.reset_index(drop=True)
    waited = waited[waited > pd.Timedelta(0)]
    assert len(waited) > 500
    assert waited.value_counts(normalize=True).iloc[0] < 0.2


@pytest.mark.parametrize(("number", "code", "side"), [(1, "TA", 1), (3, "MA", -1)])
def test_what_stands_at_the_limit_price_stands_there_when_the_market_does(number: int, code: str, side: int) -> None:
    world = make_market(11, date(2026, 3, 2), 5, busy(0.9))
    contract = world.main(next(n for n, product in enumerate(world.products) if product.code == code), number)
    day: Any = SimpleNamespace(market=world, index=number)
    offsets = at_limit(day, np.random.default_rng(1), contract, side, 300)
    limit = (world.prices.upper if side > 0 else world.prices.lower)[contract, number]
    assert (world.prices.at(contract, number, offsets) == limit).all()
    assert (np.diff(offsets) >= 0).all()
