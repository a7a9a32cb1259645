"""Decisions on a case: the disposition, its second review, the client's appeal against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger import queries
from ledger.errors import NotNow, Unacceptable
from ledger.rows import OUTCOMES
from ledger.workflow.case_row import grade_in_force
from ledger.workflow.doing import Doing, refuse_strangers, reopen

_DECIDED = ("outcome", "conclusion", "note", "grade_shown", "follow_up", "call_back")


def dispose(doing: Doing, body: Mapping[str, Any]) -> None:
    """Close the case with an outcome; of a severe one this is a proposal that waits for another person."""
    refuse_strangers(doing)
    if body["outcome"] not in OUTCOMES:
        raise Unacceptable(f"outcome {body['outcome']!r}", f"wanted one of {', '.join(OUTCOMES)}")
    decided = {name: body.get(name) for name in _DECIDED} | {"grade_shown": _grade_shown(doing, body)}
    if needs_review(doing):
        doing.record("proposal", by=doing.person.name, **decided)
    else:
        _close(doing, decided_by=doing.person.name, **decided)


def needs_review(doing: Doing) -> bool:
    """Whether the worse of the case's grade and its override is one that a second person must confirm."""
    grades = [grade for grade in (doing.case["grade"], doing.case["override_grade"]) if grade is not None]
    return bool(grades) and min(grades) in doing.terms.review_grades


def _grade_shown(doing: Doing, body: Mapping[str, Any]) -> int | None:
    if doing.case["blind"] and not doing.person.sees_blind:
        return None
    seen: int | None = body.get("grade_seen")
    return grade_in_force(doing.case) if seen is None else seen


def _close(doing: Doing, **decided: Any) -> None:
    again = queries.is_recorded(doing.connection, "disposition", f"case:{doing.case_id}")
    key = f"case:{doing.case_id}:{doing.appending.seq + 1}" if again else f"case:{doing.case_id}"
    doing.appending.append("disposition", key, {"case_id": doing.case_id, **decided})


def review(doing: Doing, body: Mapping[str, Any]) -> None:
    """Confirm a proposal, which closes the case, or send it back; never by the one who proposed."""
    proposer = doing.case["proposed_by"]
    if doing.person.name == proposer:
        raise NotNow(f"a review by {proposer}, who proposed the outcome", "wanted another person", "")
    doing.record("review", by=doing.person.name, approve=body["approve"], reason=body.get("reason"))
    if body["approve"]:
        seq = doing.case["proposal_seq"]
        proposed = queries.payloads(doing.connection, [seq])[seq]
        decided = {name: proposed.get(name) for name in _DECIDED}
        _close(doing, decided_by=proposer, reviewed_by=doing.person.name, **decided)


def appeal(doing: Doing, body: Mapping[str, Any]) -> None:
    """Record the client's appeal against the decision; one at a time."""
    if doing.case["appeal"] == "pending":
        raise NotNow(f"case {doing.case_id} has an appeal that is not decided", "wanted one at a time")
    doing.record("appeal", by=doing.person.name, **body)


def decide_appeal(doing: Doing, body: Mapping[str, Any]) -> None:
    """Reject the appeal, or uphold it: with another outcome, which replaces the label, or by opening the case again.

    Never by the one who decided the case.
    """
    if doing.case["appeal"] != "pending":
        raise NotNow(f"case {doing.case_id} has no appeal to decide", "wanted a pending appeal", "record it first")
    if doing.person.name == doing.case["decided_by_person"]:
        raise NotNow(f"an appeal decided by {doing.person.name}, who decided the case", "wanted another person")
    outcome = body.get("outcome")
    if outcome is not None and (not body["upheld"] or outcome not in OUTCOMES):
        raise Unacceptable(f"outcome {outcome!r}", f"wanted one of {', '.join(OUTCOMES)} with an appeal upheld")
    told = {"upheld": body["upheld"], "outcome": outcome, "reason": body["reason"]}
    if body["upheld"] and outcome is None:
        reopen(doing, body["reason"])
    doing.record("appeal_decided", by=doing.person.name, **told)
    if outcome is not None:
        decided = {"outcome": outcome, "conclusion": body["reason"], "grade_shown": _grade_shown(doing, {})}
        _close(doing, decided_by=doing.person.name, **decided)
