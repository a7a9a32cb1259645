"""Occurrences and grades counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracles import rows
from tests.oracles.grades import grade_of_account, grade_of_group
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Row
from tests.oracles.oracle import after_close, intraday, oracle

DAY = rows.DAY
NOON = rows.at(4 * 3600)
EVENING = rows.at(12 * 3600)


def _five(day: date = DAY, contract: str = "cu2605", account: str = "A") -> list[Row]:
    return [
        row
        for number in range(5)
        for row in rows.match(account, account, f"{contract}{number}", rows.at(60 + number, day), contract=contract)
    ]


def _market(trades: list[Row], **tables: list[Row]) -> Market:
    return Market({"contracts": [rows.contract()], "orders": [], "trades": trades, **tables})


def _occurrences(market: Market) -> dict[tuple[date, str], int | None]:
    alerts, _ = intraday(market)
    return {(a.trading_day, a.level): a.occurrence for a in alerts if a.rule_id == "self_trade"}


@pytest.mark.parametrize(("back", "breach", "warning"), [(1, 2, 1), (364, 2, 1), (365, 1, 0)])
def test_a_past_breach_counts_for_a_year(back: int, breach: int, warning: int) -> None:
    past = [rows.past_alert("self_trade", "A", DAY - timedelta(days=back))]
    assert _occurrences(_market(_five(), alerts=past)) == {(DAY, "breach"): breach, (DAY, "warning"): warning}


@pytest.mark.parametrize(
    "changes", [{"level": "warning"}, {"exchange": "INE"}, {"rule_id": "frequent_cancel"}, {"subject_id": "B"}]
)
def test_what_is_not_this_breach_does_not_count(changes: dict[str, Any]) -> None:
    past = [rows.past_alert("self_trade", "A", DAY - timedelta(days=1)) | changes]
    assert _occurrences(_market(_five(), alerts=past))[(DAY, "breach")] == 1


def test_two_contracts_on_one_day_are_one_occurrence() -> None:
    yesterday = DAY - timedelta(days=1)
    trades = _five(yesterday) + _five(yesterday, "al2605") + _five() + _five(contract="al2605")
    assert _occurrences(_market(trades)) == {
        (yesterday, "warning"): 0,
        (yesterday, "breach"): 1,
        (DAY, "warning"): 1,
        (DAY, "breach"): 2,
    }


@pytest.mark.parametrize(
    ("back", "told", "breach", "warning"),
    [(1, 3, 4, 3), (0, 3, 3, 3), (364, 3, 4, 3), (365, 3, 1, 0), (1, 0, 1, 0)],
)
def test_a_notice_lifts_the_count(back: int, told: int, breach: int, warning: int) -> None:
    day = DAY - timedelta(days=back)
    notices = [rows.notice("self_trade", "A", told, day) | {"received_at": rows.at(0, day)}]
    assert _occurrences(_market(_five(), notices=notices)) == {(DAY, "breach"): breach, (DAY, "warning"): warning}


def test_a_notice_received_later_is_not_known() -> None:
    notices = [rows.notice("self_trade", "A", 3, DAY) | {"received_at": rows.at(65)}]
    assert _occurrences(_market(_five(), notices=notices))[(DAY, "breach")] == 1
    notices = [rows.notice("self_trade", "A", 3, DAY) | {"received_at": rows.at(64)}]
    assert _occurrences(_market(_five(), notices=notices))[(DAY, "breach")] == 3


def test_the_latest_notice_speaks_and_own_days_after_it_are_added() -> None:
    days = [DAY - timedelta(days=back) for back in (9, 5, 3)]
    notices = [rows.notice("self_trade", "A", 7, days[0]), rows.notice("self_trade", "A", 2, days[1])]
    past = [rows.past_alert("self_trade", "A", days[2])]
    assert _occurrences(_market(_five(), notices=notices, alerts=past))[(DAY, "breach")] == 4


def _grade(market: Market, account: str = "A", moment: Any = EVENING) -> int:
    return grade_of_account(account, oracle(market)[0], market, DAY, moment, Limits())[0]


@pytest.mark.parametrize(("past", "worst"), [(0, 3), (1, 2), (2, 2), (3, 1)])
def test_the_ladder_of_an_intraday_breach(past: int, worst: int) -> None:
    before = [rows.past_alert("self_trade", "A", DAY - timedelta(days=n + 1)) for n in range(past)]
    assert _grade(_market(_five(), alerts=before)) == worst


def test_a_warning_is_four_and_nothing_is_five() -> None:
    assert _grade(_market(_five()[:8])) == 4
    assert _grade(_market(_five()[:6])) == 5
    assert _grade(_market(_five()), moment=rows.at(63)) == 4
    assert _grade(_market(_five()), moment=rows.at(62)) == 5


def test_a_group_speaks_for_its_members_and_they_for_it() -> None:
    market = _market(_five(), control_groups=[rows.member("G", "A"), rows.member("G", "B")])
    assert _grade(market, "B") == 3
    alerts = oracle(market)[0]
    assert grade_of_group("G", alerts, market, DAY, EVENING, Limits())[0] == 3


@pytest.mark.parametrize(("rule", "worst"), [("benefit_transfer", 1), ("apart", 3)])
def test_a_transfer_between_linked_accounts_is_extreme(rule: str, worst: int) -> None:
    trades = [row for n in range(5) for row in rows.match("A", "B", f"t{n}", rows.at(n * 60), price=0, volume=10)]
    # too little on both sides to be matched orders: the others trade much more of the same contract
    trades += rows.match("A", "X", "big", rows.at(999), volume=9_000)
    bank = "one" if rule == "benefit_transfer" else None
    flows = [rows.cash_flow(who, 1, rows.at(1), bank_account=bank) for who in "AB"]
    market = _market(trades, cash_flows=flows, contract_days=[rows.contract_day()])
    assert {a.rule_id for a in after_close(market)[0]} == {"benefit_transfer"}
    assert _grade(market) == worst
    assert _grade(market, moment=NOON) == 5
