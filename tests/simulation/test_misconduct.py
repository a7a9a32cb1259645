"""Every kind of misconduct leaves its footprint in the tables: above its limit when strong, below it when faint."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from simulation.kinds import MISCONDUCT
from tests.simulation import footprints
from tests.simulation.footprints import DAY, Tables
from tests.simulation.scenes import busy, played


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(played(tmp_path_factory.mktemp("strong"), busy(0.9)))


@pytest.fixture(scope="module")
def faint(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(played(tmp_path_factory.mktemp("faint"), busy(0.15)))


def accounts(tables: Tables, kind: str) -> list[str]:
    intent = tables.truth()
    found = sorted(intent.loc[intent["kind"] == kind, "account_id"].unique())
    assert found, f"nobody is up to {kind}"
    return found


def act_days(tables: Tables, kind: str) -> pd.DataFrame:
    """One row a subject and day of the kind."""
    intent = tables.truth()
    rows = intent[intent["kind"] == kind]
    return rows.assign(subject=rows["account_id"].map(tables.subjects()))[["subject", "trading_day"]].drop_duplicates()


def best(tables: Tables, kind: str, counts: pd.DataFrame) -> pd.Series:
    """The day's highest count against the limit, on every subject-day of the kind; 0 where there is none."""
    counts = counts.reset_index().rename(columns={"account_id": "subject"})
    counts["share"] = counts["count"] / counts["limit"]
    top = counts.groupby(["subject", "trading_day"])["share"].max()
    return top.reindex(pd.MultiIndex.from_frame(act_days(tables, kind)), fill_value=0.0)


def units(tables: Tables, kind: str) -> Iterator[list[str]]:
    """Accounts of the kind that truly belong together."""
    control, guilty = tables.truth("control"), set(accounts(tables, kind))
    for _, rows in control.groupby("unit_id"):
        members = sorted(set(rows["account_id"]))
        if set(members) <= guilty:
            yield members


COUNTED = {
    "self_trading": lambda t: footprints.self_matches(t).rename("count").to_frame().assign(limit=5),
    "group_trading": lambda t: footprints.self_matches(t).rename("count").to_frame().assign(limit=5),
    "cancel_flooding": footprints.cancels,
    "fak_flooding": footprints.cancels,
    "large_order_cancelling": footprints.large_cancels,
    "opening_over_limit": footprints.opened,
    "limit_price_cancelling": lambda t: footprints.limit_price_cancels(t).rename("count").to_frame().assign(limit=100),
}


@pytest.mark.parametrize("kind", COUNTED)
def test_what_an_exchange_counts_is_reached_by_the_strong_on_most_days_and_by_the_faint_on_none(
    strong: Tables, faint: Tables, kind: str
) -> None:
    count = COUNTED[kind]
    of_strong, of_faint = best(strong, kind, count(strong)), best(faint, kind, count(faint))
    leaders = of_strong.groupby("subject").mean() > 0  # a second account is kept for later
    reached = of_strong[of_strong.index.get_level_values("subject").isin(leaders[leaders].index)]
    assert (reached >= 1).mean() >= 0.8
    assert of_faint.max() < 1
    assert of_faint.max() > 0.2


def test_the_group_that_trades_with_itself_is_declared_and_the_ring_is_not(strong: Tables) -> None:
    control = strong.truth("control")
    of_kind = control[control["unit_kind"].isin(["declared_group", "undeclared_group"])].set_index("account_id")
    assert of_kind.loc[accounts(strong, "group_trading"), "declared"].all()
    assert not of_kind.loc[accounts(strong, "ring"), "declared"].any()
    matches = footprints.self_matches(strong).groupby("subject").sum()
    groups = strong["control_groups"].query("declared")["group_id"]
    assert matches[matches.index.isin(groups)].max() >= 5


@pytest.mark.parametrize(("kind", "least"), [("ring", 10), ("matched_transfer", 5)])
def test_members_of_a_hidden_pair_meet_each_other_and_the_faint_less(
    strong: Tables, faint: Tables, kind: str, least: int
) -> None:
    met = []
    for tables in (strong, faint):
        pairs = footprints.pair_matches(tables)
        inside = pairs[pairs["a"].isin(accounts(tables, kind)) & pairs["b"].isin(accounts(tables, kind))]
        met.append(inside.groupby(["a", "b"])["matches"].sum().max() / inside["trading_day"].nunique())
    assert met[0] >= least / 2
    assert met[1] < met[0]


def test_a_transfer_passes_fifty_thousand_on_an_inactive_contract_and_the_winner_takes_money_out(
    strong: Tables, faint: Tables
) -> None:
    gains = []
    for tables in (strong, faint):
        guilty = accounts(tables, "matched_transfer")
        pairs = footprints.pair_matches(tables)
        pairs = pairs[pairs["a"].isin(guilty) & pairs["b"].isin(guilty)]
        gains.append(pairs.groupby(["a", "b"])["gain"].sum().abs())
    assert (gains[0] >= 50_000).all()
    assert (gains[1] < 50_000).all()
    pairs = footprints.pair_matches(strong)
    guilty = accounts(strong, "matched_transfer")
    pairs = pairs[pairs["a"].isin(guilty) & pairs["b"].isin(guilty)]
    lots = strong["trades"].groupby(DAY)["volume"].sum().groupby(["exchange", "contract"]).mean()
    used = lots.loc[pd.MultiIndex.from_frame(pairs[["exchange", "contract"]].drop_duplicates())]
    assert used.median() < lots.max() / 3
    flows = strong["cash_flows"]
    out = flows[(flows["direction"] == "withdrawal") & flows["account_id"].isin(guilty)]
    assert len(out) >= 3


