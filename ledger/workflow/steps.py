"""The plain steps of a case: claim, release, override, reopen, terminate, snooze, and what is only noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ledger.chain import instant_text
from ledger.errors import NotNow, Unacceptable
from ledger.workflow.doing import Doing, refuse_strangers
from ledger.workflow.doing import reopen as open_again
from ledger.workflow.table import REVIEWERS

LONGEST_SNOOZE = timedelta(days=90)


def claim(doing: Doing, body: Mapping[str, Any]) -> None:
    """Take the case, or give it to somebody, which only a reviewer may."""
    refuse_strangers(doing)
    assignee = body.get("assignee") or doing.person.name
    if assignee != doing.person.name and doing.person.role not in REVIEWERS:
        raise NotNow(f"a claim for {assignee}", "wanted your own name", "a reviewer may assign a case to another")
    doing.record("claim", by=doing.person.name, assignee=assignee)


def release(doing: Doing, _body: Mapping[str, Any]) -> None:
    """Put the case back for anybody."""
    refuse_strangers(doing)
    doing.record("release", by=doing.person.name)


def override(doing: Doing, body: Mapping[str, Any]) -> None:
    """Put a grade of one's own in the place of the case's; both stay on record."""
    before = {"grade_before": doing.case["grade"], "override_before": doing.case["override_grade"]}
    doing.record("override", by=doing.person.name, grade=body["grade"], reason=body["reason"], **before)


def reopen(doing: Doing, body: Mapping[str, Any]) -> None:
    """Open a closed case again; its label is withdrawn."""
    open_again(doing, body["reason"])


def terminate(doing: Doing, body: Mapping[str, Any]) -> None:
    """Close the case without an outcome: it gives no label."""
    doing.record("terminate", by=doing.person.name, reason=body["reason"])


def snooze(doing: Doing, body: Mapping[str, Any]) -> None:
    """Set the case aside until an instant; a worse alert wakes it earlier."""
    refuse_strangers(doing)
    now = datetime.fromisoformat(doing.appending.recorded_at)
    until: datetime = body["until"]
    if not now < until <= now + LONGEST_SNOOZE:
        wanted = f"wanted an instant after now, at most {LONGEST_SNOOZE.days} days away"
        raise Unacceptable(f"until {until.isoformat()}", wanted)
    doing.record("snooze", by=doing.person.name, until=instant_text(until), reason=body["reason"])


def recorder(kind: str) -> Callable[[Doing, Mapping[str, Any]], None]:
    """A step that puts the body on record and changes nothing else."""

    def record(doing: Doing, body: Mapping[str, Any]) -> None:
        doing.record(kind, by=doing.person.name, **body)

    return record
