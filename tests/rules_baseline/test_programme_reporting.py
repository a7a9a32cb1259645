"""Duty to report programme trading: bursts of messages within one calendar second."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

RULE = "programme_reporting"
SECOND = 1_000_000


def burst(market: Any, second: int, messages: int = 10, account: str = "A1", **row: Any) -> None:
    for number in range(messages):
        event = "cancelled" if number % 2 else "accepted"
        market.order(account, **{"at": second * SECOND + number, "event": event, **row})


@pytest.mark.parametrize(
    ("bursts", "levels"), [(7, []), (8, ["warning"]), (9, ["warning"]), (10, ["warning", "breach"])]
)
def test_eight_bursts_warn_and_ten_breach(market: Any, run: Callable[..., Any], bursts: int, levels: list[str]) -> None:
    for second in range(bursts):
        burst(market, second)
    ran = run(market)
    assert ran.of(RULE) == [(level, "A1", 8 if level == "warning" else 10, 10) for level in levels]
    assert ran.finding(RULE)[:2] == ("HIT" if bursts == 10 else "MISS", bursts)
    assert {a.alert_id for a in ran.alerts if a.level == "breach" and a.rule_id == RULE} <= {
        "programme_reporting:breach:2026-03-02:SHFE.-:A1"
    }


@pytest.mark.parametrize(("messages", "bursts"), [(9, 0), (10, 1), (11, 1), (20, 1)])
def test_a_burst_has_ten_messages_and_counts_once(
    market: Any, run: Callable[..., Any], messages: int, bursts: int
) -> None:
    burst(market, 0, messages)
    assert run(market).finding(RULE)[1] == bursts


def test_a_second_is_a_calendar_second(market: Any, run: Callable[..., Any]) -> None:
    for number in range(10):
        market.order(at=SECOND - 5 + number, event="accepted")  # five on each side of the boundary
    assert run(market).finding(RULE)[1] == 0


@pytest.mark.parametrize(
    ("row", "bursts"),
    [
        ({"event": "rejected"}, None),
        ({"hedge": "market_making"}, 1),
        ({"time_in_force": "FAK", "cancelled_by": "exchange"}, 1),
    ],
)
def test_accepted_and_cancelled_rows_are_messages_whatever_their_flag(
    market: Any, run: Callable[..., Any], row: dict[str, Any], bursts: int | None
) -> None:
    burst(market, 0, **row)
    found = [f["day_total"] for f in run(market).findings if f["rule_id"] == RULE]
    assert found == ([] if bursts is None else [bursts])


def test_messages_count_over_all_contracts_of_one_exchange(market: Any, run: Callable[..., Any]) -> None:
    burst(market, 0, 5)
    burst(market, 0, 5, contract="cu2606")
    burst(market, 1, 5)
    burst(market, 1, 5, exchange="DCE")
    found = {(f["exchange"], f["contract"]): f["day_total"] for f in run(market).findings if f["rule_id"] == RULE}
    assert found == {("SHFE", None): 1, ("DCE", None): 0}


@pytest.mark.parametrize("last", [11, None])
def test_of_eleven_messages_of_one_instant_the_one_with_the_highest_seq_or_with_none_is_the_eleventh(
    market: Any, run: Callable[..., Any], last: int | None
) -> None:
    market.member("G", "A1", "A2")
    for second in range(9):
        burst(market, second)
    market.order("A2", at=9 * SECOND, event="accepted", seq=last, order_id="a")  # the first by its id
    for number in range(1, 11):
        market.order("A1", at=9 * SECOND, event="accepted", seq=number, order_id=f"b{number:02d}")
    breach = next(a for a in run(market).alerts if (a.rule_id, a.level) == (RULE, "breach"))
    assert json.loads(breach.evidence)["members"] == {"A1": 100}, "ten of the last burst, and none of A2"


def test_the_trigger_is_the_tenth_message_of_the_tenth_burst(market: Any, run: Callable[..., Any]) -> None:
    for second in range(10):
        burst(market, second, 12)
    breach = next(a for a in run(market).alerts if (a.rule_id, a.level) == (RULE, "breach"))
    at = market.orders[9 * 12 + 9]["event_time"]
    assert breach.triggered_at.replace(tzinfo=None) == at
    evidence = json.loads(breach.evidence)
    assert evidence["notes"][0] == "burst 2026-03-02T01:00:00Z"
    assert (len(evidence["notes"]), evidence["events"], evidence["members"]) == (10, 10, {"A1": 118})


def test_equal_whole_seconds_are_put_in_order_by_seq_then_accept_then_id(market: Any, run: Callable[..., Any]) -> None:
    for second in range(10):
        for number in range(11):
            market.order(
                "A2" if number == 10 else "A1",
                at=second * SECOND,
                event="cancelled" if number == 10 else "accepted",
                order_id=f"o{second}-{number:02d}",
            )
    market.member("G", "A1", "A2")
    breach = next(a for a in run(market).alerts if (a.rule_id, a.level) == (RULE, "breach"))
    # of the tenth burst only its first ten messages are up to the trigger
    assert json.loads(breach.evidence)["members"] == {"A1": 100, "A2": 9}


@pytest.mark.parametrize("edge", [4, 9, 10])
def test_a_second_may_be_split_over_batches(market: Any, run: Callable[..., Any], edge: int) -> None:
    for second in range(10):
        burst(market, second, 12)
    whole = run(market)
    edges = [market.orders[second * 12 + edge]["event_time"] for second in range(10)]
    cut = run(market, edges)
    assert (cut.alerts, cut.findings, cut.corrections) == (whole.alerts, whole.findings, [])


def test_a_night_session_belongs_to_its_trading_day(market: Any, run: Callable[..., Any]) -> None:
    night = market.orders
    for second in range(5):
        burst(market, second)
    for second in range(5):
        burst(market, second, day=date(2026, 3, 3))
    for row in night[50:]:
        row["event_time"] -= timedelta(hours=12)  # the evening before, trading day 3 March
    totals = {f["trading_day"].day: f["day_total"] for f in run(market).findings if f["rule_id"] == RULE}
    assert totals == {2: 5, 3: 5}


@pytest.mark.parametrize(
    ("day", "reason"), [(date(2025, 10, 8), "not in force"), (date(2025, 10, 9), "limit not reached")]
)
def test_it_is_in_force_from_its_first_day(market: Any, run: Callable[..., Any], day: date, reason: str) -> None:
    burst(market, 0, day=day)
    assert run(market).finding(RULE) == ("MISS", float(reason == "limit not reached"), reason)


def ten_bursts(market: Any, *accounts: str) -> None:
    for second in range(10):
        for account in accounts:
            burst(market, second, account=account)


@pytest.mark.parametrize(
    ("programmatic", "exempt"),
    [({"A1": True, "A2": True}, True), ({"A1": True, "A2": False}, False), ({"A1": True}, False), ({}, False)],
)
def test_a_group_is_exempt_only_if_every_declared_member_is_programmatic(
    market: Any, run: Callable[..., Any], programmatic: dict[str, bool], exempt: bool
) -> None:
    market.member("G", "A1", "A2")
    for account, flag in programmatic.items():
        market.account(account, programmatic=flag)
    ten_bursts(market, "A1")  # only one member trades
    ran = run(market)
    expected = ("MISS", 10, "all members programmatic") if exempt else ("HIT", 10, "limit reached")
    assert ran.finding(RULE, "G") == expected
    assert bool(ran.of(RULE)) != exempt


@pytest.mark.parametrize(
    ("valid", "exempt"),
    [
        ({}, True),
        ({"valid_to": date(2026, 3, 2)}, False),
        ({"valid_from": date(2026, 3, 3)}, False),
        ({"programmatic": False}, False),
    ],
)
def test_an_account_is_exempt_while_it_is_marked(
    market: Any, run: Callable[..., Any], valid: dict[str, Any], exempt: bool
) -> None:
    market.account("A1", **valid)
    ten_bursts(market, "A1")
    assert bool(run(market).of(RULE)) != exempt


def test_without_accounts_nobody_can_say_and_nobody_is_alerted(market: Any, run: Callable[..., Any]) -> None:
    market.missing.add("accounts")
    ten_bursts(market, "A1")
    ran = run(market)
    assert ran.of(RULE) == []
    assert ran.finding(RULE) == ("UNKNOWN", 10, "no accounts table")


def test_a_late_message_moves_the_tenth_and_the_correction_says_so(
    market: Any, new_market: Callable[[], Any], run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Any
) -> None:
    for second in range(10):
        burst(market, second, 10)
    late = new_market()
    late.order("A1", at=9 * SECOND - SECOND + 5, event="accepted", order_id="late")
    late.order("A1", at=9 * SECOND + 2, event="accepted", order_id="later")
    engine = open_engine(market, tmp_path / "state")
    emitted = engine.process(market.batches()[0])
    [batch] = late.batches()
    assert engine.process(type(batch)(2, batch.orders, batch.trades)) == []
    assert engine.alerts() == emitted
    rows = {r["alert_id"]: r for r in engine.corrections().to_pylist() if r["rule_id"] == RULE}
    engine.close()
    market.orders += late.orders
    together = {a.alert_id: a.triggered_at.replace(tzinfo=None) for a in run(market).alerts if a.rule_id == RULE}
    assert {alert_id: row["corrected_at"] for alert_id, row in rows.items()} == together
    breach = rows["programme_reporting:breach:2026-03-02:SHFE.-:A1"]
    assert breach["triggered_at"] - breach["corrected_at"] == timedelta(microseconds=1)
    assert breach["total"] == 10
