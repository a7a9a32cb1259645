"""The terms the desk works by: shares drawn, hours allowed, grades that need a second person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.chain import instant_text


@dataclass(frozen=True, slots=True)
class Terms:
    """Shares in [0, 1], hours until a case of a grade is due (a grade without is never due), all given from outside.

    The plain ones draw nothing and set no clock. ``seed`` is no secret: it makes the draws repeatable by anybody.
    """

    blind_share: float = 0.0
    audit_share: float = 0.0
    audit_grades: tuple[int, ...] = (4, 5)
    review_grades: tuple[int, ...] = (1, 2)
    notify_grades: tuple[int, ...] = ()  # put into the outbox
    due_hours: Mapping[int, float] = field(default_factory=dict)
    seed: str = "alertgrade"

    def due_at(self, grade: int, recorded_at: str) -> str | None:
        """When a case of ``grade`` must be decided, counted in hours of the clock from ``recorded_at``."""
        hours = self.due_hours.get(grade)
        if hours is None:
            return None
        return instant_text(datetime.fromisoformat(recorded_at) + timedelta(hours=hours))

    def blind_due_before(self, now: datetime) -> str:
        """A blind case opened at or before this instant is late: the shortest time of all grades is every one's.

        >>> Terms().blind_due_before(datetime.fromisoformat("2026-03-02T12:00:00+00:00"))  # no times: none ever is
        ''
        """
        return instant_text(now - timedelta(hours=min(self.due_hours.values()))) if self.due_hours else ""

    def is_blind(self, case_id: str) -> bool:
        """Whether the case is shown without a grade until it is decided."""
        return draw(self.seed, "blind", case_id) < self.blind_share

    def is_audited(self, alert_id: str, grade: int) -> bool:
        """Whether an alert of a low grade is drawn for labelling."""
        return grade in self.audit_grades and draw(self.seed, "audit", alert_id) < self.audit_share


def draw(seed: str, what: str, name: str) -> float:
    """A number in [0, 1) that a name always draws: the same on every machine, and anybody can check it.

    >>> draw("s", "blind", "C1") == draw("s", "blind", "C1") != draw("s", "audit", "C1")
    True
    """
    digest = hashlib.sha256(f"{len(seed)}|{seed}|{what}|{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
