"""One action under way, and what every action asks first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ledger.errors import NotNow
from ledger.rows import Row
from ledger.transaction import Appending
from ledger.workflow.person import Person
from ledger.workflow.table import REVIEWERS
from ledger.workflow.terms import Terms


@dataclass(frozen=True, slots=True)
class Doing:
    """One action under way: on which case, by whom, inside which transaction."""

    connection: Connection
    appending: Appending
    terms: Terms
    person: Person
    case: Row

    @property
    def case_id(self) -> str:
        """Of the case."""
        return str(self.case["case_id"])

    def record(self, kind: str, **more: Any) -> None:
        """Append an entry of this case under a key of its own."""
        payload = {"case_id": self.case_id, **more}
        self.appending.append(kind, f"{self.case_id}:{self.appending.seq + 1}", payload)


def refuse_strangers(doing: Doing) -> None:
    """``NotNow`` where somebody else has the case and this person is no reviewer."""
    holder = doing.case["assignee"]
    if holder not in (None, doing.person.name) and doing.person.role not in REVIEWERS:
        raise NotNow(f"case {doing.case_id} is with {holder}", "wanted your own case", "ask them to release it")


def reopen(doing: Doing, reason: str) -> None:
    """Open a closed case again; its label is withdrawn. ``NotNow`` where imported outcomes closed it."""
    if doing.case["closing_seq"] is None:
        seen = f"case {doing.case_id} was closed by imported outcomes"
        raise NotNow(seen, "wanted a case that the desk closed", "correct the imported outcome at its source")
    doing.record("reopen", by=doing.person.name, reason=reason, outcome_before=doing.case["outcome"])
