"""Misconduct and its innocent look-alikes are there, in all strengths, and the truth stays apart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulation.accounts import cast
from simulation.contracts import listed
from simulation.roles import CAST, DRESS, STRENGTHS, Role

START = date(2026, 3, 2)


def test_a_block_holds_every_role_and_the_slots_that_refer_to_each_other() -> None:
    assert set(CAST) == set(Role)
    assert CAST[4:6] == (Role.GROUP_LEADER, Role.GROUP_MEMBER)
    assert CAST[13:15] == (Role.RING_LEADER, Role.RING_MEMBER)
    assert CAST[24:26] == (Role.FAMILY, Role.FAMILY)


def test_every_guilty_role_comes_in_every_strength() -> None:
    people = cast(150, 7, listed(START), START)
    for role in Role:
        if DRESS[role].guilty:
            assert {a.strength for a in people if a.role is role} == set(STRENGTHS)


def test_misconduct_is_thin_beyond_the_first_blocks() -> None:
    people = cast(1200, 7, listed(START), START)
    share = [sum(DRESS[a.role].eventful for a in part) / len(part) for part in (people[:150], people[150:])]
    assert share[0] > 0.4
    assert 0.02 < share[1] < 0.1


def test_the_truth_has_guilty_and_look_alike_rows_of_many_kinds(market: Any) -> None:
    truth = market.truth
    assert list(truth.columns) == ["account_id", "trading_day", "kind", "strength", "innocent_look_alike"]
    assert truth.loc[truth["innocent_look_alike"], "kind"].nunique() >= 5
    assert truth.loc[~truth["innocent_look_alike"], "kind"].nunique() == 6
    assert (truth.loc[truth["innocent_look_alike"], "strength"] == 0).all()
    assert truth.loc[~truth["innocent_look_alike"], "strength"].between(0.05, 1).all()


def test_the_truth_is_in_no_product_table(market: Any) -> None:
    assert market.result.truth.parent.name == "_truth"
    kinds = {str(role) for role in Role} | set(market.truth["kind"]) | {"strength", "innocent_look_alike"}
    kinds -= {"institution"}  # an account type as well as a role
    for path in market.folder.glob("*.parquet"):
        table = pq.read_table(path)
        assert not kinds & set(table.column_names)
        for name in table.column_names:
            if str(table.schema.field(name).type) == "string" and (path.stem, name) != ("orders", "hedge"):
                assert not kinds & set(table[name].unique().to_pylist()), (path.stem, name)


def test_declared_groups_rings_and_shared_devices_exist_guilty_and_innocent(market: Any) -> None:
    groups = market.table("control_groups")
    assert set(groups["declared"]) == {True, False}
    seen = market.table("logins").dropna(subset="mac")
    shared = seen[~seen["via_relay"]].groupby("mac")["account_id"].nunique()
    assert (shared == 2).sum() >= 2
    assert seen["via_relay"].any()


def test_password_changes_gather_around_misconduct(market: Any) -> None:
    truth = market.truth
    guilty = set(truth.loc[~truth["innocent_look_alike"], "account_id"])
    changes = market.table("logins").query("event == 'password_change'")
    assert changes["account_id"].isin(guilty).mean() > 0.6


@pytest.fixture(scope="module")
def self_matches(market: Any) -> pd.Series:
    trades = market.table("trades")
    key = ["exchange", "trading_day", "contract", "trade_id", "account_id"]
    both = trades.groupby(key)["side"].nunique().reset_index()
    own = both[both["side"] == 2]
    return own.groupby(["account_id", "trading_day", "exchange", "contract"]).size()


def test_self_matching_reaches_the_limit_for_guilty_and_innocent_alike_and_stays_below_it_for_some(
    market: Any, self_matches: pd.Series
) -> None:
    truth = market.truth
    guilty = set(truth.loc[~truth["innocent_look_alike"], "account_id"])
    of_guilty = self_matches.index.get_level_values("account_id").isin(guilty)
    for part in (self_matches[of_guilty], self_matches[~of_guilty]):
        assert (part >= 5).any()
        assert (part < 4).any()


def test_cancels_reach_the_limit_with_and_without_exemption(market: Any) -> None:
    orders = market.table("orders")
    cancels = orders[orders["event"] == "cancelled"]
    exempt = cancels["hedge"].isin(["hedging", "market_making"])
    daily = cancels.groupby(["account_id", "trading_day", "exchange", "contract"]).size()
    assert (daily >= 500).any()
    assert exempt.any()


def test_large_orders_are_shown_and_withdrawn_on_every_scale(market: Any) -> None:
    orders = market.table("orders")
    cancels = orders[orders["event"] == "cancelled"]
    commodity = cancels[cancels["exchange"] != "CFFEX"]
    assert (commodity["volume"] >= 300).any()
