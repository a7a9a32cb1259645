"""Queues and pages: what the projections answer, newest or worst first, by opaque cursors."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, tuple_

from ledger.errors import BadQuery, NotInLedger
from ledger.projection import Row
from ledger.schema import ALERTS, CASES, ENTRIES

ALERT_FILTERS = ("grade", "rule_id", "exchange", "status", "trading_day", "account_id", "case_id")
CASE_FILTERS = ("grade", "status", "subject_id", "account_id", "outcome")
_UNGRADED = 9  # an ungraded case sorts after grade 5
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and the cursor of the next page; ``None`` when this was the last."""

    rows: list[Row]
    next_cursor: str | None


def alerts_page(connection: Connection, filters: Mapping[str, Any], cursor: str | None, limit: int) -> Page:
    """Alerts, newest entry first."""
    query = _filtered(select(ALERTS), ALERTS.c, filters, ALERT_FILTERS)
    if cursor is not None:
        query = query.where(ALERTS.c.seq < _position(cursor, 1)[0])
    rows = connection.execute(query.order_by(ALERTS.c.seq.desc()).limit(limit + 1)).mappings().all()
    return _page([dict(row) for row in rows], limit, lambda row: [row["seq"]])


def cases_page(connection: Connection, filters: Mapping[str, Any], cursor: str | None, limit: int) -> Page:
    """Cases, worst grade first, then oldest first."""
    grade = func.coalesce(CASES.c.grade, _UNGRADED)
    query = _filtered(select(CASES), CASES.c, filters, CASE_FILTERS)
    if cursor is not None:
        worst, seq = _position(cursor, 2)
        query = query.where(tuple_(grade, CASES.c.seq) > tuple_(worst, seq))
    rows = connection.execute(query.order_by(grade, CASES.c.seq).limit(limit + 1)).mappings().all()
    return _page([dict(row) for row in rows], limit, lambda row: [row["grade"] or _UNGRADED, row["seq"]])


def case(connection: Connection, case_id: str | None) -> Row | None:
    """One case with its disposition (``None``: open, or closed by imports); ``None`` where there is no such case."""
    row = connection.execute(select(CASES).where(CASES.c.case_id == case_id)).mappings().first()
    if row is None:
        return None
    disposed = select(ENTRIES.c.payload).where(ENTRIES.c.kind == "disposition", ENTRIES.c.key == f"case:{case_id}")
    text = connection.execute(disposed).scalar()
    return {**row, "disposition": json.loads(text) if text else None}


def counts(connection: Connection) -> dict[str, list[Row]]:
    """How many alerts and cases there are, by status and grade."""
    found: dict[str, list[Row]] = {}
    for table in (ALERTS, CASES):
        query = select(table.c.status, table.c.grade, func.count().label("count"))
        query = query.group_by(table.c.status, table.c.grade).order_by(table.c.status, table.c.grade)
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


def payloads(connection: Connection, seqs: list[int]) -> dict[int, dict[str, Any]]:
    """The payloads of the entries with these sequence numbers; ``NotInLedger`` where one was pruned."""
    query = select(ENTRIES.c.seq, ENTRIES.c.payload).where(ENTRIES.c.seq.in_(seqs))
    found = {row.seq: json.loads(row.payload) for row in connection.execute(query)}
    if len(found) < len(seqs):
        gone = min(seq for seq in seqs if seq not in found)
        raise NotInLedger(f"entry {gone} was pruned", "wanted an entry of a segment that is kept", "see its file")
    return found


def _filtered(query: Select[Any], columns: Any, filters: Mapping[str, Any], allowed: tuple[str, ...]) -> Select[Any]:
    for name, value in filters.items():
        if name not in allowed:
            raise BadQuery(f"filter {name!r}", f"wanted one of {', '.join(allowed)}")
        if value is not None:
            query = query.where(columns[name] == value)
    return query


def _page(rows: list[Row], limit: int, position: Any) -> Page:
    if len(rows) <= limit:
        return Page(rows, None)
    text = json.dumps(position(rows[limit - 1])).encode()
    return Page(rows[:limit], base64.urlsafe_b64encode(text).decode())


def _position(cursor: str, length: int) -> list[int]:
    try:
        numbers = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        numbers = None
    whole = isinstance(numbers, list) and len(numbers) == length
    if not whole or not all(type(number) is int and 0 <= number <= _LARGEST for number in numbers):
        raise BadQuery("a cursor that no page gave", "wanted the next_cursor of the page before", "start without one")
    return list(numbers)
