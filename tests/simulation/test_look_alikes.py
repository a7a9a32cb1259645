"""Innocent conduct reaches the same limits as misconduct, and the truth calls it innocent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.kinds import LOOK_ALIKES
from tests.simulation import footprints
from tests.simulation.footprints import DAY, Tables
from tests.simulation.scenes import busy, played
from tests.simulation.test_misconduct import accounts, best


@pytest.fixture(scope="module")
def innocent(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(played(tmp_path_factory.mktemp("innocent"), busy(None)))


def self_matches(tables: Tables) -> pd.DataFrame:
    return footprints.self_matches(tables).rename("count").to_frame().assign(limit=5)


def limit_price(tables: Tables) -> pd.DataFrame:
    return footprints.limit_price_cancels(tables).rename("count").to_frame().assign(limit=100)


def episodes(tables: Tables) -> pd.DataFrame:
    return footprints.episodes(tables).rename("count").to_frame().assign(limit=3)


COUNTED = {
    "two_strategies": self_matches,
    "clumsy_crossing": self_matches,
    "unflagged_hedger": self_matches,
    "market_maker_quotes": self_matches,
    "family_device": self_matches,
    "fak_arbitrage": footprints.cancels,
    "programme_bug": footprints.cancels,
    "large_retreat": footprints.large_cancels,
    "busy_opening": footprints.opened,
    "limit_day_queue": limit_price,
    "requoting": episodes,
}


@pytest.mark.parametrize("kind", COUNTED)
def test_it_comes_near_its_limit_and_over_it(innocent: Tables, kind: str) -> None:
    reached = best(innocent, kind, COUNTED[kind](innocent))
    assert (reached >= 1).any()
    assert (reached < 1.2).any()


def test_the_truth_calls_all_of_it_innocent(innocent: Tables) -> None:
    intent = innocent.truth()
    assert set(intent["kind"]) == set(LOOK_ALIKES)
    assert intent["innocent_look_alike"].all()
    assert (intent["strength"] == 0).all()


def test_strangers_who_follow_one_signal_trade_within_a_second(innocent: Tables) -> None:
    followers = accounts(innocent, "copy_trading")
    pairs = [(a, b) for place, a in enumerate(followers) for b in followers[place + 1 :]]
    found = [footprints.close_fills(innocent, a, b) for a, b in pairs]
    assert sum(count >= 10 and share >= 0.5 for count, share in found) >= 3
    control = innocent.truth("control")
    units = control[control["unit_kind"] != "introducer"].groupby("unit_id")["account_id"].agg(set)
    assert not any(len(members & set(followers)) > 1 for members in units)


@pytest.mark.parametrize("kind", ["office_network", "relay_users", "family_device"])
def test_several_accounts_are_seen_at_one_address_that_is_no_marked_relay(innocent: Tables, kind: str) -> None:
    seen = innocent["logins"].dropna(subset="mac")
    seen = seen[seen["account_id"].isin(accounts(innocent, kind)) & ~seen["via_relay"]]
    assert (seen.groupby("mac")["account_id"].nunique() >= 2).any()


def test_positions_and_money_move_inside_a_household(innocent: Tables) -> None:
    own = accounts(innocent, "own_transfer")
    pairs = footprints.pair_matches(innocent)
    assert pairs.loc[pairs["a"].isin(own) & pairs["b"].isin(own), "matches"].sum() >= 10
    flows = innocent["cash_flows"][innocent["cash_flows"]["account_id"].isin(own)]
    assert set(flows["direction"]) == {"deposit", "withdrawal"}


def test_a_forgotten_password_shows_what_a_stolen_one_shows(innocent: Tables) -> None:
    logins = innocent["logins"][innocent["logins"]["account_id"].isin(accounts(innocent, "forgotten_password"))]
    assert {"login_failed", "login"} <= set(logins["event"])
    assert logins.groupby("account_id")["mac"].nunique().max() >= 2


def test_a_gambler_has_machines_and_leverage_like_a_borrower(innocent: Tables) -> None:
    gamblers = accounts(innocent, "leveraged_gambler")
    logins = innocent["logins"][innocent["logins"]["account_id"].isin(gamblers)]
    assert logins.groupby("account_id")["mac"].nunique().max() >= 3
    held = innocent["positions"].merge(innocent["contract_days"], on=DAY)
    held = held.merge(innocent["contracts"][["exchange", "contract", "multiplier"]], on=["exchange", "contract"])
    held["value"] = held["volume"] * held["settlement_price"] * held["multiplier"]
    value = held[held["account_id"].isin(gamblers)].groupby(["account_id", "trading_day"])["value"].sum()
    equity = innocent["account_days"].set_index(["account_id", "trading_day"])["equity"].loc[value.index]
    assert np.max(value / equity) >= 5


def test_every_kind_has_a_test_here() -> None:
    elsewhere = {"copy_trading", "office_network", "relay_users", "own_transfer"}
    assert set(COUNTED) | elsewhere | {"forgotten_password", "leveraged_gambler"} == set(LOOK_ALIKES)
