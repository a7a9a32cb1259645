"""Profit and fees, cash flows, positions and leverage, at the edges of what counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=24)]
MONDAY = DAYS[0]
FAMILIES = ("profit", "funding", "holdings")
Known = Callable[..., dict[str, float | None]]
Fill = Callable[[Any], object]
ACCOUNTS: list[Fill] = []  # one market for all tests, an account a case


def account(fill: Fill) -> Fill:
    """Register what an account of the market does; its name is the function's."""
    ACCOUNTS.append(fill)
    return fill


@pytest.fixture(scope="module")
def known(raw_tables: Any, at_close: Any, tmp_path_factory: pytest.TempPathFactory) -> Known:
    raw = raw_tables(tmp_path_factory.mktemp("money") / "events").calendar(DAYS)
    raw.add("contracts", contract="IO2601", kind="index_option").add("contracts", contract="no_price", multiplier=7)
    raw.add("contracts", contract="later", multiplier=1, valid_to=DAYS[1])
    raw.add("contracts", contract="later", multiplier=10, valid_from=DAYS[1])
    raw.add("contracts", contract="SP a&b").add("contract_days", MONDAY, contract="SP a&b", settlement_price=-50)
    for day in DAYS:
        raw.add("contract_days", day, contract="later", settlement_price=10 if day == MONDAY else 20)
    raw.add("position_limits", limit=10, valid_to=DAYS[1]).add("position_limits", limit=5, valid_from=DAYS[1])
    raw.add("position_limits", contract="later", limit=0)
    for fill in ACCOUNTS:
        fill(raw.of(fill.__name__))
    with raw.load() as events:
        families = [at_close(events, family) for family in FAMILIES]
    return lambda name, day=MONDAY: {k: v for family in families for k, v in family(name, day).items()}


@account
def loses(raw: Any) -> None:
    for day, pnl in zip(DAYS, ("-0.0001", "0", "50.5", "-30"), strict=False):
        raw.add("account_days", day, net_pnl=pnl, fee="2.5", exchange_fee=1, equity=100)


def test_a_loss_is_below_zero_and_the_worst_day_may_be_a_good_one(known: Known) -> None:
    found = known("loses", DAYS[3])
    assert (found["loss_days_20d"], found["worst_day_pnl_20d"]) == (2, -30)
    assert found["net_pnl_20d"] == 20.4999
    assert found["pnl_over_mean_equity_20d"] == 0.204999
    assert (found["fee_20d"], found["fee_over_exchange_fee_20d"], found["fee_over_mean_equity_20d"]) == (10, 2.5, 0.1)
    assert found["fee_over_abs_pnl_20d"] == pytest.approx(10 / 20.4999, abs=1e-9)
    assert known("gains")["worst_day_pnl_20d"] == 3


@account
def gains(raw: Any) -> None:
    raw.add("account_days", MONDAY, net_pnl=1, fee=1, equity=-50).add("account_days", MONDAY, net_pnl=2, equity=50)


@account
def in_debt(raw: Any) -> None:
    raw.add("account_days", MONDAY, equity=-50, fee=3, margin=5)


def test_equity_of_zero_or_less_and_no_fee_or_profit_are_nothing_to_compare_with(known: Known) -> None:
    names = ("pnl_over_mean_equity_20d", "fee_over_mean_equity_20d", "fee_over_exchange_fee_20d")
    for name, mean in (("gains", 0), ("in_debt", -50)):  # two rows of one day are one
        found = known(name)
        assert [found[n] for n in (*names, "close_margin_over_equity")] == [None] * 4
        assert found["mean_equity_20d"] == mean
    assert known("in_debt")["fee_over_abs_pnl_20d"] is None


def test_money_of_five_days_ends_before_that_of_twenty_and_then_both_are_null(known: Known) -> None:
    for day, five, twenty in ((7, -30.0, 20.4999), (8, None, 20.4999), (22, None, -30.0), (23, None, None)):
        found = known("loses", DAYS[day])
        assert (found["net_pnl_5d"], found["net_pnl_20d"]) == (five, twenty)


@account
def moves_money(raw: Any) -> None:
    raw.add("account_days", MONDAY, equity=900).add("account_days", DAYS[1], equity=100)
    raw.add("cash_flows", MONDAY, amount=300, bank_account="x").add("cash_flows", MONDAY, amount=50, bank_account="y")
    raw.add("cash_flows", MONDAY, direction="withdrawal", amount=150, cross_border=True)
    raw.add("cash_flows", DAYS[2], direction="withdrawal", amount=500, bank_account="x")


def test_what_came_in_and_went_out_on_one_day_is_the_smaller_of_both(known: Known) -> None:
    found = known("moves_money")
    assert (found["deposits_20d"], found["withdrawals_20d"], found["cash_flows_20d"]) == (350, 150, 3)
    assert (found["same_day_in_out_share_20d"], found["cross_border_share_20d"]) == (0.6, 0.3)
    assert (found["cash_flow_days_20d"], found["distinct_bank_accounts_20d"]) == (1, 2)
    assert known("moves_money", DAYS[2])["same_day_in_out_share_20d"] == 0.3


def test_flows_are_compared_with_the_equity_recorded_so_far(known: Known) -> None:
    found = [known("moves_money", day)["gross_flow_over_mean_equity_20d"] for day in (*DAYS[:3], DAYS[20], DAYS[21])]
    assert found == [pytest.approx(500 / 900, abs=1e-9), 1, 2, 5, None]  # day 20: 500 against the 100 of day 1