def test_spoofing_shows_episodes_of_the_screened_shape_and_the_faint_fewer_than_three(
    strong: Tables, faint: Tables
) -> None:
    of_strong, of_faint = (footprints.episodes(tables).reset_index(name="count") for tables in (strong, faint))
    guilty = of_strong[of_strong["account_id"].isin(accounts(strong, "spoofing"))]
    assert (guilty["count"] >= 3).sum() >= 8
    assert (of_faint.loc[of_faint["account_id"].isin(accounts(faint, "spoofing")), "count"] < 3).all()


def test_the_followers_trade_within_a_second_of_the_leader_and_the_faint_seldom(strong: Tables, faint: Tables) -> None:
    for tables, many in ((strong, True), (faint, False)):
        for members in units(tables, "synchronised"):
            count, share = footprints.close_fills(tables, members[0], members[1])
            days = tables["trades"]["trading_day"].nunique()
            assert (5 * count / days >= 10 and share >= 0.5) is many


def test_borrowed_accounts_have_many_machines_new_passwords_round_deposits_and_large_positions(
    strong: Tables, faint: Tables
) -> None:
    logins = strong["logins"]
    seen = logins[logins["account_id"].isin(accounts(strong, "margin_lending"))].groupby("account_id")
    machines = seen["mac"].nunique()
    changes = seen["event"].agg(lambda events: (events == "password_change").sum())
    assert ((machines >= 3) & (changes >= 2)).sum() >= 3
    faintly = faint["logins"][faint["logins"]["account_id"].isin(accounts(faint, "margin_lending"))]
    faintly = faintly.groupby("account_id")["event"].agg(lambda events: (events == "password_change").sum())
    assert (faintly < 3).all()
    flows = strong["cash_flows"][strong["cash_flows"]["account_id"].isin(accounts(strong, "margin_lending"))]
    assert (flows["amount"] % 50_000 == 0).sum() >= 2
    assert leverage(strong, accounts(strong, "margin_lending")) > 1.3 * leverage(
        faint, accounts(faint, "margin_lending")
    )


def leverage(tables: Tables, among: list[str]) -> float:
    """The upper quartile of position value over equity."""
    held = (
        tables["positions"]
        .merge(tables["contract_days"], on=DAY)
        .merge(tables["contracts"][["exchange", "contract", "multiplier"]], on=["exchange", "contract"])
    )
    held["value"] = held["volume"] * held["settlement_price"] * held["multiplier"]
    value = held[held["account_id"].isin(among)].groupby(["account_id", "trading_day"])["value"].sum()
    equity = tables["account_days"].set_index(["account_id", "trading_day"])["equity"].loc[value.index]
    return float(np.quantile((value / equity)[equity > 0], 0.75))


def test_evaders_stay_below_the_opening_limit_each_and_are_above_it_together(strong: Tables, faint: Tables) -> None:
    for tables, above in ((strong, True), (faint, False)):
        counts = footprints.opened(tables).reset_index()
        for members in units(tables, "limit_evasion"):
            own = counts[counts["subject"].isin(members)]
            assert (own["count"] <= own["limit"]).mean() >= 0.95  # ordinary orders of the day may come on top
            together = own.groupby(DAY).agg(count=("count", "sum"), limit=("limit", "first"))
            shares = (together["count"] / together["limit"]).groupby("trading_day").max()
            assert ((shares > 1).mean() >= 0.6) if above else (shares <= 1).mean() >= 0.85


def test_a_stolen_password_shows_a_strange_machine_tried_passwords_a_loss_and_a_withdrawal(
    strong: Tables, faint: Tables
) -> None:
    lost = []
    for tables in (strong, faint):
        guilty = accounts(tables, "stolen_password")
        pairs = footprints.pair_matches(tables)
        pairs = pairs[pairs["a"].isin(guilty) & pairs["b"].isin(guilty)]
        assert len(pairs)
        lost.append(pairs.groupby(["a", "b"])["gain"].sum().abs().max())
    assert lost[0] > 2 * lost[1]
    guilty = accounts(strong, "stolen_password")
    logins = strong["logins"][strong["logins"]["account_id"].isin(guilty)]
    assert (logins["event"] == "password_change").any()
    assert (logins["event"] == "login_failed").sum() >= 2
    assert logins.groupby("account_id")["mac"].nunique().max() >= 2
    flows = strong["cash_flows"]
    assert ((flows["direction"] == "withdrawal") & flows["account_id"].isin(guilty)).any()


def test_every_kind_has_a_test_here() -> None:
    elsewhere = {"ring", "matched_transfer", "spoofing", "synchronised", "margin_lending", "limit_evasion"}
    assert set(COUNTED) | elsewhere | {"stolen_password"} == set(MISCONDUCT)


def test_the_guilty_keep_the_clock_of_everybody_else(strong: Tables) -> None:
    orders = strong["orders"]
    intent = strong.truth()
    guilty = orders["account_id"].isin(intent["account_id"])
    coarse = strong["orders"].groupby("account_id")["event_time"].agg(lambda t: (t.dt.microsecond == 0).all())
    share = [
        coarse[coarse.index.isin(intent["account_id"])].mean(),
        coarse[~coarse.index.isin(intent["account_id"])].mean(),
    ]
    assert abs(share[0] - share[1]) < 0.3
    assert (orders.loc[guilty, "event_time"].dt.microsecond % 1000 == 0).all()
