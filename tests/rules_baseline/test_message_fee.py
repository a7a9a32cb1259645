"""Messages, order-to-trade ratio and order fee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.fee_tiers import SHIPPED, Tier, fee, load_tariffs
from rules_baseline.intraday.message_fee import message_fees

CASE_DAY = date(2023, 4, 19)
DAY = date(2026, 3, 2)


@pytest.fixture
def fees(tmp_path: Path) -> Callable[[Any], list[dict[str, Any]]]:
    def of(market: Any) -> list[dict[str, Any]]:
        with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
            return list(message_fees(events, load_tariffs()).to_pylist())

    return of


def tariff(exchange: str, product: str, kind: str = "future", day: date = DAY) -> Any:
    [found] = [t for t in load_tariffs() if t.holds(exchange, day, kind, product)]
    return found


def test_the_public_case_of_bu2307_costs_4_042_000(market: Any, fees: Callable[..., Any], new_contract: Any) -> None:
    market.contracts = [new_contract("SHFE", contract="bu2307", product="bu", has_order_fee=True)]
    for number in range(59_600):
        row = {
            "contract": "bu2307",
            "day": CASE_DAY,
            "order_id": f"o{number:05d}",
            "time_in_force": "FAK",
            "at": number,
        }
        market.order(event="accepted", **row)
        market.order(event="cancelled", cancelled_by="exchange", **row)
    [row] = fees(market)
    assert (row["messages"], row["otr"], row["fee"]) == (119_200, 119_199, Decimal(4_042_000))
    assert row["verified"] is False


@pytest.mark.parametrize(
    ("messages", "cost"),
    [(4000, "0"), (4001, "3"), (8000, "12000"), (8001, "12015"), (40_000, "492000"), (40_001, "492050")],
)
def test_tiers_are_marginal(messages: int, cost: str) -> None:
    assert fee(messages, 1, tariff("SHFE", "cu")) == Decimal(cost)


@pytest.mark.parametrize(("filled", "cost"), [(1999, "3.0"), (2000, "1.5"), (0, "3.0")])
def test_the_ratio_is_high_above_two_and_not_at_it(filled: int, cost: str) -> None:
    # 4,001 messages: OTR 2 needs 1,333.67 filled orders
    filled = {1999: 1333, 2000: 1334, 0: 0}[filled]
    assert fee(4001, filled, tariff("SHFE", "cu")) == Decimal(cost)


def test_gfex_takes_an_order_book_without_a_fill_as_high() -> None:
    low_volume = load_tariffs()[0]
    assert fee(4500, 0, tariff("GFEX", "si")) == Decimal(500)
    assert not low_volume.unfilled_is_high
    assert tariff("GFEX", "lc").unfilled_is_high


@pytest.mark.parametrize(
    ("exchange", "product", "kind", "messages", "cost"),
    [
        ("SHFE", "ao", "future", 8001, "801"),
        ("SHFE", "cu", "option", 8001, "4005"),
        ("INE", "sc", "future", 8000, "12000"),
        ("DCE", "m", "future", 8001, "12015"),
        ("DCE", "l", "future", 8001, "8010"),
        ("DCE", "y", "future", 8001, "4005"),
        ("DCE", "i", "future", 8001, "400.5"),
        ("DCE", "m", "option", 8001, "4005"),
        ("CZCE", "TA", "future", 20_001, "48440"),
        ("CZCE", "MA", "future", 8001, "402"),
        ("GFEX", "lc", "future", 8001, "8010"),
    ],
)
def test_every_exchange_has_its_own_rates(exchange: str, product: str, kind: str, messages: int, cost: str) -> None:
    assert fee(messages, 1, tariff(exchange, product, kind)) == Decimal(cost)


def test_a_rate_that_is_not_known_is_null_and_never_zero(
    market: Any, fees: Callable[..., Any], new_contract: Any
) -> None:
    assert fee(8001, 1, tariff("INE", "sc")) is None
    market.contracts = [new_contract("CFFEX", product="IF"), new_contract("SHFE", product="cu")]
    market.order(exchange="CFFEX")
    market.order(exchange="DCE")
    market.order(exchange="SHFE")
    assert [(r["exchange"], r["fee"], r["reason"]) for r in fees(market)] == [
        ("CFFEX", None, "no tariff in force"),
        ("DCE", None, "contract not in contracts"),
        ("SHFE", 0, None),
    ]


def test_market_making_is_free_groups_are_one_and_filled_orders_count_once(
    market: Any, fees: Callable[..., Any], new_contract: Any
) -> None:
    market.contracts = [new_contract("SHFE", product="cu")]
    market.member("G", "A1", "A2")
    market.order("A1", event="accepted")
    market.order("A2", event="cancelled")
    market.order("A2", event="rejected")
    market.order("A2", event="accepted", hedge="market_making")
    for trade in ("t1", "t2"):
        market.trade("A1", "buy", trade, order_id="same")
    market.trade("A1", "buy", "t3", order_id="other", hedge="market_making")
    [row] = fees(market)
    assert (row["subject_type"], row["subject_id"], row["messages"], row["filled_orders"], row["otr"]) == (
        "group",
        "G",
        2,
        1,
        1,
    )


def test_options_are_counted_by_product_and_month(market: Any, fees: Callable[..., Any], new_contract: Any) -> None:
    option = {"kind": "option", "product": "cu", "option_month": "2605"}
    market.contracts = [new_contract("SHFE", contract=f"cu2605{s}70000", **option) for s in "CP"]
    for contract in ("cu2605C70000", "cu2605P70000"):
        market.order(contract=contract)
    [row] = fees(market)
    assert (row["contract"], row["messages"]) == ("cu2605", 2)


def test_a_future_and_the_options_of_its_name_are_two_units(
    market: Any, fees: Callable[..., Any], new_contract: Any
) -> None:
    option = {"kind": "option", "product": "m", "option_month": "2605"}
    market.contracts = [
        new_contract("DCE", contract="m2605", product="m"),
        new_contract("DCE", contract="m2605-C-3000", **option),
    ]
    for contract in ("m2605", "m2605", "m2605-C-3000"):
        market.order(contract=contract, exchange="DCE")
    assert [(row["contract"], row["messages"]) for row in fees(market)] == [("m2605", 2), ("m2605", 1)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("SHFE:", "XXX:", "XXX"),
        ('"0.5"]', "0.5]", "wanted text"),
        ("effective_from: 2025-07-01", "effective_from: soon", "soon"),
        ("[[4000, ", "[[9000, ", "do not rise"),
        ("products: [br, wr, ao, ad, op]", "products: [br, wr, cu]", "two tariffs"),
    ],
)
def test_a_wrong_tariff_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (SHIPPED / "message_fee.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "message_fee.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AlertError, match=says):
        load_tariffs(tmp_path)


@pytest.mark.parametrize(("unfilled_is_high", "filled", "cost"), [(True, 0, 2), (False, 0, 1), (True, 1, 1)])
def test_no_fill_is_high_only_where_the_tariff_says_so(unfilled_is_high: bool, filled: int, cost: int) -> None:
    first = (Tier(0, Decimal(1), Decimal(2)),)  # costs from its first message on: few enough to be low by the ratio
    given = replace(tariff("SHFE", "cu"), tiers=first, unfilled_is_high=unfilled_is_high)
    assert fee(1, filled, given) == Decimal(cost)


@pytest.mark.parametrize(("day", "holds"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_tariff_holds_from_its_first_day_to_the_one_before_its_end(day: int, holds: bool) -> None:
    given = replace(tariff("SHFE", "cu"), starts=DAY, ends=DAY + timedelta(days=10))
    assert given.holds("SHFE", DAY + timedelta(days=day), "future", "cu") is holds


@pytest.mark.parametrize(("days", "known"), [(-1, False), (0, True), (1, True), (2, False)])
def test_contract_and_group_are_those_of_the_day(
    market: Any, fees: Callable[..., Any], new_contract: Any, days: int, known: bool
) -> None:
    valid = {"valid_from": DAY, "valid_to": DAY + timedelta(days=2)}
    market.contracts = [new_contract("SHFE", product="cu", **valid)]
    market.member("G", "A1", begins=valid["valid_from"], ends=valid["valid_to"])
    market.order(day=DAY + timedelta(days=days))
    [row] = fees(market)
    assert (row["subject_id"], row["reason"]) == (("G", None) if known else ("A1", "contract not in contracts"))
