"""Who acts: the name that goes on record, and the role that allows it."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.workflow.table import SEES_BLIND


@dataclass(frozen=True, slots=True)
class Person:
    """A named caller with one role.

    >>> Person("r", "reviewer").sees_blind, Person("i", "investigator").sees_blind
    (True, False)
    """

    name: str
    role: str

    @property
    def sees_blind(self) -> bool:
        """Whether the grade of a blind case is shown to this person."""
        return self.role in SEES_BLIND
