"""Alerts and their grades as rows, and what they do to their case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.rows import Projections, Row
from ledger.workflow.case_row import UNDECIDED, account_known, new_case, ranked, rules_with
from ledger.workflow.events import Fold

_FROM_TRIGGER = (
    "alert_id",
    "account_id",
    "subject_type",
    "subject_id",
    "rule_id",
    "level",
    "exchange",
    "contract",
    "trading_day",
    "triggered_at",
)
_UNGRADED: Row = UNDECIDED | {
    "score_seq": None,
    "score_id": None,
    "grade": None,
    "baseline_grade": None,
    "decided_by": None,
    "degraded": None,
    "decided_seq": None,
}


def _alert(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    trigger, case_id, alone = payload["trigger"], payload["case_id"], payload.get("alone") or {}
    row = _UNGRADED.copy()
    for name in _FROM_TRIGGER:
        row[name] = trigger.get(name)
    row["seq"], row["case_id"] = seq, case_id
    row["alone_grade"], row["alone_table"] = alone.get("grade"), alone.get("table")
    row.update(account_known(payload))
    at.put_alert(row)
    for place, account_id in enumerate(_accounts(payload)):
        named = {"alert_id": row["alert_id"], "account_id": account_id, "trading_day": row["trading_day"]}
        at.put_row("alert_accounts", f"{seq}.{place}", named | {"place": f"{seq}.{place}"})
    if case_id is not None:
        case = at.case(case_id)
        at.put_case(new_case(seq, recorded_at, payload) if case is None else ranked(_widened(case, payload)))


def _accounts(payload: Mapping[str, Any]) -> Sequence[str]:
    """The accounts of a pair or cluster as recorded with it; of a pair else what its id names."""
    trigger = payload["trigger"]
    if trigger["subject_type"] == "pair" and not payload.get("accounts"):
        return str(trigger["subject_id"]).split("|")
    return payload.get("accounts") or ()


def _widened(case: Row, payload: Mapping[str, Any]) -> Row:
    day, rule_id = payload["trigger"]["trading_day"], payload["trigger"]["rule_id"]
    return case | {
        "first_day": min(case["first_day"], day),
        "last_day": max(case["last_day"], day),
        "alerts": case["alerts"] + 1,
        "rules": rules_with(case["rules"], rule_id),
        "restriction_id": case["restriction_id"] or payload.get("restriction_id"),
        # One alert that no known strategy explains takes the mark from the whole case.
        "strategy_id": case["strategy_id"] if payload.get("strategy_id") else None,
    }


def _score(at: Projections, seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    answer, alert = payload["answer"], at.alert(payload["alert_id"])
    if alert is None:
        return  # only a damaged chain has a score without its alert; verify names the damage
    graded = {
        "score_seq": seq,
        "score_id": answer["score_id"],
        "grade": answer["grade"],
        "baseline_grade": answer["baseline"]["grade"],
        "decided_by": answer["decided_by"]["policy_clause"],
        "degraded": bool(answer["degraded"]),
    }
    at.put_alert(alert | graded)
    case = at.case(alert["case_id"]) if alert["case_id"] is not None else None
    if case is not None:
        at.put_case(ranked(_regraded(case, graded["grade"], graded["baseline_grade"], payload.get("due_at"))))


def _regraded(case: Row, grade: int, baseline: int, due_at: str | None) -> Row:
    """A worse alert wakes a case that sleeps, and ends an override, which spoke of what was known then."""
    apart, row = abs(grade - baseline), case.copy()
    row["model_grade"] = grade if case["model_grade"] is None else min(case["model_grade"], grade)
    row["disagreement"] = apart if case["disagreement"] is None else max(case["disagreement"], apart)
    row["due_at"] = min(case["due_at"], due_at) if case["due_at"] and due_at else case["due_at"] or due_at or None
    if grade < case["rank"]:
        row["snoozed_until"] = row["override_grade"] = None
    return row


HANDLERS: Mapping[str, Fold] = {"alert": _alert, "score": _score}
