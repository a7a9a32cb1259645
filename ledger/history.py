"""The past, in and out: imported dispositions, labels for training, the score log for monitoring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from ledger.chain import instant_text
from ledger.desk_schema import WITHDRAWN_LABELS
from ledger.errors import LedgerError
from ledger.rows import OUTCOMES
from ledger.schema import ALERTS, CASES, ENTRIES
from ledger.transaction import Appending

_PARTS = {"yield_per": 2_000}  # of one statement: set on the connection, it would hold for whatever runs after
_STOOD = (WITHDRAWN_LABELS.c.decided_at <= bindparam("until"), WITHDRAWN_LABELS.c.withdrawn_at > bindparam("until"))
_WITHDRAWN = select(WITHDRAWN_LABELS).where(*_STOOD).order_by(WITHDRAWN_LABELS.c.withdrawn_at.desc())
_WITHDRAWN_IDS = select(WITHDRAWN_LABELS.c.alert_id).where(*_STOOD)
_KNOWN = select(ALERTS.c.alert_id, ALERTS.c.outcome)
_AT_THE_DESK = select(ALERTS.c.alert_id).join_from(ALERTS, CASES, ALERTS.c.case_id == CASES.c.case_id)
_AT_THE_DESK = _AT_THE_DESK.where(CASES.c.first_action_at.is_not(None))


@dataclass(frozen=True, slots=True)
class LabelledAlert:
    """An alert whose outcome is known; ``grade_shown`` is what the reviewer saw (null: none, or imported)."""

    alert_id: str
    account_id: str
    rule_id: str
    trigger: dict[str, Any]
    outcome: str
    decided_at: datetime
    decided_by: str | None
    grade_shown: int | None
    grade: int | None
    case_id: str | None


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """One recorded grade with what it was made of; ``outcome`` is null until decided."""

    recorded_at: datetime
    trigger: dict[str, Any]
    answer: dict[str, Any]
    evidence: dict[str, Any]
    outcome: str | None
    decided_at: datetime | None


def import_rows(
    connection: Connection,
    appending: Appending,
    alerts: Iterable[Mapping[str, Any]],
    dispositions: Iterable[Mapping[str, Any]],
    until: str | None = None,
) -> int:
    """Append the disposition of each alert that has none on record, and the alert where it is new; returns how many.

    An alert whose case somebody has acted on is left out: what becomes of it is decided at the desk.
    """
    at_the_desk = set(connection.scalars(_AT_THE_DESK))
    has_outcome = {name: outcome is not None for name, outcome in connection.execute(_KNOWN)}
    decided = {row["alert_id"]: (row, _decided_at(row)) for row in dispositions}
    imported = 0
    for trigger in alerts:
        alert_id = trigger["alert_id"]
        disposition, decided_at = decided.get(alert_id, (None, ""))
        if disposition is None or has_outcome.get(alert_id) or alert_id in at_the_desk:
            continue
        if until is not None and decided_at > until:
            continue
        if alert_id not in has_outcome:
            appending.projections.absent_alert(alert_id)
            appending.append("alert", alert_id, {"trigger": trigger, "case_id": None, "origin": "import"})
        has_outcome[alert_id] = True
        appending.append("disposition", f"alert:{alert_id}", _imported(alert_id, disposition, decided_at))
        imported += 1
    return imported


def _imported(alert_id: str, disposition: Mapping[str, Any], decided_at: str) -> dict[str, Any]:
    if disposition["outcome"] not in OUTCOMES:
        seen = f"outcome {disposition['outcome']!r} of alert {alert_id!r}"
        raise LedgerError(seen, f"wanted one of {', '.join(OUTCOMES)}")
    return {
        "case_id": None,
        "alert_id": alert_id,
        "outcome": disposition["outcome"],
        "decided_at": decided_at,
        "decided_by": disposition["decided_by"],
        "note": disposition.get("note"),
        "grade_shown": None,
    }


def _decided_at(row: Mapping[str, Any]) -> str:
    return instant_text(datetime.fromisoformat(row["decided_at"]))


def labelled(connection: Connection, until: str) -> Iterator[LabelledAlert]:
    """Alerts decided at or before ``until``, in the order of their entries, with the label that stood then.

    A label that was withdrawn or replaced later still stood, so that a training of the past sees what it saw.
    """
    since = {row.alert_id: row for row in connection.execute(_WITHDRAWN, {"until": until})}
    query = select(ALERTS, ENTRIES.c.payload).join_from(ALERTS, ENTRIES, ALERTS.c.seq == ENTRIES.c.seq)
    query = query.where(or_(ALERTS.c.decided_at <= until, ALERTS.c.alert_id.in_(_WITHDRAWN_IDS)))
    rows = connection.execute(query.order_by(ALERTS.c.seq), {"until": until}, execution_options=_PARTS)
    for row in rows:
        label = row if row.decided_at is not None and row.decided_at <= until else since[row.alert_id]
        yield LabelledAlert(
            row.alert_id,
            row.account_id,
            row.rule_id,
            json.loads(row.payload)["trigger"],
            label.outcome,
            datetime.fromisoformat(label.decided_at),
            label.decided_by_person,
            label.grade_shown,
            row.grade,
            row.case_id,
        )


def score_log(connection: Connection, since: str, until: str) -> Iterator[LoggedScore]:
    """Scores recorded in ``[since, until)``, oldest first."""
    alert = ENTRIES.alias("alert")
    query = select(ENTRIES.c.recorded_at, ENTRIES.c.payload, alert.c.payload, ALERTS.c.outcome, ALERTS.c.decided_at)
    query = query.join_from(ALERTS, ENTRIES, ALERTS.c.score_seq == ENTRIES.c.seq)
    query = query.join(alert, ALERTS.c.seq == alert.c.seq).order_by(ENTRIES.c.seq)
    query = query.where(ENTRIES.c.recorded_at >= since, ENTRIES.c.recorded_at < until)
    for recorded_at, score, triggered, outcome, decided_at in connection.execute(query, execution_options=_PARTS):
        payload = json.loads(score)
        yield LoggedScore(
            datetime.fromisoformat(recorded_at),
            json.loads(triggered)["trigger"],
            payload["answer"],
            payload["evidence"],
            outcome,
            None if decided_at is None else datetime.fromisoformat(decided_at),
        )
