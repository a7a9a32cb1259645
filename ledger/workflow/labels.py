"""What a decision on a case does to its alerts: each takes over the label, or loses it, and what was seen stays."""

from __future__ import annotations

from ledger.rows import OUTCOMES, Projections, Row
from ledger.workflow.case_row import UNDECIDED, ranked

_LABEL = ("outcome", "decided_at", "decided_by_person", "grade_shown")


def give(at: Projections, case_id: str, seq: int, recorded_at: str, decided: Row) -> None:
    """The alerts without an outcome of their own take over the decision, the earlier one of the case replaced."""
    case = at.case(case_id)
    earlier = None if case is None else case["closing_seq"]
    for alert in at.alerts_of(case_id):
        if alert["status"] == "open" or (earlier is not None and alert["decided_seq"] == earlier):
            _keep(at, alert, seq, recorded_at)
            at.put_alert(alert | decided | {"decided_seq": seq})


def withdraw(at: Projections, case_id: str, closing_seq: int | None, seq: int, recorded_at: str) -> None:
    """The alerts that the closing entry decided are open again."""
    for alert in at.alerts_of(case_id):
        if closing_seq is not None and alert["decided_seq"] == closing_seq:
            _keep(at, alert, seq, recorded_at)
            at.put_alert(alert | UNDECIDED | {"decided_seq": None})


def _keep(at: Projections, alert: Row, seq: int, recorded_at: str) -> None:
    """Remember a label that is about to go, for a training of the past to see again."""
    if alert["outcome"] is None:
        return
    label_id = f"{alert['alert_id']}#{seq}"
    row = {name: alert[name] for name in _LABEL}
    row |= {"label_id": label_id, "alert_id": alert["alert_id"], "withdrawn_at": recorded_at}
    at.put_row("withdrawn_labels", label_id, row)


def settle(at: Projections, case_id: str | None, recorded_at: str) -> None:
    """Close an open case all of whose alerts have an outcome: with the most severe, at the time of the last."""
    case = at.case(case_id) if case_id is not None else None
    if case is None or case["status"] != "open":
        return
    alerts = at.alerts_of(case["case_id"])
    if any(alert["status"] == "open" for alert in alerts):
        return
    worst = max(alerts, key=lambda alert: (OUTCOMES.index(alert["outcome"]), -alert["seq"]))
    names = ("status", "outcome", "decided_by_person", "grade_shown")
    decided = {name: worst[name] for name in names} | {"decided_at": max(one["decided_at"] for one in alerts)}
    at.put_case(ranked(case | decided | closed(recorded_at, "completed", None)))


def closed(recorded_at: str, stage: str, seq: int | None) -> Row:
    """What changes in a case that closes, whatever closed it."""
    return {
        "status": "closed",
        "stage": stage,
        "closed_at": recorded_at,
        "closing_seq": seq,
        "snoozed_until": None,
        "proposed_outcome": None,
        "proposed_by": None,
        "proposal_seq": None,
    }
