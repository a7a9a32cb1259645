"""The outbox: what must be told outside is put down in the transaction that makes it true, and delivered later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, literal, or_, select, update

from ledger.chain import canonical_json
from ledger.errors import NotInLedger, NotNow
from ledger.outbox_schema import OUTBOX
from ledger.rows import Row
from ledger.schema import CASES
from ledger.transaction import Appending
from ledger.workflow.person import Person

WAITING, DELIVERED, ACKNOWLEDGED = "waiting", "delivered", "acknowledged"
UNAPPROVED, REFUSED, FAILED = "unapproved", "refused", "failed"
STATUSES = (UNAPPROVED, WAITING, DELIVERED, ACKNOWLEDGED, FAILED, REFUSED)
FIRST, FALLBACK, ESCALATION = 0, 1, 2
_BLIND = "blind"  # in a key, where a grade or a time would stand
_KNOWN = select(OUTBOX.c.outbox_id)
_INSERT = OUTBOX.insert()


def put(
    connection: Connection,
    at: str,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    grade: int | None = None,
    case_id: str | None = None,
    requested_by: str | None = None,
) -> bool:
    """Put something down to be told (``kind`` grade, sla or alarm) or done (action) at instant text ``at``.

    What has a ``key`` that is there already is not put down again, and the answer is ``False``. Runs inside the
    caller's write transaction. An action waits for approvals; everything else is due at once.
    """
    if connection.execute(_KNOWN.where(OUTBOX.c.key == key)).first() is not None:
        return False
    row = {"key": key, "kind": kind, "grade": grade, "case_id": case_id, "payload": canonical_json(payload)}
    row |= {"created_at": at, "next_at": at, "step": FIRST, "attempts": 0, "approved_by": "[]"}
    status = UNAPPROVED if kind == "action" else WAITING
    connection.execute(_INSERT, row | {"status": status, "requested_by": requested_by})
    return True


def put_grade(connection: Connection, at: str, alert: Row, grade: int | None) -> None:
    """A grade to be told, once a case and grade, whatever its alerts; ``None``: of a blind case, once for all."""
    about = alert["case_id"] or alert["alert_id"]
    names = ("alert_id", "account_id", "subject_type", "subject_id", "rule_id", "exchange", "contract", "trading_day")
    payload = {name: alert[name] for name in names} | {"case_id": alert["case_id"], "grade": grade}
    payload |= {"blind": True} if grade is None else {}
    key = f"grade:{about}:{grade or _BLIND}"
    put(connection, at, kind="grade", key=key, payload=payload, grade=grade, case_id=alert["case_id"])


def put_overdue(connection: Connection, now: str, blind_opened: str) -> int:
    """Put down each open case that is past its time, once for each time it had; returns how many are new.

    A blind one has none, for its time would tell its grade: it counts as late where it was opened at or before
    ``blind_opened``, whatever its grade.
    """
    columns = (CASES.c[name] for name in ("case_id", "due_at", "assignee", "stage", "rank", "blind"))
    due = or_(
        and_(CASES.c.blind.is_(False), CASES.c.due_at <= now),
        and_(CASES.c.blind.is_(True), CASES.c.opened_at <= blind_opened),
    )
    key = literal("sla:") + CASES.c.case_id + ":" + case((CASES.c.blind.is_(True), _BLIND), else_=CASES.c.due_at)
    told = select(OUTBOX.c.outbox_id).where(OUTBOX.c.key == key)
    late = select(*columns, key.label("key")).where(CASES.c.status == "open", due, ~told.exists())
    new = 0
    for row in connection.execute(late).mappings().all():
        payload = {name: row[name] for name in ("case_id", "due_at", "assignee", "stage")}
        payload |= {"due_at": None, "blind": True} if row["blind"] else {}
        about = {"grade": None if row["blind"] else row["rank"], "case_id": row["case_id"]}
        new += put(connection, now, kind="sla", key=row["key"], payload=payload, **about)
    return new


def take(connection: Connection, now: str, until: str, limit: int) -> list[Row]:
    """What is due, oldest first, leased until the instant ``until``: another deliverer will not take it before."""
    due = select(OUTBOX).where(OUTBOX.c.status == WAITING, OUTBOX.c.next_at <= now)
    due = due.order_by(OUTBOX.c.outbox_id).limit(limit).with_for_update(skip_locked=True)
    rows = connection.execute(due).mappings().all()
    for row in rows:
        change(connection, row["outbox_id"], next_at=until)
    return [_read(row) for row in rows]


def listed(connection: Connection, status: str | None, case_id: str | None, limit: int) -> list[Row]:
    """Rows, newest first."""
    query = select(OUTBOX).order_by(OUTBOX.c.outbox_id.desc()).limit(limit)
    if status is not None:
        query = query.where(OUTBOX.c.status == status)
    if case_id is not None:
        query = query.where(OUTBOX.c.case_id == case_id)
    return [_read(row) for row in connection.execute(query).mappings()]


def found(connection: Connection, outbox_id: int) -> Row:
    """One row; ``NotInLedger`` where there is none."""
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.outbox_id == outbox_id)).mappings().first()
    if row is None:
        raise NotInLedger(f"nothing numbered {outbox_id} in the outbox")
    return _read(row)


def change(connection: Connection, outbox_id: int, **values: Any) -> None:
    """Write new values of a row."""
    connection.execute(update(OUTBOX).where(OUTBOX.c.outbox_id == outbox_id).values(**values))


def delivered(appending: Appending, connection: Connection, row: Row, channels: Sequence[str]) -> None:
    """Put the delivery on record: in the chain, and in the row."""
    told = {"outbox_id": row["outbox_id"], "about": row["key"], "step": row["step"], "channels": list(channels)}
    if row["kind"] == "action":
        told |= {"requested_by": row["requested_by"], "approved_by": row["approved_by"]}
    appending.append("outbox_delivered", f"{row['outbox_id']}:{appending.seq + 1}", told)
    values = {"delivered_at": appending.recorded_at, "delivered_to": ", ".join(channels), "last_error": None}
    change(connection, row["outbox_id"], status=DELIVERED, **values)


def acknowledge(appending: Appending, connection: Connection, outbox_id: int, by: str) -> Row:
    """Somebody has seen it: no escalation. ``NotNow`` where it was not delivered or is acknowledged already."""
    row = found(connection, outbox_id)
    if row["acknowledged_at"] is not None or row["delivered_at"] is None:
        raise NotNow(f"outbox {outbox_id} is {row['status']}", "wanted one that is delivered and not acknowledged")
    appending.append("outbox_acknowledged", str(outbox_id), {"outbox_id": outbox_id, "about": row["key"], "by": by})
    values = {"acknowledged_at": appending.recorded_at, "acknowledged_by": by}
    change(connection, outbox_id, status=ACKNOWLEDGED, **values)
    return found(connection, outbox_id)


def request_action(appending: Appending, connection: Connection, case: Row, person: Person, body: Row) -> Row:
    """Ask for an action in another system on the case's account; it waits for approvals by others."""
    key = f"action:{case['case_id']}:{appending.seq + 1}"
    asked = {"case_id": case["case_id"], "account_id": case["account_id"], **body}
    appending.append("action_requested", key, asked | {"by": person.name})
    about = {"case_id": case["case_id"], "requested_by": person.name}
    put(connection, appending.recorded_at, kind="action", key=key, payload=asked, **about)
    return _read(connection.execute(select(OUTBOX).where(OUTBOX.c.key == key)).mappings().one())


