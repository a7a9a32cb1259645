"""The baseline grade: every line of its table, ties, and what the table does not name."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from rules_baseline.grade import SHIPPED, baseline_grade, load_grade_table
from rules_baseline.related import of_account, of_group, related
from rules_baseline.trigger import TriggerRecord

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
INTRADAY = ["self_trade", "frequent_cancel", "large_cancel", "limit_price_cancel"]


def alert(rule_id: str = "self_trade", level: str = "breach", **changes: Any) -> TriggerRecord:
    evidence = changes.pop("evidence", None)
    row = {
        "alert_id": f"{rule_id}:{level}",
        "rule_id": rule_id,
        "level": level,
        "trading_day": date(2026, 3, 2),
        "subject_type": "account",
        "subject_id": "A1",
        "account_id": "A1",
        "triggered_at": AT,
        "measured": 5,
        "threshold": 5,
        "evidence": None if evidence is None else json.dumps(evidence),
    }
    return TriggerRecord(**{**row, **changes})


@pytest.mark.parametrize(
    ("rule_id", "level", "more", "grade"),
    [
        ("matched_orders", "breach", {}, 1),
        ("benefit_transfer", "breach", {"evidence": {"linked": True}}, 1),
        ("benefit_transfer", "breach", {"evidence": {"linked": False}}, 3),
        ("benefit_transfer", "breach", {}, 3),
        ("spoofing", "breach", {"evidence": {"partner_traded": True}}, 1),
        ("spoofing", "breach", {}, 3),
        *((rule, "breach", {"occurrence": 4}, 1) for rule in INTRADAY),
        *((rule, "breach", {"occurrence": 9}, 1) for rule in INTRADAY),
        *((rule, "breach", {"occurrence": 3}, 2) for rule in INTRADAY),
        *((rule, "breach", {"occurrence": 2}, 2) for rule in INTRADAY),
        *((rule, "breach", {"occurrence": 1}, 3) for rule in INTRADAY),
        ("self_trade", "breach", {"occurrence": None}, 3),
        ("intraday_open", "breach", {"occurrence": 1}, 2),
        ("intraday_open", "breach", {"occurrence": 4}, 1),
        ("limit_price_cancel", "severe", {"occurrence": 1}, 2),
        ("limit_price_cancel", "severe", {"occurrence": 4}, 2),
        ("position_limit", "breach", {}, 2),
        ("group_trade", "breach", {"occurrence": 4}, 3),
        ("margin_lending", "breach", {}, 3),
        ("leverage", "breach", {}, 3),
        *((rule, "warning", {"occurrence": 5}, 4) for rule in [*INTRADAY, "intraday_open"]),
        ("programme_reporting", "breach", {"occurrence": 4}, 4),
        *(
            (rule, "breach", {}, 4)
            for rule in (
                "large_loss",
                "frequent_trading",
                "high_fee",
                "shared_address",
                "synchronous_trading",
                "funding_jump",
                "position_concentration",
            )
        ),
    ],
)
def test_every_line_of_the_table(rule_id: str, level: str, more: dict[str, Any], grade: int) -> None:
    assert baseline_grade([alert(rule_id, level, **more)]).grade == grade


def test_nothing_is_five_and_decided_by_no_alert() -> None:
    answer = baseline_grade([])
    assert (answer.grade, answer.decided_by_alert, answer.clause) == (5, None, "nothing")


def test_a_rule_the_table_does_not_name_is_reviewed_and_says_so() -> None:
    answer = baseline_grade([alert("our_own_rule")])
    assert (answer.grade, answer.clause, answer.decided_by_alert) == (3, "unlisted", "our_own_rule:breach")
    assert baseline_grade([alert("our_own_rule", "warning")]).grade == 4


def test_the_smallest_number_wins_and_the_earliest_alert_of_it_decides() -> None:
    later = alert("large_cancel", occurrence=2, triggered_at=AT + timedelta(seconds=1), alert_id="a")
    tied = alert("frequent_cancel", occurrence=2, alert_id="c")
    first = alert("self_trade", occurrence=3, alert_id="b")
    alerts = [alert(level="warning", triggered_at=AT - timedelta(1)), later, tied, first]
    for given in (alerts, alerts[::-1]):
        answer = baseline_grade(given)
        assert (answer.grade, answer.decided_by_alert, answer.clause) == (2, "b", "intraday_repeated")


def test_evidence_that_is_no_json_object_matches_no_evidence_clause() -> None:
    for evidence in ("[1", "[1]", "[" * 90_000):
        assert baseline_grade([alert("spoofing").model_copy(update={"evidence": evidence})]).grade == 3


def test_an_account_sees_its_own_alerts_its_groups_and_those_of_its_pairs_and_clusters() -> None:
    alerts = [
        alert(alert_id="own"),
        alert(alert_id="group", subject_type="group", subject_id="G"),
        alert(alert_id="pair", subject_type="pair", subject_id="A0|A1"),
        alert(alert_id="cluster", subject_type="cluster", subject_id="A0", evidence={"accounts": ["A0", "A1"]}),
        alert(alert_id="other", subject_id="A2"),
        alert(alert_id="other group", subject_type="group", subject_id="H", account_id="A7"),
        alert(alert_id="later", triggered_at=AT + timedelta(microseconds=1)),
        alert(alert_id="other day", trading_day=date(2026, 3, 3)),
    ]
    found = related(alerts, of_account("A1", "G"), day=date(2026, 3, 2), moment=AT)
    assert [a.alert_id for a in found] == ["own", "group", "pair", "cluster"]


def test_a_group_sees_its_own_alerts_and_every_members() -> None:
    alerts = [
        alert(alert_id="group", subject_type="group", subject_id="G"),
        alert(alert_id="member", subject_id="A2"),
        alert(alert_id="pair", subject_type="pair", subject_id="A2|Z"),
        alert(alert_id="stranger", subject_id="Z"),
    ]
    found = related(alerts, of_group("G", ["A1", "A2"]), day=date(2026, 3, 2), moment=AT)
    assert [a.alert_id for a in found] == ["group", "member", "pair"]


def test_a_broken_table_names_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "grade.yaml"
    broken.write_text(SHIPPED.read_text(encoding="utf-8").replace("grade: 4,", "grade: 7,"), encoding="utf-8")
    with pytest.raises(AlertError, match="compare with the shipped"):
        load_grade_table(broken)
