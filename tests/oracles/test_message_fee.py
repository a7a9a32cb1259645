"""The public case of 2023 and the borders of the tiers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from tests.oracles import rows
from tests.oracles.market import Market, Row
from tests.oracles.message_fee import BU_2023, Messages, fee, measure

DAY = date(2023, 4, 19)


def _flood(orders: int, exchange: str = "SHFE", fills: int = 0, **changes: object) -> Market:
    place = {"exchange": exchange, "contract": "bu2307", "time_in_force": "FAK", **changes}
    found: list[Row] = []
    for number in range(orders):
        moment = rows.at(0, DAY) + timedelta(milliseconds=number)
        found.append(rows.order("A", f"o{number}", moment, "accepted", **place))
        found.append(rows.order("A", f"o{number}", moment, "cancelled", **{**place, "cancelled_by": "exchange"}))
    trades = [
        rows.trade("A", "buy", f"t{number}", rows.at(0, DAY), exchange=exchange, contract="bu2307", order_id="o0")
        for number in range(fills)
    ]
    return Market({"contracts": [rows.contract(exchange, contract="bu2307")], "orders": found, "trades": trades})


def test_bu2307_cost_four_million() -> None:
    found = measure(_flood(59_600), "SHFE", "bu2307", DAY, "A")
    assert found == Messages(119_200, 0, Fraction(119_199))
    assert fee(found, BU_2023) == 4_042_000


@pytest.mark.parametrize(
    ("messages", "cost"),
    [(4_000, 0), (4_001, "0.5"), (8_000, 2_000), (8_001, "2002.5"), (40_000, 82_000), (40_001, 82_050)],
)
def test_each_message_costs_the_rate_of_its_tier(messages: int, cost: object) -> None:
    assert fee(Messages(messages, 1, Fraction(messages - 1)), BU_2023) == Fraction(str(cost))


def test_an_otr_of_two_is_calm() -> None:
    assert fee(Messages(9_000, 3_000, Fraction(2)), BU_2023) == 0


def test_fills_of_one_order_are_one_order_with_a_fill() -> None:
    assert measure(_flood(3, fills=2), "SHFE", "bu2307", DAY, "A") == Messages(6, 1, Fraction(5))


def test_no_fill_is_busy_at_gfex_whatever_the_count() -> None:
    assert measure(_flood(1, "GFEX"), "GFEX", "bu2307", DAY, "A").busy
    assert not measure(_flood(1), "SHFE", "bu2307", DAY, "A").busy


def test_market_making_is_free() -> None:
    assert measure(_flood(3, hedge="market_making"), "SHFE", "bu2307", DAY, "A").messages == 0
