"""Which entries speak of a case: kept as an index, so that its history is one look-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.rows import Projections

Fold = Callable[[Projections, int, str, Mapping[str, Any]], None]


def note_event(at: Projections, seq: int, recorded_at: str, kind: str, case_id: str, by: str | None) -> None:
    """Put an entry into the history of its case."""
    row = {"seq": seq, "case_id": case_id, "kind": kind, "recorded_at": recorded_at, "by": by}
    at.put_row("case_events", seq, row)
