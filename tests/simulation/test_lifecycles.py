"""Orders live as orders do, matches have two equal sides, and money and positions follow from the fills."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

ORDER = ["exchange", "trading_day", "order_id"]
MATCH = ["exchange", "trading_day", "contract", "trade_id"]


@pytest.fixture(scope="module")
def orders(market: Any) -> pd.DataFrame:
    return market.table("orders")


@pytest.fixture(scope="module")
def trades(market: Any) -> pd.DataFrame:
    return market.table("trades")


def test_an_order_is_accepted_or_rejected_once_under_its_own_id(orders: pd.DataFrame) -> None:
    births = orders[orders["event"] != "cancelled"]
    assert not births.duplicated(ORDER).any()


def test_lots_filled_and_cancelled_never_exceed_lots_accepted(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    key = ["exchange", "account_id", "order_id"]
    same_day = orders[orders["time_in_force"] != "GTC"]
    accepted = same_day[same_day["event"] == "accepted"].set_index([*key, "trading_day"])["volume"]
    cancelled = same_day[same_day["event"] == "cancelled"].groupby([*key, "trading_day"])["volume"].sum()
    filled = trades.groupby([*key, "trading_day"])["volume"].sum()
    spent = filled.add(cancelled, fill_value=0)
    assert spent.index.isin(accepted.index).all()
    assert (spent <= accepted.reindex(spent.index)).all()


def test_nothing_happens_to_an_order_before_it_is_accepted(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    born = orders.loc[
        orders["event"] == "accepted", ["exchange", "order_id", "account_id", "trading_day", "event_time"]
    ]
    later = pd.concat([orders[orders["event"] == "cancelled"], trades])
    later = later[later["time_in_force"] != "GTC"]
    joined = later.merge(
        born, on=["exchange", "order_id", "account_id", "trading_day"], how="left", suffixes=("", "_0")
    )
    assert joined["event_time_0"].notna().all()
    assert (joined["event_time"] >= joined["event_time_0"]).all()


def test_a_cancel_comes_after_the_last_fill(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    key = ["exchange", "trading_day", "order_id"]
    last = trades.groupby(key)["event_time"].max().rename("last")
    cancels = orders[orders["event"] == "cancelled"].merge(last, on=key)
    assert len(cancels) > 50
    assert (cancels["event_time"] >= cancels["last"]).all()


def test_running_numbers_follow_time_and_are_missing_for_some_accounts(
    orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    rows = pd.concat([orders, trades]).sort_values(["account_id", "trading_day", "seq"])
    numbered = rows[rows["seq"].notna()]
    steps = numbered.groupby(["account_id", "trading_day"])
    assert (steps["event_time"].diff().dropna() >= pd.Timedelta(0)).all()
    assert not numbered.duplicated(["account_id", "trading_day", "seq"]).any()
    assert rows["seq"].isna().any()


def test_a_rejected_order_does_nothing_more(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    rejected = orders[orders["event"] == "rejected"]
    assert len(rejected)
    for others in (trades, orders[orders["event"] == "cancelled"]):
        assert rejected.merge(others, on=[*ORDER, "account_id"]).empty


def test_a_lasting_order_keeps_its_id_on_the_next_day(orders: pd.DataFrame) -> None:
    lasting = orders[orders["time_in_force"] == "GTC"]
    pairs = lasting[lasting["event"] == "accepted"].merge(
        lasting[lasting["event"] == "cancelled"], on=["exchange", "order_id", "account_id"]
    )
    assert len(pairs)
    assert (pairs["trading_day_y"] > pairs["trading_day_x"]).all()


def test_both_sides_of_a_match_inside_the_broker_are_equal_and_opposite(trades: pd.DataFrame) -> None:
    sides = trades.groupby(MATCH).agg(
        rows=("side", "size"),
        buys=("side", lambda s: (s == "buy").sum()),
        prices=("price", "nunique"),
        lots=("volume", "nunique"),
    )
    assert set(sides["rows"]) == {1, 2}
    inside = sides[sides["rows"] == 2]
    assert len(inside) > 100
    assert (inside[["buys", "prices", "lots"]] == 1).all().all()


def test_there_are_self_matches_matches_between_clients_and_matches_with_outside(trades: pd.DataFrame) -> None:
    people = trades.groupby(MATCH)["account_id"].agg(["size", "nunique"])
    assert {(1, 1), (2, 1), (2, 2)} == set(people.itertuples(index=False, name=None))


def test_fak_and_fok_are_sent_back_by_the_exchange_and_fok_never_fills_in_part(
    orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    ioc = orders[orders["time_in_force"].isin(["FAK", "FOK"]) & (orders["event"] == "cancelled")]
    assert set(ioc["cancelled_by"]) == {"exchange"}
    fok = orders[(orders["time_in_force"] == "FOK") & (orders["event"] == "accepted")]
    filled = trades.groupby(ORDER)["volume"].sum().rename("filled").reset_index()
    assert (fok.merge(filled, on=ORDER).eval("filled == volume")).all()


def test_every_exchange_both_order_fee_worlds_and_every_hedge_flag_occur(market: Any, orders: pd.DataFrame) -> None:
    assert orders["exchange"].nunique() == 6
    assert set(orders["hedge"]) == {"speculation", "arbitrage", "hedging", "market_making"}
    terms = orders.merge(market.table("contracts"), on=["exchange", "contract"])
    assert {"future", "index_future", "bond_future"} <= set(terms["kind"])
    cancels = terms[terms["event"] == "cancelled"]
    assert cancels.groupby(["has_order_fee", cancels["time_in_force"].isin(["FAK", "FOK"])]).ngroups == 4


def test_no_order_is_larger_than_the_contract_allows(market: Any, orders: pd.DataFrame) -> None:
    sized = orders.merge(market.table("contracts"), on=["exchange", "contract"]).dropna(subset="max_order_volume")
    assert (sized["volume"] <= sized["max_order_volume"]).all()


def test_events_lie_in_the_sessions_and_the_night_belongs_to_the_next_trading_day(orders: pd.DataFrame) -> None:
    local = orders["event_time"].dt.tz_convert("Asia/Shanghai")
    minute = local.dt.hour * 60 + local.dt.minute
    night = minute >= 21 * 60
    day = pd.to_datetime(orders["trading_day"])
    date = local.dt.tz_localize(None).dt.normalize()
    assert night.any()
    assert (date[~night] == day[~night]).all()
    assert (date[night] < day[night]).all()
    assert set(date[night].dt.dayofweek) <= set(range(5))
    assert not set(orders.loc[night, "exchange"]) & {"CFFEX", "GFEX"}
    opens = np.where(orders["exchange"] == "CFFEX", 570, 540)
    assert ((minute >= opens) & (minute <= 900) | night & (minute < 1380)).all()


def test_prices_lie_inside_the_day_s_limits_and_fills_inside_its_range(
    market: Any, orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    days = market.table("contract_days")
    priced = orders.dropna(subset="price").merge(days, on=["trading_day", "exchange", "contract"])
    # an order that outlives its day keeps its price: only the day of entry binds it
    priced = priced[(priced["time_in_force"] != "GTC") | (priced["event"] == "accepted")]
    assert ((priced["price"] >= priced["lower_limit"]) & (priced["price"] <= priced["upper_limit"])).all()
    dealt = trades.merge(days, on=["trading_day", "exchange", "contract"])
    assert ((dealt["price"] >= dealt["low_price"]) & (dealt["price"] <= dealt["high_price"])).all()


def test_positions_are_the_sum_of_opening_less_closing_fills(market: Any, trades: pd.DataFrame) -> None:
    key = ["account_id", "exchange", "contract", "hedge"]
    opening = trades["offset"] == "open"
    long = (trades["side"] == "buy") == opening
    rows = trades.assign(side=np.where(long, "long", "short"), lots=np.where(opening, 1, -1) * trades["volume"])
    summed = rows.groupby([*key, "side"])["lots"].sum()
    held = market.table("positions")
    held = held[held["trading_day"] == market.result.days[-1]].set_index([*key, "side"])["volume"]
    pd.testing.assert_series_equal(
        summed[summed != 0].sort_index(), held.sort_index(), check_names=False, check_dtype=False
    )
    assert (summed >= 0).all()


def test_fees_of_the_day_are_the_sum_over_its_trades(market: Any, trades: pd.DataFrame) -> None:
    days = market.table("account_days").set_index(["trading_day", "account_id"])
    for name in ("fee", "exchange_fee"):
        summed = trades.groupby(["trading_day", "account_id"])[name].sum()
        assert (days.loc[summed.index, name] == summed).all()


def test_equity_moves_by_the_result_and_the_cash_flows_alone(market: Any) -> None:
    days = market.table("account_days").sort_values(["account_id", "trading_day"])
    flows = market.table("cash_flows")
    signed = flows["amount"].where(flows["direction"] == "deposit", -flows["amount"])
    flow = signed.groupby([flows["account_id"], flows["trading_day"]]).sum()
    net = pd.Series(flow, name="flow").reset_index()
    joined = days.merge(net, on=["account_id", "trading_day"], how="left")
    joined["flow"] = joined["flow"].fillna(0)
    moved = joined.groupby("account_id")["equity"].diff()
    expected = joined["net_pnl"].astype(float) + joined["flow"].astype(float)
    known = moved.notna()
    assert np.allclose(moved[known].astype(float), expected[known], atol=1e-6, rtol=0)
