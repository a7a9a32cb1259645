"""The evidence of an alert: what a person needs to check it, as JSON text that is the same for the same facts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules_baseline.limits import Limits
from rules_baseline.terms import Term


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted up to the trigger: ``measured`` in the unit of the level, ``total`` in that of the limit."""

    level: str
    measured: int
    total: int
    events: int
    event_ids: Sequence[str]
    notes: Sequence[str]


def evidence_of(found: Measured, members: Mapping[str, int], term: Term, limits: Limits) -> str:
    """Sorted keys, no spaces; ids and notes are capped at ``evidence_ids``, ``events`` is the total.

    ``distance`` is what is left to the threshold (0: reached; below 0: above it). ``members`` are the accounts' own
    counts 实控组内计数. A severe alert says its breach's count and limit besides.
    """
    threshold = term.severe_at if found.level == "severe" else term.limit
    content = {
        "distance": None if threshold is None else threshold - found.measured,
        "events": found.events,
        "event_ids": list(found.event_ids[: limits.evidence_ids]),
        "limit": threshold,
        "members": dict(members),
        "parameter": None if term.entry is None else term.entry.evidence(),
        "warn_fraction": str(limits.warn_fraction),
        "warning_at": term.warning_at,
    }
    if found.notes:
        content["notes"] = list(found.notes[: limits.evidence_ids])
    if found.level == "severe":
        content |= {"breach_count": found.total, "breach_limit": term.limit}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
