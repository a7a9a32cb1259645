"""What an alert brings to the desk: its case, what the registers say of it, and whether it is drawn for an audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ledger import outbox
from ledger.episodes import case_to_join
from ledger.transaction import Appending
from ledger.workflow.standing import Standing
from ledger.workflow.terms import Terms


def opening(
    appending: Appending, terms: Terms, standing: Standing, trigger: Mapping[str, Any], beside: Mapping[str, Any]
) -> dict[str, Any]:
    """The payload of an alert's entry: its case, what stood in the registers, and of ``beside`` what is not empty."""
    open_cases = appending.projections.open_cases_of(trigger["subject_type"], trigger["subject_id"])
    # What waits for the second person was decided without this alert: it must not be labelled by that decision.
    undecided = [case for case in open_cases if case["stage"] != "in_review"]
    case_id = case_to_join(undecided, trigger["trading_day"])
    payload: dict[str, Any] = {"trigger": trigger, "origin": "service", **standing.of(trigger)}
    payload |= {name: known for name, known in beside.items() if known}
    if case_id is None:
        case_id = f"C{appending.seq + 1:08d}"
        if terms.is_blind(case_id):
            payload["blind"] = True
    return payload | {"case_id": case_id}


def follow(connection: Connection, appending: Appending, terms: Terms, alert_id: str, grade: int) -> None:
    """What the grade of an alert entails beside its own entry."""
    alert = appending.projections.alert(alert_id)
    if alert is None:
        return
    if terms.is_audited(alert_id, grade):
        drawn = {"reason": "audit", "probability": terms.audit_share, "case_id": alert["case_id"]}
        appending.append("sample", alert_id, {"alert_id": alert_id, **drawn})
    case = None if alert["case_id"] is None else appending.projections.case(alert["case_id"])
    hidden = case is not None and case["blind"] and case["status"] == "open"
    # Of blind cases every one is told: that there is a message must not tell that the grade is severe.
    if grade in terms.notify_grades or (hidden and terms.notify_grades):
        outbox.put_grade(connection, appending.recorded_at, alert, None if hidden else grade)