def approve(appending: Appending, connection: Connection, outbox_id: int, person: Person) -> Row:
    """One more person agrees to an action: not the one who asked, and nobody twice."""
    row = _unapproved(connection, outbox_id)
    if person.name == row["requested_by"] or person.name in row["approved_by"]:
        raise NotNow(f"an approval by {person.name}, who asked for it or approved it", "wanted another person")
    told = {"outbox_id": outbox_id, "about": row["key"], "case_id": row["case_id"], "by": person.name}
    appending.append("action_approved", f"{outbox_id}:{appending.seq + 1}", told)
    change(connection, outbox_id, approved_by=json.dumps([*row["approved_by"], person.name], ensure_ascii=False))
    return found(connection, outbox_id)


def refuse(appending: Appending, connection: Connection, outbox_id: int, person: Person, reason: str) -> Row:
    """Turn an action down that waits for approvals."""
    row = _unapproved(connection, outbox_id)
    told = {"outbox_id": outbox_id, "about": row["key"], "case_id": row["case_id"], "by": person.name}
    appending.append("action_refused", str(outbox_id), told | {"reason": reason})
    change(connection, outbox_id, status=REFUSED)
    return found(connection, outbox_id)


def _unapproved(connection: Connection, outbox_id: int) -> Row:
    row = found(connection, outbox_id)
    if row["status"] != UNAPPROVED:
        raise NotNow(f"outbox {outbox_id} is {row['status']}", "wanted an action that waits for approvals")
    return row


def _read(row: Any) -> Row:
    return {**row, "payload": json.loads(row["payload"]), "approved_by": json.loads(row["approved_by"])}
