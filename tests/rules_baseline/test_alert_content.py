"""What an alert says: its id, its frozen evidence, its occurrence; and two levels crossed at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules_baseline.alerts import alert_id
from rules_baseline.catalogue import intraday_rules
from rules_baseline.limits import KINDS, SHIPPED, load_limits
from rules_baseline.terms import terms_of

YESTERDAY = date(2026, 2, 27)


def breach(market: Any, *, day: date = date(2026, 3, 2), exchange: str = "DCE", account: str = "A1") -> None:
    for number in range(5):
        market.match(account, account, f"t{number}", day=day, exchange=exchange)


def occurrences(ran: Any) -> list[tuple[str, str, int]]:
    return [(str(a.trading_day), a.level, a.occurrence) for a in ran.alerts]


def test_an_alert_names_rule_level_day_place_and_subject(market: Any, run: Callable[..., Any]) -> None:
    breach(market)
    ids = [alert.alert_id for alert in run(market).alerts]
    assert ids == ["self_trade:warning:2026-03-02:DCE.m2605:A1", "self_trade:breach:2026-03-02:DCE.m2605:A1"]


def test_clocks_and_ids_no_client_may_send_cost_no_alert(market: Any, run: Callable[..., Any]) -> None:
    long = "A" * 400
    breach(market, day=date(2026, 5, 29))  # the rows' clock says early March
    breach(market, account=long)
    assert [(str(a.trading_day), a.account_id) for a in run(market).alerts if a.level == "breach"] == [
        ("2026-03-02", long),
        ("2026-05-29", "A1"),
    ]


def test_evidence_is_frozen_at_the_trigger_and_names_parameter_and_source(market: Any, run: Callable[..., Any]) -> None:
    for _ in range(600):
        market.order(exchange="DCE")
    warning, found = run(market).alerts
    evidence = json.loads(found.evidence)
    early = json.loads(warning.evidence)
    assert (early["events"], early["limit"], early["distance"]) == (400, 500, 100)
    assert (evidence["events"], len(evidence["event_ids"]), evidence["members"]) == (500, 50, {"A1": 500})
    assert evidence["event_ids"] == [row["order_id"] for row in market.orders[:50]]
    assert (evidence["limit"], evidence["warning_at"], evidence["warn_fraction"]) == (500, 400, "0.8")
    parameter = evidence["parameter"]
    assert (parameter["effective_from"], parameter["effective_to"]) == ("2018-01-01", None)
    assert parameter["verified"] is False
    assert parameter["source"]
    assert found.evidence == json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert found.parameters_version.startswith("2026.11+")


def test_order_is_time_then_seq_with_null_last_then_id(market: Any, run: Callable[..., Any]) -> None:
    for number, seq in enumerate([None, 3, 1, 2, None] * 80):
        market.order(exchange="DCE", at=7, seq=seq, order_id=f"x{number:03d}")
    ids = json.loads(run(market).alerts[0].evidence)["event_ids"]
    expected = sorted(market.orders, key=lambda r: (r["seq"] is None, r["seq"] or 0, r["order_id"]))
    assert ids == [row["order_id"] for row in expected[:50]]


@pytest.fixture
def limit_of(tmp_path: Path) -> Callable[[int], Path]:
    """A parameters folder whose DCE self-trade limit is another."""

    def made(limit: int) -> Path:
        folder = tmp_path / f"parameters{limit}"
        folder.mkdir()
        for file in SHIPPED.glob("*.yaml"):
            document = yaml.safe_load(file.read_text(encoding="utf-8"))
            if document.get("exchange") == "DCE":
                document["self_trade"][0]["limit"] = limit
            (folder / file.name).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return folder

    return made


def test_one_event_may_cross_both_levels_with_the_same_measure(
    market: Any, run: Callable[..., Any], limit_of: Callable[[int], Path]
) -> None:
    market.match("A1", "A1", "t1")
    market.match("A1", "A1", "t1", exchange="DCE")
    market.match("A1", "A1", "t2", exchange="DCE")
    alerts = run(market, parameters=limit_of(2)).alerts
    assert [(a.level, a.measured, a.threshold) for a in alerts] == [("breach", 2, 2), ("warning", 2, 2)]
    assert len({a.triggered_at for a in alerts}) == 1


def test_a_limit_of_one_has_no_warning(market: Any, run: Callable[..., Any], limit_of: Callable[[int], Path]) -> None:
    market.match("A1", "A1", "t1", exchange="DCE")
    assert run(market, parameters=limit_of(1)).of("self_trade") == [("breach", "A1", 1, 1)]


def test_a_breach_counts_its_own_day_and_a_warning_only_days_before(market: Any, run: Callable[..., Any]) -> None:
    breach(market, day=YESTERDAY)
    breach(market)
    assert occurrences(run(market)) == [
        ("2026-02-27", "warning", 0),
        ("2026-02-27", "breach", 1),
        ("2026-03-02", "warning", 1),
        ("2026-03-02", "breach", 2),
    ]


def test_several_contracts_of_one_exchange_on_one_day_are_one_occurrence(market: Any, run: Callable[..., Any]) -> None:
    breach(market)
    for number in range(5):
        market.match("A1", "A1", f"u{number}", exchange="DCE", contract="y2605")
    breach(market, exchange="CZCE")  # another exchange counts for itself
    assert {a.occurrence for a in run(market).alerts if a.level == "breach"} == {1}


@pytest.mark.parametrize(("days_ago", "occurrence"), [(364, 2), (365, 1)])
def test_past_breaches_count_for_365_days(market: Any, run: Callable[..., Any], days_ago: int, occurrence: int) -> None:
    breach(market)
    past = {"alert_id": "p", "rule_id": "self_trade", "level": "breach", "exchange": "DCE", "contract": "m2505"}
    day = date(2026, 3, 2) - timedelta(days=days_ago)
    at = market.trades[0]["event_time"] - timedelta(days=days_ago)
    market.alerts = [
        {
            **past,
            "trading_day": day,
            "subject_type": "account",
            "subject_id": "A1",
            "account_id": "A1",
            "triggered_at": at,
        }
    ]
    assert occurrences(run(market))[-1] == ("2026-03-02", "breach", occurrence)


@pytest.mark.parametrize(
    ("notice_day", "minutes_late", "occurrence"),
    [
        (date(2026, 2, 26), 0, 5),  # 3, and two breach days after the notice's
        (YESTERDAY, 0, 4),
        (date(2026, 3, 2), 0, 3),  # of this day, received before the trigger
        (date(2026, 2, 26), 60 * 24 * 30, 2),  # received too late
        (date(2025, 3, 2), 0, 2),  # out of the window
    ],
)
def test_a_notice_of_the_exchange_lifts_the_count(
    market: Any, run: Callable[..., Any], notice_day: date, minutes_late: int, occurrence: int
) -> None:
    breach(market, day=YESTERDAY)
    breach(market)
    received = market.trades[10]["event_time"] + timedelta(minutes=minutes_late)
    notice = {"exchange": "DCE", "rule_id": "self_trade", "subject_id": "A1", "trading_day": notice_day}
    market.notices = [{**notice, "occurrence": 3, "received_at": received}]
    assert occurrences(run(market))[-1] == ("2026-03-02", "breach", occurrence)


def test_counters_tell_how_near_each_subject_is(market: Any, run: Callable[..., Any]) -> None:
    for _ in range(417):
        market.order("A1", exchange="DCE")
    market.order("A2", exchange="DCE")
    rows = [row for row in run(market).counters if row["rule_id"] == "frequent_cancel"]
    assert [(row["subject_id"], row["count"], row["limit"]) for row in rows] == [("A1", 417, 500), ("A2", 1, 500)]


@pytest.mark.parametrize(
    ("exchange", "contract", "place"),
    [("SHFE", "cu2605", "SHFE.cu2605"), ("SHFE", None, "SHFE.-"), (None, None, "-.-")],
)
def test_a_dash_stands_for_a_part_that_a_rule_does_not_have(
    exchange: str | None, contract: str | None, place: str
) -> None:
    assert alert_id("large_loss", "breach", "2026-03-02", exchange, contract, "A") == (
        f"large_loss:breach:2026-03-02:{place}:A"
    )


def test_a_value_that_kinds_differ_in_is_open_for_a_contract_of_unknown_kind() -> None:
    rules = [rule for rule in intraday_rules() if rule.id == "frequent_cancel"]
    limits = load_limits(intraday_rules())
    entry = next(e for e in limits.entries if (e.rule_id, e.exchange) == ("frequent_cancel", "DCE"))
    split = [
        replace(entry, kinds=kinds, values={**entry.values, "regime": regime})
        for kinds, regime in (((KINDS[0],), "exempt_ioc"), (KINDS[1:], "fee_aware"))
    ]
    for entries, wanted in (([entry], "exempt_ioc"), (split, None)):
        terms = terms_of(rules, replace(limits, entries=tuple(entries)))
        assert [term.values["regime"] for term in terms if term.kind not in KINDS] == [wanted]
        assert {term.limit for term in terms} == {entry.limit}
