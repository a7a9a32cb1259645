"""The alert queue, counts, and payloads by their numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, case, func, or_, select

from ledger.account_filters import ACCOUNT_FILTERS, of_alert
from ledger.errors import BadQuery, NotInLedger
from ledger.pages import Page, page_of, position_in
from ledger.rows import Row
from ledger.schema import ALERTS, CASES, ENTRIES

ALERT_FILTERS = ("grade", "rule_id", "exchange", "status", "trading_day", "account_id", "case_id")


def alerts_page(
    connection: Connection, filters: Mapping[str, Any], cursor: str | None, limit: int, sees_blind: bool = True
) -> Page:
    """Alerts, newest entry first; a filter by grade leaves out those whose grade is hidden from the viewer."""
    of_account = {name: value for name, value in filters.items() if name in ACCOUNT_FILTERS}
    others = {name: value for name, value in filters.items() if name not in ACCOUNT_FILTERS}
    query = filtered(select(ALERTS), ALERTS.c, others, ALERT_FILTERS)
    query = query.where(*(of_alert(name, value) for name, value in of_account.items() if value is not None))
    if filters.get("grade") is not None and not sees_blind:
        hidden = select(CASES.c.case_id).where(CASES.c.blind.is_(True), CASES.c.status == "open")
        query = query.where(or_(ALERTS.c.case_id.is_(None), ALERTS.c.case_id.not_in(hidden)))
    if cursor is not None:
        query = query.where(ALERTS.c.seq < position_in(cursor, int)[0])
    rows = connection.execute(query.order_by(ALERTS.c.seq.desc()).limit(limit + 1)).mappings().all()
    return page_of([dict(row) for row in rows], limit, lambda row: [row["seq"]])


def is_recorded(connection: Connection, kind: str, key: str) -> bool:
    """Whether the chain has an entry of this kind and key."""
    query = select(ENTRIES.c.seq).where(ENTRIES.c.kind == kind, ENTRIES.c.key == key)
    return connection.execute(query).first() is not None


def counts(connection: Connection, sees_blind: bool = True) -> dict[str, list[Row]]:
    """How many alerts and cases there are, by status and grade; 0 is a grade that is hidden from the viewer."""
    hidden = CASES.c.case_id.is_not(None) & CASES.c.blind.is_(True) & (CASES.c.status == "open")
    joined = {ALERTS: ALERTS.outerjoin(CASES, ALERTS.c.case_id == CASES.c.case_id), CASES: CASES}
    found: dict[str, list[Row]] = {}
    for table, rows in joined.items():
        grade = (table.c.grade if sees_blind else case((hidden, 0), else_=table.c.grade)).label("grade")
        query = select(table.c.status, grade, func.count().label("count")).select_from(rows)
        query = query.group_by(table.c.status, grade).order_by(table.c.status, grade)
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


def branches(connection: Connection) -> list[str]:
    """Every branch that an account of an alert was of, in order of their names."""
    query = select(ALERTS.c.branch).where(ALERTS.c.branch.is_not(None)).distinct()
    return sorted(connection.execute(query).scalars())


def payloads(connection: Connection, seqs: list[int]) -> dict[int, dict[str, Any]]:
    """The payloads of the entries with these sequence numbers; ``NotInLedger`` where one was pruned."""
    query = select(ENTRIES.c.seq, ENTRIES.c.payload).where(ENTRIES.c.seq.in_(seqs))
    found = {row.seq: json.loads(row.payload) for row in connection.execute(query)}
    if len(found) < len(seqs):
        gone = min(seq for seq in seqs if seq not in found)
        raise NotInLedger(f"entry {gone} was pruned", "wanted an entry of a segment that is kept", "see its file")
    return found


def filtered(query: Select[Any], columns: Any, filters: Mapping[str, Any], allowed: tuple[str, ...]) -> Select[Any]:
    """The query with an equality for each filter that has a value; a name not ``allowed`` is ``BadQuery``."""
    for name, value in filters.items():
        if name not in allowed:
            raise BadQuery(f"filter {name!r}", f"wanted one of {', '.join(allowed)}")
        if value is not None:
            query = query.where(columns[name] == value)
    return query
