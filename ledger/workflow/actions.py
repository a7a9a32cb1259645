"""Do one thing to a case: check it against the table, record it, and give the case as it is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from ledger.errors import CaseClosed, NotAllowed, NotInLedger, NotNow
from ledger.rows import Row
from ledger.transaction import Appending
from ledger.workflow import decisions, steps
from ledger.workflow.doing import Doing
from ledger.workflow.person import Person
from ledger.workflow.table import ACTIONS, CLOSED, STAGES
from ledger.workflow.terms import Terms

_DO: Mapping[str, Callable[[Doing, Mapping[str, Any]], None]] = {
    "claim": steps.claim,
    "release": steps.release,
    "disposition": decisions.dispose,
    "review": decisions.review,
    "override": steps.override,
    "reopen": steps.reopen,
    "terminate": steps.terminate,
    "snooze": steps.snooze,
    "note": steps.recorder("case_note"),
    "call_back": steps.recorder("call_back"),
    "statement": steps.recorder("statement"),
    "appeal": decisions.appeal,
    "appeal_decision": decisions.decide_appeal,
}


def perform(
    connection: Connection,
    appending: Appending,
    terms: Terms,
    action: str,
    case_id: str,
    person: Person,
    body: Mapping[str, Any],
) -> Row:
    """The case after ``action``; nothing is appended where an error is raised.

    Raises ``NotInLedger``, ``NotAllowed`` (role), ``NotNow`` (stage or person), ``Unacceptable`` (body).
    """
    case = appending.projections.case(case_id)
    if case is None:
        raise NotInLedger(f"no case {case_id!r}")
    allowed = ACTIONS[action]
    if person.role not in allowed.roles:
        raise NotAllowed(f"a key of role {person.role}", f"wanted one of {', '.join(allowed.roles)}")
    if case["stage"] not in allowed.stages:
        raise _wrong_stage(action, case)
    _DO[action](Doing(connection, appending, terms, person, case), body)
    return dict(appending.projections.case(case_id) or {})


def _wrong_stage(action: str, case: Row) -> NotNow:
    stage, stages = case["stage"], ACTIONS[action].stages
    wanted = f"wanted a case that is {' or '.join(stages)}"
    if stage in CLOSED:
        return CaseClosed(f"case {case['case_id']} is closed: {case['outcome'] or stage}", wanted, "reopen it")
    return NotNow(f"case {case['case_id']} is {stage} ({STAGES[stage]})", wanted)
