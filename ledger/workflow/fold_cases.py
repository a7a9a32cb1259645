"""What the desk did to a case, as changes of its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.rows import Projections, Row
from ledger.workflow import labels
from ledger.workflow.case_row import UNDECIDED, ranked
from ledger.workflow.events import Fold, note_event

Change = Callable[[Row, int, str, Mapping[str, Any]], Row]
_NO_PROPOSAL: Row = {"proposed_outcome": None, "proposed_by": None, "proposal_seq": None}


def _step(kind: str, change: Change) -> Fold:
    """A handler that puts the entry into the case's history and changes the case's row."""

    def fold(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
        case = at.case(payload["case_id"])
        note_event(at, seq, recorded_at, kind, payload["case_id"], payload.get("by"))
        if case is not None:
            acted = {"first_action_at": case["first_action_at"] or recorded_at}
            at.put_case(ranked(case | acted | change(case, seq, recorded_at, payload)))

    return fold


def _nothing(_case: Row, _seq: int, _recorded_at: str, _payload: Mapping[str, Any]) -> Row:
    return {}


def _claim(_case: Row, _seq: int, recorded_at: str, payload: Mapping[str, Any]) -> Row:
    return {"stage": "in_progress", "assignee": payload["assignee"], "claimed_at": recorded_at}


def _release(_case: Row, _seq: int, _recorded_at: str, _payload: Mapping[str, Any]) -> Row:
    return {"stage": "pending", "assignee": None, "claimed_at": None}


def _proposal(case: Row, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> Row:
    proposed = {"proposed_outcome": payload["outcome"], "proposed_by": payload["by"], "proposal_seq": seq}
    return {"stage": "in_review", "snoozed_until": None, **proposed, **_taken(case, recorded_at, payload["by"])}


def _taken(case: Row, recorded_at: str, by: str) -> Row:
    """Whoever decides a case that nobody has, has it."""
    return {} if case["assignee"] is not None else {"assignee": by, "claimed_at": recorded_at}


def _review(_case: Row, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> Row:
    # An approval is followed by its disposition, which closes the case.
    return {} if payload["approve"] else {"stage": "in_progress", **_NO_PROPOSAL}


def _override(_case: Row, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> Row:
    return {"override_grade": payload["grade"]}


def _snooze(_case: Row, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> Row:
    return {"snoozed_until": payload["until"]}


def _appeal(_case: Row, _seq: int, _recorded_at: str, _payload: Mapping[str, Any]) -> Row:
    return {"appeal": "pending"}


def _appeal_decided(_case: Row, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> Row:
    return {"appeal": "upheld" if payload["upheld"] else "rejected"}


def _sample(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    case = at.case(payload["case_id"]) if payload["case_id"] is not None else None
    if case is not None:
        note_event(at, seq, recorded_at, "sample", payload["case_id"], None)
        at.put_case(case | {"sample": payload["reason"], "sample_probability": payload["probability"]})


def _filing(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    note_event(at, seq, recorded_at, "filing", payload["case_id"], payload["by"])


def _disposition(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    decided: Row = {
        "status": "closed",
        "outcome": payload["outcome"],
        "decided_at": payload.get("decided_at", recorded_at),
        "decided_by_person": payload["decided_by"],
        "grade_shown": payload["grade_shown"],
    }
    if payload["case_id"] is None:  # imported: of one alert, whatever its case
        alert = at.alert(payload["alert_id"])
        if alert is not None:
            at.put_alert(alert | decided | {"decided_seq": seq})
            labels.settle(at, alert["case_id"], recorded_at)
        return
    case_id = payload["case_id"]
    labels.give(at, case_id, seq, recorded_at, decided)
    note_event(at, seq, recorded_at, "disposition", case_id, payload["decided_by"])
    case = at.case(case_id)
    if case is not None:
        acted = {"first_action_at": case["first_action_at"] or recorded_at}
        acted |= _taken(case, recorded_at, payload["decided_by"])
        at.put_case(ranked(case | acted | decided | labels.closed(recorded_at, "completed", seq)))


def _terminate(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    labels.give(at, payload["case_id"], seq, recorded_at, UNDECIDED | {"status": "closed"})
    _step("terminate", lambda *_: labels.closed(recorded_at, "terminated", seq))(at, seq, recorded_at, payload)


def _reopen(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    case = at.case(payload["case_id"])
    closing_seq = None if case is None else case["closing_seq"]
    labels.withdraw(at, payload["case_id"], closing_seq, seq, recorded_at)
    _step("reopen", _opened_again)(at, seq, recorded_at, payload)


def _opened_again(case: Row, _seq: int, _recorded_at: str, _payload: Mapping[str, Any]) -> Row:
    stage = "pending" if case["assignee"] is None else "in_progress"
    return UNDECIDED | {"stage": stage, "closed_at": None, "closing_seq": None}


HANDLERS: Mapping[str, Fold] = {
    "claim": _step("claim", _claim),
    "release": _step("release", _release),
    "proposal": _step("proposal", _proposal),
    "review": _step("review", _review),
    "override": _step("override", _override),
    "snooze": _step("snooze", _snooze),
    "case_note": _step("case_note", _nothing),
    "call_back": _step("call_back", _nothing),
    "statement": _step("statement", _nothing),
    "filing": _filing,
    "action_requested": _step("action_requested", _nothing),
    "action_approved": _step("action_approved", _nothing),
    "action_refused": _step("action_refused", _nothing),
    "appeal": _step("appeal", _appeal),
    "appeal_decided": _step("appeal_decided", _appeal_decided),
    "sample": _sample,
    "disposition": _disposition,
    "terminate": _terminate,
    "reopen": _reopen,
}
