"""The case queue: filters, orders and one case with everything that was done to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, tuple_

from ledger.account_filters import ACCOUNT_FILTERS, of_case
from ledger.desk_schema import CASE_EVENTS
from ledger.errors import BadQuery
from ledger.pages import Page, page_of, position_in
from ledger.queries import payloads
from ledger.rows import Row
from ledger.schema import ALERTS, CASES, ENTRIES

_EQUAL = ("status", "stage", "outcome", "subject_id", "account_id", "assignee", "sample", "appeal", "blind")
_TOLD_BY_GRADE = ("grade", "sample", "disagreement", "overdue")  # each would give a hidden grade away
_APART = 2  # grades between the rules and the grade given that make a disagreement
CASE_FILTERS = (
    *_EQUAL,
    *("grade", "rule_id", "exchange", *ACCOUNT_FILTERS, "opened_before"),
    *("snoozed", "overdue", "disagreement", "restricted", "known_strategy", "unassigned"),
)
SORTS = ("grade", "due", "oldest", "newest")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks and when: ``sees_blind`` whether hidden grades are shown to them, ``now`` an instant text."""

    sees_blind: bool = True
    now: str = ""


def cases_page(
    connection: Connection, filters: Mapping[str, Any], cursor: str | None, limit: int, sort: str, viewer: Viewer
) -> Page:
    """Cases in one of ``SORTS``: worst grade first, first due first (those that are), oldest or newest first."""
    if sort not in SORTS:
        raise BadQuery(f"sort {sort!r}", f"wanted one of {', '.join(SORTS)}")
    query = select(CASES)
    for name, value in filters.items():
        if name not in CASE_FILTERS:
            raise BadQuery(f"filter {name!r}", f"wanted one of {', '.join(CASE_FILTERS)}")
        if value is not None:
            query = query.where(_condition(name, value, viewer))
    hides = sort == "due" or any(filters.get(name) is not None for name in _TOLD_BY_GRADE)
    if hides and not viewer.sees_blind:
        query = query.where(or_(CASES.c.blind.is_(False), CASES.c.status == "closed"))
    if sort == "due":
        query = query.where(CASES.c.due_at.is_not(None))
    columns, kinds = _order(sort, viewer)
    if cursor is not None:
        position = position_in(cursor, *kinds)
        place = tuple_(*columns)
        query = query.where(place < tuple_(*position) if sort == "newest" else place > tuple_(*position))
    order = [column.desc() for column in columns] if sort == "newest" else columns
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).mappings().all()
    return page_of([dict(row) for row in rows], limit, lambda row: [row[column.name] for column in columns])


def _order(sort: str, viewer: Viewer) -> tuple[list[Any], list[type]]:
    if sort == "grade":
        return [CASES.c.rank if viewer.sees_blind else CASES.c.shown_rank, CASES.c.seq], [int, int]
    if sort == "due":
        return [CASES.c.due_at, CASES.c.seq], [str, int]
    return [CASES.c.seq], [int]


def _condition(name: str, value: Any, viewer: Viewer) -> ColumnElement[bool]:
    if name in _EQUAL:
        equal: ColumnElement[bool] = CASES.c[name] == value
        return equal
    if name in ("rule_id", "exchange"):
        joined = and_(ALERTS.c.case_id == CASES.c.case_id, ALERTS.c[name] == value)
        return exists(select(ALERTS.c.alert_id).where(joined))
    if name in ACCOUNT_FILTERS:
        return of_case(name, value)
    if name == "snoozed":
        sleeps = and_(CASES.c.snoozed_until.is_not(None), CASES.c.snoozed_until > viewer.now)
        return sleeps if value else ~sleeps
    if name == "overdue":
        late = and_(CASES.c.due_at.is_not(None), CASES.c.due_at <= viewer.now, CASES.c.status == "open")
        return late if value else ~late
    return _UNEQUAL[name](value)


_UNEQUAL: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "grade": lambda value: CASES.c.rank == value,
    "opened_before": lambda value: CASES.c.opened_at <= value,
    "disagreement": lambda value: (
        func.coalesce(CASES.c.disagreement, 0) >= _APART if value else func.coalesce(CASES.c.disagreement, 0) < _APART
    ),
    "restricted": lambda value: _there(CASES.c.restriction_id, value),
    "known_strategy": lambda value: _there(CASES.c.strategy_id, value),
    "unassigned": lambda value: _there(CASES.c.assignee, not value),
}


def _there(column: ColumnElement[Any], wanted: bool) -> ColumnElement[bool]:
    return column.is_not(None) if wanted else column.is_(None)


def case(connection: Connection, case_id: str | None) -> Row | None:
    """One case with the payloads of its disposition and proposal, ``None`` where it has none; ``None``: no such case.

    A case that imports closed has an outcome and no disposition.
    """
    row = connection.execute(select(CASES).where(CASES.c.case_id == case_id)).mappings().first()
    if row is None:
        return None
    seqs = [seq for seq in (row["closing_seq"], row["proposal_seq"]) if seq is not None]
    found = payloads(connection, seqs) if seqs else {}
    disposition = found.get(row["closing_seq"]) if row["stage"] == "completed" else None
    return {**row, "disposition": disposition, "proposal": found.get(row["proposal_seq"])}


def history(connection: Connection, case_id: str) -> list[Row]:
    """Entries that speak of the case, its alerts and their grades, in order; a score's payload is its grade alone."""
    of_case = select(CASE_EVENTS.c.seq).where(CASE_EVENTS.c.case_id == case_id)
    alerts = select(ALERTS.c.seq).where(ALERTS.c.case_id == case_id)
    scores = select(ALERTS.c.score_seq).where(ALERTS.c.case_id == case_id, ALERTS.c.score_seq.is_not(None))
    query = select(ENTRIES.c.seq, ENTRIES.c.kind, ENTRIES.c.recorded_at, ENTRIES.c.payload)
    query = query.where(ENTRIES.c.seq.in_(of_case.union_all(alerts, scores))).order_by(ENTRIES.c.seq)
    return [_told(dict(row)) for row in connection.execute(query).mappings()]


def _told(row: Row) -> Row:
    payload = json.loads(row["payload"])
    if row["kind"] == "score":
        answer = payload["answer"]
        payload = {name: answer.get(name) for name in ("score_id", "alert_id", "grade", "degraded")}
    return row | {"by": payload.get("by") or payload.get("decided_by"), "payload": payload}