def test_the_flow_of_a_day_is_compared_with_twenty_days_before_it_and_none_is_null(known: Known) -> None:
    name = "flow_on_day_over_mean_20d"
    assert [known("moves_money", day)[name] for day in DAYS[:4]] == [None, None, 20, None]
    assert [known("after_twenty", day)[name] for day in (DAYS[20], DAYS[21])] == [40, 10]
    assert known("after_twenty_one", DAYS[21])[name] is None


@account
def after_twenty(raw: Any) -> None:
    for day, amount in ((MONDAY, 100), (DAYS[20], 200), (DAYS[21], 100)):
        raw.add("cash_flows", day, amount=amount)


@account
def after_twenty_one(raw: Any) -> None:
    raw.add("cash_flows", MONDAY).add("cash_flows", DAYS[21])


def test_a_flow_of_nothing_is_a_flow_with_nothing_to_share(known: Known) -> None:
    found = known("moves_nothing")
    assert (found["cash_flows_20d"], found["deposits_20d"], found["distinct_bank_accounts_20d"]) == (1, 0, 0)
    assert (found["cross_border_share_20d"], found["same_day_in_out_share_20d"]) == (None, None)


@account
def moves_nothing(raw: Any) -> None:
    raw.add("cash_flows", MONDAY, amount=0)


@account
def holds(raw: Any) -> None:
    raw.add("account_days", MONDAY, equity=1000, margin=250).add("account_days", DAYS[1], equity=500, margin=100)
    raw.add("positions", MONDAY, volume=3).add("positions", MONDAY, volume=4, hedge="hedging")
    raw.add("positions", MONDAY, volume=1, side="short").add("positions", MONDAY, volume=2, contract="IO2601")
    raw.add("positions", MONDAY, volume=0, contract="no_price")
    raw.add("positions", DAYS[1], volume=2, contract="later").add("positions", DAYS[1], volume=5, side="short")


def test_leverage_is_the_value_of_futures_of_that_day_over_the_equity_of_that_day(known: Known) -> None:
    names = ("close_leverage", "max_leverage_20d", "close_margin_over_equity", "max_margin_over_equity_20d")
    assert [known("holds")[n] for n in names] == [4, 4, 0.25, 0.25]  # 8 lots of 5 at 100, the option worth nothing
    assert [known("holds", DAYS[1])[n] for n in names] == [5.8, 5.8, 0.2, 0.25]  # and 2 lots of 10 at 20
    assert [known("holds", DAYS[2])[n] for n in names] == [None, 5.8, None, 0.25]
    assert [known("holds", DAYS[20])[n] for n in names] == [None, 5.8, None, 0.2]
    assert [known("holds", DAYS[21])[n] for n in names] == [None] * 4


def test_lots_are_long_and_short_together_and_a_limit_is_for_each_side(known: Known) -> None:
    found = known("holds")
    assert (found["close_largest_contract_share"], found["max_overnight_lots_20d"]) == (0.8, 10)
    assert found["max_position_limit_use_20d"] == 0.7
    found = known("holds", DAYS[1])
    assert (found["overnight_days_20d"], found["mean_overnight_lots_20d"]) == (2, 8.5)
    assert found["distinct_contracts_held_20d"] == 3
    assert found["max_position_limit_use_20d"] == 1  # 5 of the 5 of that day; a limit of 0 is none


@account
def spreads(raw: Any) -> None:
    raw.add("account_days", MONDAY).add("positions", MONDAY).add("positions", MONDAY, volume=4, contract="SP a&b")


def test_a_price_below_zero_adds_to_the_value_and_cancels_none(known: Known) -> None:
    assert known("spreads")["close_leverage"] == 1.5  # 1 x 100 x 5 and 4 x |-50| x 5, over 1,000


@account
def unpriced(raw: Any) -> None:
    raw.add("account_days", MONDAY).add("account_days", DAYS[1]).add("account_days", DAYS[2], equity=0)
    raw.add("positions", MONDAY, contract="no_price").add("positions", DAYS[1], contract="unheard_of")
    raw.add("positions", DAYS[2]).add("positions", DAYS[3])


def test_a_value_that_is_not_known_whole_is_not_known(known: Known) -> None:
    found = [known("unpriced", day) for day in DAYS[:4]]
    assert [f["close_leverage"] for f in found] == [None] * 4  # no price, no contract, no equity, no row of it
    assert [f["max_leverage_20d"] for f in found] == [None] * 4
    assert [f["overnight_days_20d"] for f in found] == [1, 2, 3, 4]
    assert [f["max_position_limit_use_20d"] for f in found] == [None, None, 0.2, 0.2]


@account
def empty_position(raw: Any) -> None:
    raw.add("positions", MONDAY, volume=0)


def test_no_lots_are_no_position(known: Known) -> None:
    assert known("empty_position") == known("nobody")
    assert set(known("nobody").values()) == {None}


def test_without_its_tables_a_family_is_null_and_positions_need_no_equity(
    raw_tables: Any, at_close: Any, tmp_path: Path
) -> None:
    raw = raw_tables(tmp_path / "events").calendar([MONDAY]).add("positions", MONDAY).add("orders", MONDAY)
    with raw.load() as events:
        found = {k: v for family in FAMILIES for k, v in at_close(events, family)("A1", MONDAY).items()}
    assert {name for name, value in found.items() if value is not None} == {
        "close_largest_contract_share",
        "overnight_days_20d",
        "max_overnight_lots_20d",
        "mean_overnight_lots_20d",
        "distinct_contracts_held_20d",
    }


def test_a_flow_before_any_equity_row_has_nothing_to_compare_with(known: Known) -> None:
    days: list[date] = [MONDAY, DAYS[19]]
    assert [known("after_twenty", day)["gross_flow_over_mean_equity_20d"] for day in days] == [None, None]
    assert [known("after_twenty", day)["cash_flows_20d"] for day in days] == [1, 1]
