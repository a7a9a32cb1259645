"""Past alerts and dispositions: raw tables in, labelled alerts out, by way of the ledger, which is the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import ibis.expr.types as ir

from features.events.events import Events
from ledger.ledger import Ledger
from rules_baseline.day_baseline import AlertHistory
from rules_baseline.memberships import Memberships
from rules_baseline.trigger import TriggerRecord
from training.dataset import LabelledAlert

_LATER = ("blind", "sample", "sample_probability")  # a ledger of an older version does not know them


def past_alerts(events: Events) -> AlertHistory:
    """The raw ``alerts`` table in (triggered_at, alert_id) order, none where it is absent, and the declared groups."""
    rows = _rows(events.table("alerts").order_by("triggered_at", "alert_id"))
    return AlertHistory([TriggerRecord(**row) for row in rows], Memberships.of_events(events))


def disposition_rows(events: Events) -> Iterator[dict[str, Any]]:
    """Rows of the raw ``dispositions`` table as JSON objects with instants in UTC."""
    for row in _rows(events.table("dispositions").order_by("decided_at", "alert_id")):
        yield {k: v.replace(tzinfo=UTC).isoformat() if isinstance(v, datetime) else v for k, v in row.items()}


def labelled_alerts(ledger: Ledger, until: datetime) -> list[LabelledAlert]:
    """Alerts of the ledger whose outcome was decided at or before ``until``."""
    return [
        LabelledAlert(
            TriggerRecord(**_known(row.trigger)),
            row.outcome,
            row.decided_at,
            case_id=row.case_id,
            decided_by=row.decided_by,
            grade_given=row.grade,
            grade_shown=row.grade_shown,
            **{name: getattr(row, name, None) for name in _LATER},
        )
        for row in ledger.labelled_alerts(until)
    ]


def _known(trigger: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in trigger.items() if name in TriggerRecord.model_fields}


def _rows(table: ir.Table) -> list[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()  # type: ignore[no-any-return]
