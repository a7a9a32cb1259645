"""Self-trade: which matches count, when, and for whom."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from rules_baseline.limits import SHIPPED

RULE = "self_trade"


@pytest.mark.parametrize(("count", "levels"), [(3, []), (4, ["warning"]), (5, ["warning", "breach"])])
def test_four_warn_and_five_breach(market: Any, run: Callable[..., Any], count: int, levels: list[str]) -> None:
    for number in range(count):
        market.match("A1", "A1", f"t{number}")
    expected = [(level, "A1", 4 if level == "warning" else 5, 5) for level in levels]
    assert run(market).of(RULE) == expected


def test_a_match_with_another_client_does_not_count(market: Any, run: Callable[..., Any]) -> None:
    market.match("A1", "A2", "t1")
    market.trade("A3", "buy", "t2")  # its other side is at another broker
    ran = run(market)
    assert [ran.finding(RULE, name) for name in ("A1", "A2", "A3")] == [("MISS", 0, "limit not reached")] * 3


def test_the_same_trade_id_on_another_day_contract_or_exchange_is_another_match(
    market: Any, run: Callable[..., Any]
) -> None:
    market.trade("A1", "buy", "t1")
    market.trade("A1", "sell", "t1", contract="cu2606")
    market.trade("A1", "sell", "t1", day=date(2026, 3, 3))
    market.trade("A1", "sell", "t1", exchange="DCE")
    assert {f["day_total"] for f in run(market).findings} == {0}


def test_members_of_a_group_on_both_sides_count_once_and_each_leg_for_its_account(
    market: Any, run: Callable[..., Any]
) -> None:
    market.member("G", "A1", "A2", "A3")
    for number, (buyer, seller) in enumerate([("A1", "A2"), ("A2", "A3"), ("A3", "A3"), ("A2", "A1")]):
        market.match(buyer, seller, f"t{number}")
    [warning] = [alert for alert in run(market).alerts if alert.rule_id == RULE]
    assert (warning.subject_id, warning.measured, warning.account_id) == ("G", 4, "A2")
    assert json.loads(warning.evidence)["members"] == {"A1": 2, "A2": 3, "A3": 2}


def test_a_former_member_stands_alone(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1")
    market.member("G", "A2", ends=date(2026, 3, 2))
    market.match("A1", "A2", "t1")
    assert run(market).finding(RULE, "A2") == ("MISS", 0, "limit not reached")


def test_a_match_of_many_rows_counts_once_at_its_second_side(market: Any, run: Callable[..., Any]) -> None:
    for number in range(4):
        at = 100 * number
        market.trade("A1", "buy", f"t{number}", at=at)
        market.trade("A1", "buy", f"t{number}", at=at + 1)
        market.trade("A1", "sell", f"t{number}", at=at + 2)
        market.trade("A1", "sell", f"t{number}", at=at + 3)
    [warning] = run(market).alerts
    assert warning.measured == 4
    assert warning.triggered_at.replace(tzinfo=None) == market.trades[-2]["event_time"]


def test_legs_may_come_in_different_batches(market: Any, run: Callable[..., Any]) -> None:
    for number in range(5):
        market.trade("A1", "buy", f"t{number}")
    for number in range(5):
        market.trade("A1", "sell", f"t{number}")
    whole = run(market)
    edges = [row["event_time"] for row in market.trades]
    assert run(market, edges).alerts == whole.alerts
    assert [a.level for a in whole.alerts] == ["warning", "breach"]


@pytest.mark.parametrize(
    ("exchange", "hedge", "counts"),
    [
        ("SHFE", "hedging", False),
        ("SHFE", "arbitrage", False),
        ("INE", "arbitrage", False),
        ("SHFE", "market_making", True),
        ("DCE", "hedging", False),
        ("DCE", "arbitrage", True),
        ("CZCE", "arbitrage", True),
        ("CFFEX", "hedging", False),
        ("GFEX", "market_making", True),
    ],
)
def test_one_exempt_leg_exempts_the_match(
    market: Any, run: Callable[..., Any], exchange: str, hedge: str, counts: bool
) -> None:
    market.trade("A1", "buy", "t1", exchange=exchange)
    market.trade("A1", "sell", "t1", exchange=exchange, hedge=hedge)
    assert run(market).finding(RULE)[1] == float(counts)


def test_an_exempt_row_after_the_count_does_not_undo_it_and_at_the_same_time_it_does(
    market: Any, run: Callable[..., Any]
) -> None:
    market.trade("A1", "buy", "t1", at=1)
    market.trade("A1", "sell", "t1", at=2)
    market.trade("A1", "sell", "t1", at=3, hedge="hedging")
    market.trade("A2", "buy", "t2", at=1)
    market.trade("A2", "sell", "t2", at=2)
    market.trade("A2", "sell", "t2", at=2, hedge="hedging")
    ran = run(market)
    assert (ran.finding(RULE, "A1")[1], ran.finding(RULE, "A2")[1]) == (1, 0)


@pytest.mark.parametrize(
    ("exchange", "order", "accepted_at", "counts"),
    [
        ("CFFEX", {"time_in_force": "FOK"}, 0, False),
        ("CFFEX", {"time_in_force": "FAK"}, 2, False),
        ("CFFEX", {"order_type": "market"}, 0, False),
        ("CFFEX", {"time_in_force": "GFD"}, 0, True),
        ("CFFEX", {"time_in_force": "FOK"}, 3, True),  # accepted after the count: later never undoes
        ("CFFEX", {"time_in_force": "FOK", "event": "cancelled"}, 0, True),  # only accepted rows are known
        ("SHFE", {"time_in_force": "FOK"}, 0, True),
    ],
)
@pytest.mark.parametrize("split", [False, True])
def test_cffex_exempts_matches_of_known_fok_fak_and_market_orders(
    market: Any,
    run: Callable[..., Any],
    exchange: str,
    order: dict[str, Any],
    accepted_at: int,
    counts: bool,
    split: bool,
) -> None:
    market.order("A1", **{"at": accepted_at, "exchange": exchange, "event": "accepted", "order_id": "x", **order})
    market.trade("A1", "buy", "t1", at=1, exchange=exchange, order_id="x")
    market.trade("A1", "sell", "t1", at=2, exchange=exchange)
    edges = [market.trades[0]["event_time"] + timedelta(microseconds=n) for n in (-1, 0, 1)] if split else []
    assert run(market, edges).finding(RULE)[1] == float(counts)


def test_an_order_of_yesterday_with_the_same_id_is_not_known_today(market: Any, run: Callable[..., Any]) -> None:
    market.order("A1", exchange="CFFEX", event="accepted", order_id="x", time_in_force="FOK", day=date(2026, 2, 27))
    market.trade("A1", "buy", "t1", exchange="CFFEX", order_id="x")
    market.trade("A1", "sell", "t1", exchange="CFFEX")
    assert run(market).finding(RULE)[1] == 1


def test_immediate_orders_exempt_on_the_days_on_which_the_parameters_say_so(
    market: Any, run: Callable[..., Any], tmp_path: Path
) -> None:
    folder, change = tmp_path / "parameters", date(2026, 3, 3)
    shutil.copytree(SHIPPED, folder)
    entry = "limit: 5\n    exempt_hedges: [hedging]\n    exempt_immediate: true\n    source: x\n    verified: false\n"
    since = entry.replace("true", "false")
    text = f"exchange: CFFEX\nself_trade:\n  - effective_from: 2015-08-03\n    effective_to: {change}\n    {entry}"
    (folder / "cffex.yaml").write_text(f"{text}  - effective_from: {change}\n    {since}", encoding="utf-8")
    for day in (date(2026, 3, 2), change):
        market.order("A1", exchange="CFFEX", event="accepted", order_id="x", time_in_force="FOK", day=day)
        market.trade("A1", "buy", "t1", exchange="CFFEX", order_id="x", day=day)
        market.trade("A1", "sell", "t1", exchange="CFFEX", day=day)
    findings = [row for row in run(market, parameters=folder).findings if row["rule_id"] == RULE]
    assert [row["day_total"] for row in findings] == [0, 1]


def test_an_unknown_contract_is_counted_because_nothing_of_it_is_needed(market: Any, run: Callable[..., Any]) -> None:
    market.contracts = []
    market.match("A1", "A1", "t1")
    assert run(market).finding(RULE) == ("MISS", 1, "limit not reached")
