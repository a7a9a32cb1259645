"""Messages, OTR and order fee: the oracle and the product agree."""

from __future__ import annotations

import itertools
import tempfile
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given

from features.events.load import load_events
from rules_baseline.fee_tiers import fee as product_fee
from rules_baseline.fee_tiers import load_tariffs
from rules_baseline.intraday.message_fee import message_fees
from tests.oracles import rows
from tests.oracles.market import Market, Row
from tests.oracles.message_fee import TARIFFS, Messages, counting_contract, fee, measure, tariff
from tests.oracles.product import write
from tests.oracles.profile import profile
from tests.oracles.strategies import intraday_markets

BORDERS = (0, 4_000, 4_001, 8_000, 8_001, 20_000, 20_001, 40_000, 40_001, 119_200)


def _busy(exchange: str, messages: int, filled: int) -> Messages:
    otr = None if exchange == "GFEX" and not filled else Fraction(messages, max(1, filled)) - 1
    return Messages(messages, filled, otr)


@pytest.mark.parametrize("entry", TARIFFS, ids=lambda entry: "-".join(map(str, entry[:4])))
def test_every_tariff_costs_the_same(entry: tuple[str, str, str, date, object]) -> None:
    exchange, kind, products, first, _ = entry
    shipped = load_tariffs()
    places = itertools.product(products.split()[:2] or ["cu", "m"], (-1, 0, 400))
    for product, later in places:
        day = first + timedelta(days=later)
        mine = tariff(exchange, kind, product, day)
        theirs = [
            found
            for found in shipped
            if found.exchange == exchange
            and kind in found.kinds
            and (found.products is None or product in found.products)
            and found.starts <= day < found.ends
        ]
        assert len(theirs) == (0 if mine is None else 1)
        for messages in BORDERS if mine is not None else ():
            for filled in (0, 1, messages // 3, messages // 3 + 1):
                own = fee(_busy(exchange, messages, filled), mine or ())
                assert product_fee(messages, filled, theirs[0]) == own


@profile(3)
@given(market=intraday_markets())
def test_random_flow_is_measured_the_same(market: Market) -> None:
    keys = {
        (row["exchange"], counting_contract(market, row), row["trading_day"], _subject(market, row))
        for row in market.rows("orders")
        if row["event"] != "rejected" and row["hedge"] != "market_making"
    }
    wanted = {key: measure(market, key[0], key[1], key[2], key[3]) for key in keys}
    with tempfile.TemporaryDirectory() as folder:
        events = load_events(write(market, Path(folder) / "events"), pseudonym_key=b"x" * 32)
        found = message_fees(events, load_tariffs()).to_pylist()
    names = ("exchange", "contract", "trading_day", "subject_id")
    said = {tuple(row[name] for name in names): (row["messages"], row["filled_orders"]) for row in found}
    assert said == {key: (own.messages, own.filled_orders) for key, own in wanted.items()}


def _subject(market: Market, row: Row) -> str:
    return market.subject(row["account_id"], row["trading_day"]).id


def test_the_flood_of_2023_costs_four_million(tmp_path: Path) -> None:
    day = date(2023, 4, 19)
    place = {"contract": "bu2307", "time_in_force": "FAK"}
    orders = [
        rows.order("A", f"o{number}", rows.at(0, day) + timedelta(milliseconds=number), event, **place)
        for number in range(59_600)
        for event in ("accepted", "cancelled")
    ]
    market = Market({"contracts": [rows.contract(contract="bu2307", product="bu")], "orders": orders, "trades": []})
    events = load_events(write(market, tmp_path / "events"), pseudonym_key=b"x" * 32)
    [found] = message_fees(events, load_tariffs()).to_pylist()
    assert (found["messages"], found["otr"], found["fee"]) == (119_200, 119_199, 4_042_000)
