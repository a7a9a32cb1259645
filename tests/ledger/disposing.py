"""A case disposed of by a reviewer, as most tests of the ledger want it."""

from __future__ import annotations

from typing import Any

from ledger.ledger import Ledger
from ledger.workflow.person import Person


def dispose(ledger: Ledger, case_id: str, *, decided_by: str, **told: Any) -> dict[str, Any]:
    """The case afterwards; ``told`` is what the disposition says (outcome, conclusion, note, grade_seen)."""
    return ledger.act("disposition", case_id, Person(decided_by, "reviewer"), told)
