"""Trading inside a control group: which matches, when, and at whose hands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

RULE = "group_trade"


def of_rule(ran: Any) -> list[Any]:
    return [alert for alert in ran.alerts if alert.rule_id == RULE]


@pytest.mark.parametrize("exchange", ["SHFE", "INE"])
def test_one_match_between_two_members_is_a_breach_without_a_warning(
    market: Any, run: Callable[..., Any], exchange: str
) -> None:
    market.member("G", "A1", "A2")
    market.match("A1", "A2", "t1", exchange=exchange)
    ran = run(market)
    assert ran.of(RULE) == [("breach", "G", 1, 1)]
    assert ran.finding(RULE, "G") == ("HIT", 1, "limit reached")


@pytest.mark.parametrize(("exchange", "day"), [("DCE", date(2026, 3, 2)), ("SHFE", date(2025, 8, 7))])
def test_elsewhere_and_before_its_first_day_it_is_not_in_force(
    market: Any, run: Callable[..., Any], exchange: str, day: date
) -> None:
    market.member("G", "A1", "A2")
    market.match("A1", "A2", "t1", exchange=exchange, day=day)
    assert run(market).finding(RULE, "G") == ("MISS", 0, "not in force")


def test_it_is_in_force_on_its_first_day(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.match("A1", "A2", "t1", day=date(2025, 8, 8))
    assert run(market).finding(RULE, "G") == ("HIT", 1, "limit reached")


def test_one_member_against_itself_or_an_outsider_is_no_group_trade(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.match("A1", "A1", "t1")
    market.match("A1", "B1", "t2")
    market.trade("A1", "buy", "t3")
    market.trade("A2", "buy", "t3")
    ran = run(market)
    assert ran.finding(RULE, "G") == ("MISS", 0, "limit not reached")
    assert ran.finding(RULE, "B1") == ("MISS", 0, "limit not reached")


@pytest.mark.parametrize(
    ("begins", "ends", "answer"),
    [
        (date(2026, 3, 2), None, "HIT"),  # begins that day
        (date(2026, 3, 3), None, None),
        (date(2020, 1, 1), date(2026, 3, 3), "HIT"),
        (date(2020, 1, 1), date(2026, 3, 2), None),  # ends that day: the end is exclusive
    ],
)
def test_membership_counts_by_trading_day(
    market: Any, run: Callable[..., Any], begins: date, ends: date | None, answer: str | None
) -> None:
    market.member("G", "A1")
    market.member("G", "A2", begins=begins, ends=ends)
    market.match("A1", "A2", "t1")
    found = [f["answer"] for f in run(market).findings if f["rule_id"] == RULE and f["subject_id"] == "G"]
    assert found == [answer or "MISS"]


def test_no_hedge_flag_exempts(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.trade("A1", "buy", "t1", hedge="hedging")
    market.trade("A2", "sell", "t1", hedge="market_making")
    ran = run(market)
    assert ran.of(RULE) == [("breach", "G", 1, 1)]
    assert ran.finding("self_trade", "G")[1] == 0


def test_a_match_of_three_rows_counts_once_when_two_members_first_meet(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.trade("A1", "buy", "t1", at=1)
    market.trade("A1", "sell", "t1", at=2)  # a self-trade, not yet a group trade
    market.trade("A2", "sell", "t1", at=3)
    [alert] = of_rule(run(market))
    assert alert.triggered_at.replace(tzinfo=None) == market.trades[2]["event_time"]
    assert json.loads(alert.evidence)["members"] == {"A1": 1, "A2": 1}
    assert alert.account_id == "A1"


def test_a_trade_id_used_on_two_contracts_is_two_matches(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.trade("A1", "buy", "t1", contract="cu2605")
    market.trade("A2", "sell", "t1", contract="cu2606")
    assert {f["day_total"] for f in run(market).findings if f["rule_id"] == RULE} == {0}


def test_the_trigger_is_the_first_match_and_later_ones_only_add_to_the_day(
    market: Any, run: Callable[..., Any]
) -> None:
    market.member("G", "A1", "A2")
    for number in range(3):
        market.match("A1", "A2", f"t{number}")
    ran = run(market)
    assert ran.of(RULE) == [("breach", "G", 1, 1)]
    assert ran.finding(RULE, "G")[1] == 3


def test_legs_in_different_batches_count_once_at_the_second(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.trade("A1", "buy", "t1", at=1)
    market.trade("A2", "sell", "t1", at=5)
    market.trade("A2", "sell", "t1", at=9)
    whole = run(market)
    edges = [row["event_time"] + timedelta(microseconds=1) for row in market.trades]
    cut = run(market, edges)
    assert (cut.alerts, cut.findings) == (whole.alerts, whole.findings)


def test_without_control_groups_nobody_can_say(market: Any, run: Callable[..., Any]) -> None:
    market.missing.add("memberships")
    market.match("A1", "A2", "t1")
    market.match("A1", "A2", "t1", exchange="DCE")
    answers = {(f["exchange"], f["answer"], f["reason"]) for f in run(market).findings if f["rule_id"] == RULE}
    assert answers == {("SHFE", "UNKNOWN", "no control_groups table"), ("DCE", "MISS", "not in force")}
