"""Matches inside the broker have two equal and opposite legs, and making them changes no lot, price or money."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation import pairing
from simulation.book import MATCH_WINDOW
from simulation.events import Accounts, unroll
from simulation.numbering import trade_numbers
from simulation.orders import Orders, blank, fills
from simulation.scenario import Scenario
from simulation.world import make_market

MATCH = ["exchange", "trading_day", "contract", "trade_id"]


@pytest.fixture(scope="module")
def trades(market: Any) -> pd.DataFrame:
    return market.table("trades")


def test_both_sides_of_a_match_are_equal_and_opposite(trades: pd.DataFrame) -> None:
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


def test_the_two_legs_are_told_at_one_moment_up_to_whole_seconds(trades: pd.DataFrame) -> None:
    apart = trades.groupby(MATCH)["event_time"].agg(lambda t: t.max() - t.min())
    assert (apart < pd.Timedelta(seconds=1)).all()


def test_there_are_self_matches_matches_between_clients_and_matches_with_outside(trades: pd.DataFrame) -> None:
    people = trades.groupby(MATCH)["account_id"].agg(["size", "nunique"])
    assert {(1, 1), (2, 1), (2, 2)} == set(people.itertuples(index=False, name=None))


def test_trade_ids_run_from_one_on_every_exchange_and_day(trades: pd.DataFrame) -> None:
    numbers = trades.assign(number=trades["trade_id"].astype(int)).groupby(["exchange", "trading_day"])["number"]
    assert (numbers.min() == 1).all()
    assert (numbers.max() == numbers.nunique()).all()


def two(side: int = -1, account: int = 1, price: int = 50, apart: int = 0, lots: int = 3) -> Orders:
    """A buy of 3 lots by account 0 at offset 0, and another order that may meet it."""
    orders = blank(2)
    orders["key"] = [0, 1]
    orders["side"], orders["account"] = [1, side], [0, account]
    orders["dealt"], orders["price"] = [50, price], [50, price]
    orders["volume"] = orders["filled"] = [3, lots]
    orders["filled_at"] = orders["last_at"] = [1_000_000, 1_000_000 + apart]
    orders["open_inside"] = True
    return orders


@pytest.mark.parametrize(
    ("change", "meets"),
    [
        ({}, True),
        ({"apart": MATCH_WINDOW}, True),
        ({"apart": MATCH_WINDOW + 1}, False),
        ({"side": 1}, False),
        ({"account": 0}, False),
        ({"price": 51}, False),
        ({"lots": 5}, True),
    ],
)
def test_two_fills_meet_at_one_price_in_one_window_from_opposite_sides_of_two_accounts(
    change: dict[str, int], meets: bool
) -> None:
    assert len(pairing.pairs(two(**change))[0]) == meets


def test_fills_that_are_not_open_or_already_matched_do_not_meet() -> None:
    closed, matched = two(), two()
    closed["open_inside"][1] = False
    matched["match"][0] = 9
    assert len(pairing.pairs(closed)[0]) == len(pairing.pairs(matched)[0]) == 0


def test_the_smaller_lots_meet_at_the_later_time_and_the_rest_is_a_further_fill() -> None:
    market = make_market(7, date(2026, 3, 2), 1, Scenario())
    orders = two(apart=2_000_000, lots=5)
    orders["contract"] = market.main(0, 0)
    none = np.zeros(2, dtype=np.bool_)
    rows = unroll(market, 0, orders, Accounts(none, ~none, np.array([110, 110])))
    dealt = rows.take(rows.phase == 1)
    assert sorted(zip(dealt.order.tolist(), dealt.lots.tolist(), strict=True)) == [(0, 3), (1, 2), (1, 3)]
    met = dealt.take(dealt.lots == 3)
    assert len(set(met.match.tolist())) == 1
    assert met.exact[0] == met.exact[1] == dealt.exact.max()
    assert len(set(dealt.match.tolist())) == 2


def test_an_order_is_in_one_pair_only() -> None:
    orders = np.concatenate([two(), two()])
    orders["account"], orders["key"] = [0, 1, 2, 3], [0, 1, 2, 3]
    first, second = pairing.pairs(orders)
    used = np.concatenate([first, second]).tolist()
    assert len(used) == len(set(used)) == 4


@pytest.mark.parametrize(("filled", "pieces"), [(1, 5), (5, 1), (5, 2), (7, 3), (9, 9)])
def test_pieces_sum_up_to_the_fill_and_lie_between_its_first_and_last_moment(filled: int, pieces: int) -> None:
    orders = blank(1)
    orders["filled"], orders["pieces"], orders["filled_at"], orders["last_at"] = filled, pieces, 100, 900
    place, at, lots = fills(orders)
    assert lots.sum() == filled
    assert lots.min() >= 1
    assert len(place) == min(pieces, filled)
    assert at[0] == 100
    assert at[-1] == (900 if len(place) > 1 else 100)
    assert (np.diff(at) >= 0).all()


def test_trade_numbers_are_the_same_on_both_legs_even_if_rows_are_told_in_another_order() -> None:
    exchange, match, at = np.array([0, 0, 0, 0]), np.array([4, 7, 4, 2]), np.array([30, 10, 30, 20])
    assert trade_numbers(exchange, match, at).tolist() == [3, 1, 3, 2]
