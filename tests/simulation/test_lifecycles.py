"""Orders live as orders do: accepted, filled in pieces, cancelled or not, inside their sessions and sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.calendar import has_night, previous_trading_day

ORDER = ["exchange", "trading_day", "order_id"]


@pytest.fixture(scope="module")
def orders(market: Any) -> pd.DataFrame:
    return market.table("orders")


@pytest.fixture(scope="module")
def trades(market: Any) -> pd.DataFrame:
    return market.table("trades")


def test_an_order_is_accepted_or_rejected_once_under_its_own_id(orders: pd.DataFrame) -> None:
    births = orders[orders["event"] != "cancelled"]
    assert not births.duplicated(ORDER).any()


def test_an_order_ends_at_most_once(orders: pd.DataFrame) -> None:
    ends = orders[orders["event"] == "cancelled"]
    assert not ends.duplicated(["exchange", "account_id", "order_id"]).any()


def test_order_ids_run_on_over_days_in_order_of_acceptance(orders: pd.DataFrame) -> None:
    births = orders[orders["event"] != "cancelled"].copy()
    births["number"] = births["order_id"].astype(int)
    for _, own in births.groupby("exchange"):
        days = own.groupby("trading_day")["number"].agg(["min", "max", "size"])
        assert (days["max"] - days["min"] + 1 == days["size"]).all()
        assert (days["min"].iloc[1:].to_numpy() == days["max"].iloc[:-1].to_numpy() + 1).all()
        exact = own[own["event_time"].dt.microsecond != 0].sort_values("number")
        steps = exact.groupby("trading_day")["event_time"].diff().dropna()
        assert (steps >= pd.Timedelta(0)).all()


def test_lots_filled_and_cancelled_never_exceed_lots_accepted(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    key = ["exchange", "account_id", "order_id"]  # ids run on, so they tell orders apart over days too
    accepted = orders[orders["event"] == "accepted"].set_index(key)["volume"]
    cancelled = orders[orders["event"] == "cancelled"].groupby(key)["volume"].sum()
    spent = trades.groupby(key)["volume"].sum().add(cancelled, fill_value=0)
    assert spent.index.isin(accepted.index).all()
    assert (spent <= accepted.reindex(spent.index)).all()
    ended = spent.reindex(cancelled.index)
    assert (ended == accepted.reindex(cancelled.index)).all()  # a cancel takes all that is left


def test_nothing_happens_to_an_order_before_it_is_accepted(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    key = ["exchange", "account_id", "order_id"]
    born = orders[orders["event"] == "accepted"].set_index(key)["event_time"].rename("born")
    later = pd.concat([orders[orders["event"] == "cancelled"], trades]).join(born, on=key)
    assert later["born"].notna().all()
    assert (later["event_time"] >= later["born"]).all()


def test_a_cancel_comes_after_the_last_fill(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    key = ["exchange", "account_id", "order_id"]
    last = trades.groupby(key)["event_time"].max().rename("last")
    cancels = orders[orders["event"] == "cancelled"].merge(last, on=key)
    assert len(cancels) > 50
    assert (cancels["event_time"] >= cancels["last"]).all()


def test_fills_come_in_one_two_and_more_pieces(trades: pd.DataFrame) -> None:
    pieces = trades.groupby(ORDER).size()
    assert {1, 2, 3, 4} <= set(pieces)
    assert (pieces == 1).mean() > 0.5


def test_some_orders_fill_in_part_some_expire_and_all_three_cancel_and_reject(
    orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    accepted = orders[orders["event"] == "accepted"].set_index(ORDER)["volume"]
    filled = trades.groupby(ORDER)["volume"].sum().reindex(accepted.index, fill_value=0)
    cancelled = orders[orders["event"] == "cancelled"].groupby(ORDER)["volume"].sum()
    rest = accepted - filled - cancelled.reindex(accepted.index, fill_value=0)
    assert ((filled > 0) & (filled < accepted)).any()
    assert (rest > 0).any()
    assert {"client", "exchange", "broker"} == set(orders["cancelled_by"].dropna())
    assert (orders["event"] == "rejected").any()


def test_client_cancels_wait_a_heavy_tailed_time(orders: pd.DataFrame) -> None:
    plain = orders[orders["time_in_force"] == "GFD"]
    born = plain[plain["event"] == "accepted"].set_index(ORDER)["event_time"].rename("born")
    ends = plain[plain["event"] == "cancelled"].join(born, on=ORDER)
    waited = (ends["event_time"] - ends["born"]).dt.total_seconds()
    assert waited.quantile(0.99) > 20 * waited.median()


def test_running_numbers_follow_time_and_are_missing_for_some_accounts(
    orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    rows = pd.concat([orders, trades]).sort_values(["account_id", "trading_day", "seq"])
    numbered = rows[rows["seq"].notna()]
    steps = numbered.groupby(["account_id", "trading_day"])
    assert (steps["event_time"].diff().dropna() >= pd.Timedelta(0)).all()
    assert not numbered.duplicated(["account_id", "trading_day", "seq"]).any()
    assert (steps["seq"].max() + 1 == steps.size()).all()
    assert rows["seq"].isna().any()


def test_running_numbers_put_an_order_s_own_course_in_order(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    sent = orders[orders["event"] == "accepted"].set_index(ORDER)["seq"].rename("sent")
    fills = trades[trades["seq"].notna()].join(sent, on=ORDER, how="inner")
    assert (fills["seq"] > fills["sent"]).all()
    last = trades.groupby(ORDER)["seq"].max().rename("last")
    cancels = orders[(orders["event"] == "cancelled") & orders["seq"].notna()].join(last, on=ORDER, how="inner")
    assert len(cancels)
    assert (cancels["seq"] > cancels["last"]).all()


def test_a_rejected_order_does_nothing_more(orders: pd.DataFrame, trades: pd.DataFrame) -> None:
    rejected = orders[orders["event"] == "rejected"]
    assert len(rejected)
    for others in (trades, orders[orders["event"] == "cancelled"]):
        assert rejected.merge(others, on=["exchange", "order_id"]).empty


def test_a_lasting_order_keeps_its_id_on_later_days_and_does_nothing_on_its_first(
    orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    key = ["exchange", "order_id", "account_id"]
    lasting = orders[orders["time_in_force"] == "GTC"]
    born = lasting[lasting["event"] == "accepted"][[*key, "trading_day", "contract", "side"]]
    later = pd.concat([lasting[lasting["event"] == "cancelled"], trades])
    ends = born.merge(later, on=key, suffixes=("", "_later"))
    assert (ends["trading_day_later"] > ends["trading_day"]).all()
    assert (ends["contract_later"] == ends["contract"]).all()
    assert (ends["side_later"] == ends["side"]).all()
    assert ends["event"].isna().any()  # some of them fill
    assert (ends["event"] == "cancelled").any()
    assert ((pd.to_datetime(ends["trading_day_later"]) - pd.to_datetime(ends["trading_day"])).dt.days > 3).any()


def test_fak_and_fok_end_within_milliseconds_by_the_exchange_and_fok_never_fills_in_part(
    orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    ioc = orders[orders["time_in_force"].isin(["FAK", "FOK"])]
    ends = ioc[ioc["event"] == "cancelled"]
    assert set(ends["cancelled_by"]) == {"exchange"}
    born = ioc[ioc["event"] == "accepted"].set_index(ORDER)
    waited = ends.join(born["event_time"].rename("born"), on=ORDER)
    assert (waited["event_time"] - waited["born"] <= pd.Timedelta(seconds=1)).all()
    filled = trades.groupby(ORDER)["volume"].sum().rename("filled")
    fok = born[born["time_in_force"] == "FOK"].join(filled, how="inner")
    assert (fok["filled"] == fok["volume"]).all()
    whole = ends.groupby(ORDER)["volume"].sum().add(filled.reindex(born.index, fill_value=0), fill_value=0)
    assert (whole.reindex(born.index) == born["volume"]).all()


def test_market_and_stop_orders_exist_where_the_exchange_has_them(orders: pd.DataFrame) -> None:
    assert set(orders.loc[orders["order_type"] == "market", "exchange"]) <= {"DCE", "CZCE", "CFFEX"}
    assert set(orders.loc[orders["order_type"] == "stop", "exchange"]) == {"DCE"}
    assert orders.loc[orders["order_type"] == "market", "price"].isna().all()
    assert orders.loc[orders["order_type"] != "market", "price"].notna().all()


def test_spreads_are_two_opposite_legs_sent_filled_and_cancelled_together(
    orders: pd.DataFrame, trades: pd.DataFrame, market: Any
) -> None:
    product = market.table("contracts").set_index("contract")["product"]
    sent = orders[(orders["hedge"] == "arbitrage") & (orders["event"] == "accepted")]
    sent = sent.assign(product=sent["contract"].map(product))
    both = sent.merge(sent, on=["account_id", "event_time", "exchange", "product", "volume"], suffixes=("", "_2"))
    legs = both[(both["side"] == "buy") & (both["side_2"] == "sell") & (both["contract"] != both["contract_2"])]
    assert len(legs) > 10
    filled = trades.groupby(["exchange", "order_id"])["volume"].sum()
    pairs = [pd.MultiIndex.from_frame(legs[["exchange", name]]) for name in ("order_id", "order_id_2")]
    one, two = (filled.reindex(pair).fillna(0).to_numpy() for pair in pairs)
    assert (one == two).mean() > 0.95  # the rest are strangers that fit by chance


def test_every_exchange_both_order_fee_worlds_and_every_hedge_flag_occur(market: Any, orders: pd.DataFrame) -> None:
    assert orders["exchange"].nunique() == 6
    assert set(orders["hedge"]) == {"speculation", "arbitrage", "hedging", "market_making"}
    terms = orders.merge(market.table("contracts"), on=["exchange", "contract"])
    assert {"future", "index_future"} <= set(terms["kind"])
    cancels = terms[terms["event"] == "cancelled"]
    assert cancels.groupby(["has_order_fee", cancels["time_in_force"].isin(["FAK", "FOK"])]).ngroups == 4


def test_no_order_is_larger_than_the_contract_allows(market: Any, orders: pd.DataFrame) -> None:
    sized = orders.merge(market.table("contracts"), on=["exchange", "contract"]).dropna(subset="max_order_volume")
    assert (sized["volume"] <= sized["max_order_volume"]).all()


def test_events_lie_on_days_on_which_their_contract_is_listed(market: Any, orders: pd.DataFrame) -> None:
    terms = orders.merge(market.table("contracts"), on=["exchange", "contract"], how="left")
    assert terms["valid_from"].notna().all()
    assert ((terms["valid_from"] <= terms["trading_day"]) & (terms["trading_day"] < terms["valid_to"])).all()


OPEN = {  # minutes after midnight by exchange: all sessions but the night
    **dict.fromkeys(("SHFE", "INE", "DCE", "CZCE", "GFEX"), ((540, 615), (630, 690), (810, 900))),
    "CFFEX": ((570, 690), (780, 915)),
}
NIGHT_ENDS = {"cu": 25 * 60, "ag": 26 * 60 + 30, "sc": 26 * 60 + 30}  # later than 23:00, after 00:00


def test_events_lie_in_the_sessions_and_the_night_belongs_to_the_next_trading_day(
    market: Any, orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    columns = ["event_time", "trading_day", "exchange", "contract"]
    product = market.table("contracts").set_index("contract")["product"]
    rows = pd.concat([orders[columns], trades[columns]])
    local = rows["event_time"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    minute = (local - local.dt.normalize()).dt.total_seconds() / 60
    by_day = pd.Series(data=False, index=rows.index)
    same_date = local.dt.normalize() == pd.to_datetime(rows["trading_day"])
    inside = np.zeros(len(rows), dtype=bool)
    for exchange, pieces in OPEN.items():
        for opens, closes in pieces:
            inside |= ((rows["exchange"] == exchange) & (minute >= opens) & (minute < closes) & same_date).to_numpy()
    by_day = inside
    night = rows[~by_day].assign(local=local[~by_day], product=rows["contract"][~by_day].map(product))
    assert 0.05 < len(night) / len(rows) < 0.6
    assert not set(night["exchange"]) & {"CFFEX", "GFEX"}
    for day, own in night.groupby("trading_day"):
        assert has_night(day)
        evening = pd.Timestamp(previous_trading_day(day)) + pd.Timedelta(hours=21)
        until = own["product"].map(NIGHT_ENDS).fillna(23 * 60) - 21 * 60
        assert (own["local"] >= evening).all()
        assert (own["local"] < evening + pd.to_timedelta(until, unit="min")).all()


def test_activity_is_u_shaped_within_the_day(orders: pd.DataFrame) -> None:
    local = orders["event_time"].dt.tz_convert("Asia/Shanghai")
    minute = local.dt.hour * 60 + local.dt.minute
    ordinary = minute[(orders["exchange"] != "CFFEX") & (orders["event"] == "accepted")]
    opening, middle = ordinary.between(540, 549).sum(), ordinary.between(575, 584).sum()
    assert opening > 1.3 * middle


def test_prices_lie_inside_the_day_s_limits_and_fills_inside_its_range_and_no_worse_than_asked(
    market: Any, orders: pd.DataFrame, trades: pd.DataFrame
) -> None:
    days = market.table("contract_days")
    priced = orders.dropna(subset="price").merge(days, on=["trading_day", "exchange", "contract"])
    # an order that outlives its day keeps its price: only the day of entry binds it
    priced = priced[(priced["time_in_force"] != "GTC") | (priced["event"] == "accepted")]
    assert ((priced["price"] >= priced["lower_limit"]) & (priced["price"] <= priced["upper_limit"])).all()
    dealt = trades.merge(days, on=["trading_day", "exchange", "contract"])
    assert ((dealt["price"] >= dealt["low_price"]) & (dealt["price"] <= dealt["high_price"])).all()
    asked = orders[orders["event"] == "accepted"].set_index(["exchange", "order_id"])["price"].rename("asked")
    both = trades.join(asked, on=["exchange", "order_id"]).dropna(subset="asked")
    better = np.where(both["side"] == "buy", both["asked"] - both["price"], both["price"] - both["asked"])
    assert (better >= 0).all()
    assert (better > 0).any()
