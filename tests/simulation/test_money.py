"""Money and positions follow from the written trades and settlements alone, to the last unit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.book import MATCH_WINDOW, Book
from simulation.orders import GTC, Orders, blank

NOTHING = Decimal(0)


@pytest.fixture(scope="module")
def expiring(make_market: Any) -> Any:
    """Nine days around the April expiry of index futures and options."""
    return make_market(accounts=45, days=9, seed=5, start=date(2026, 4, 10))


@pytest.fixture(scope="module", params=["market", "expiring"])
def played(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def by_key(table: pd.DataFrame, key: list[str], value: str) -> dict[tuple[Any, ...], Any]:
    return {tuple(row[:-1]): row[-1] for row in table[[*key, value]].itertuples(index=False, name=None)}


def test_the_day_s_result_is_fills_against_settlement_and_what_was_carried_less_fees(played: Any) -> None:
    terms = played.table("contracts").set_index(["exchange", "contract"])
    multiplier, gone = terms["multiplier"].to_dict(), terms["valid_to"].to_dict()
    settlement = by_key(played.table("contract_days"), ["exchange", "contract", "trading_day"], "settlement_price")
    trades = dict(iter(played.table("trades").groupby("trading_day")))
    net: dict[tuple[str, tuple[str, str]], int] = defaultdict(int)
    result: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    days = played.result.days
    for number, day in enumerate(days):
        for (account, contract), lots in net.items():
            moved = settlement[*contract, day] - settlement[*contract, days[number - 1]]
            result[day, account] += lots * moved * multiplier[contract]
        for row in trades[day].itertuples() if day in trades else ():
            contract, sign = (row.exchange, row.contract), 1 if row.side == "buy" else -1
            gain = sign * row.volume * (settlement[*contract, day] - row.price) * multiplier[contract]
            result[day, row.account_id] += gain - row.fee
            net[row.account_id, contract] += sign * row.volume
        tomorrow = days[number + 1] if number + 1 < len(days) else day
        net = defaultdict(int, {k: lots for k, lots in net.items() if lots and tomorrow < gone[k[1]]})
    written = by_key(played.table("account_days"), ["trading_day", "account_id"], "net_pnl")
    assert len(written) == len(days) * played.result.rows["accounts"]
    assert {key: result.get(key, NOTHING) for key in written} == written


def test_equity_moves_by_the_result_and_the_cash_flows_alone(played: Any) -> None:
    flows: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for row in played.table("cash_flows").itertuples():
        flows[row.trading_day, row.account_id] += row.amount if row.direction == "deposit" else -row.amount
    days = played.table("account_days").sort_values(["account_id", "trading_day"])
    last: dict[str, Decimal] = {}
    for row in days.itertuples():
        if row.account_id in last:
            expected = last[row.account_id] + row.net_pnl + flows[row.trading_day, row.account_id]
            assert row.equity == expected, row
        last[row.account_id] = row.equity


def test_fees_of_the_day_are_the_sum_over_its_trades_and_whole_units_a_lot(played: Any) -> None:
    trades = played.table("trades")
    days = played.table("account_days").set_index(["trading_day", "account_id"])
    for name in ("fee", "exchange_fee"):
        summed = trades.groupby(["trading_day", "account_id"])[name].sum()
        assert (days.loc[summed.index, name] == summed).all()
        assert (days[name].sum()) == summed.sum()
        a_lot = (trades[name] / trades["volume"]).groupby([trades["account_id"], trades["contract"]]).nunique()
        assert (a_lot == 1).all()


def test_positions_are_opening_less_closing_fills_until_a_contract_expires(played: Any) -> None:
    trades, days = played.table("trades"), played.result.days
    gone = played.table("contracts").set_index(["exchange", "contract"])["valid_to"].to_dict()
    expected: dict[tuple[Any, ...], int] = defaultdict(int)
    written = dict.fromkeys((), 0)
    positions = played.table("positions")
    key = ["trading_day", "account_id", "exchange", "contract", "side", "hedge"]
    written = by_key(positions, key, "volume")
    assert len(written) == len(positions)
    all_days: dict[tuple[Any, ...], int] = {}
    for day in days:
        for row in trades[trades["trading_day"] == day].itertuples():
            opens = row.offset == "open"
            side = "long" if (row.side == "buy") == opens else "short"
            name = (row.account_id, row.exchange, row.contract, side, row.hedge)
            expected[name] += row.volume if opens else -row.volume

        assert min(expected.values(), default=0) >= 0
        last_day = [name for name in expected if (gone[name[1], name[2]] - day).days == 1]
        for name in last_day:
            del expected[name]
        all_days |= {(day, *name): lots for name, lots in expected.items() if lots}
    assert all_days == written


def test_no_position_outlives_its_contract(expiring: Any) -> None:
    held = expiring.table("positions").merge(expiring.table("contracts"), on=["exchange", "contract"])
    assert (held["trading_day"] < held["valid_to"]).all()
    ended = expiring.table("contracts")
    assert (ended["valid_to"] <= expiring.result.days[-1]).any()


def test_margin_belongs_to_positions(played: Any) -> None:
    days = played.table("account_days").set_index(["trading_day", "account_id"])
    holders = played.table("positions")[["trading_day", "account_id"]].drop_duplicates()
    holding = days.index.isin(pd.MultiIndex.from_frame(holders))
    assert (days.loc[holding, "margin"] > 0).all()
    assert (days.loc[~holding, "margin"] == 0).all()
    assert holding.any()
    assert (~holding).any()


def test_flows_go_both_ways_at_working_hours_and_no_two_at_once(market: Any) -> None:
    flows = market.table("cash_flows")
    assert set(flows["direction"]) == {"deposit", "withdrawal"}
    assert (flows["amount"] > 0).all()
    local = flows["event_time"].dt.tz_convert("Asia/Shanghai")
    assert local.dt.hour.between(8, 16).all()
    assert (local.dt.date == flows["trading_day"]).all()
    assert not flows.duplicated(["account_id", "event_time"]).any()


def book_of(*orders: tuple[int, int, int, int, int]) -> Orders:
    """Orders of one account and contract as (side, volume, filled, accepted, filled at)."""
    found = blank(len(orders))
    for place, (side, volume, filled, accepted, at) in enumerate(orders):
        one = found[place : place + 1]
        one["side"], one["volume"], one["filled"] = side, volume, filled
        one["accepted"], one["filled_at"], one["last_at"] = accepted, at, at
    return found


@pytest.mark.parametrize(
    ("orders", "closes"),
    [
        ([(1, 3, 3, 0, 10), (-1, 3, 3, 20, 30)], [False, True]),
        ([(1, 3, 3, 0, 10), (-1, 4, 4, 20, 30)], [False, False]),  # more than is held
        ([(1, 3, 3, 0, 10), (-1, 2, 2, 20, 30), (-1, 2, 2, 21, 31)], [False, True, False]),  # spoken for
        ([(1, 3, 3, 0, 25), (-1, 3, 3, 20, 30)], [False, False]),  # sent before there was anything to close
        ([(1, 3, 2, 0, 10), (-1, 2, 2, 20, 30)], [False, True]),
        ([(-1, 3, 3, 0, 10), (1, 1, 1, 20, 30)], [False, True]),
    ],
)
def test_an_order_closes_what_is_held_and_free_when_it_is_sent(
    orders: list[tuple[int, int, int, int, int]], closes: list[bool]
) -> None:
    found = book_of(*orders)
    Book(1).close_off(found)
    assert found["closes"].tolist() == closes


@pytest.mark.parametrize(("ended", "free"), [(40, True), (60, False)])
def test_the_rest_of_a_closing_order_is_free_again_once_it_is_cancelled(ended: int, free: bool) -> None:
    orders = book_of((1, 3, 3, 0, 10), (-1, 3, 0, 20, 20), (-1, 3, 3, 50, 55))
    orders["cancelled"][1], orders["ended_at"][1] = 3, ended
    Book(1).close_off(orders)
    assert orders["closes"].tolist() == [False, True, free]


@pytest.mark.parametrize(("sent", "closes"), [(MATCH_WINDOW + 10, False), (MATCH_WINDOW + 11, True)])
def test_a_fill_that_may_still_move_counts_from_its_last_moment(sent: int, closes: bool) -> None:
    orders = book_of((1, 3, 3, 0, 10), (-1, 3, 3, sent, sent))
    orders["open_inside"][0] = True
    Book(1).close_off(orders)
    assert orders["closes"].tolist() == [False, closes]


def test_lots_are_held_by_hedge_flag_and_an_unfilled_remainder_is_held_again_overnight() -> None:
    orders = book_of((1, 3, 3, 0, 10), (-1, 3, 1, 20, 30))
    other = book_of((-1, 3, 3, 40, 50))
    other["hedge"] = 2
    book = Book(1)
    book.close_off(np.concatenate([orders, other]))
    held = book.held()
    assert list(zip(held.hedge.tolist(), held.long.tolist(), held.short.tolist(), strict=True)) == [
        (0, 2, 0),
        (2, 0, 3),
    ]


def test_an_order_good_till_cancelled_opens_and_may_fill_on_a_later_day() -> None:
    book = Book(1)
    first = book_of((1, 3, 3, 0, 10), (-1, 3, 0, 20, 20))
    first["time_in_force"][1] = GTC
    book.close_off(first)
    later = book_of((-1, 3, 3, 0, 10))
    later["earlier"], later["time_in_force"] = True, GTC
    book.close_off(later)
    assert not first["closes"].any()
    assert (book.held().long.tolist(), book.held().short.tolist()) == ([3], [3])
