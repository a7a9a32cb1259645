"""The desk at a glance: open cases by grade, stage, age and person, and today against the usual."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, Table, case, func, select

from ledger.chain import instant_text
from ledger.rows import Row
from ledger.schema import ALERTS, CASES

_AGES = ((4, "4h"), (24, "24h"), (72, "72h"), (168, "7d"))  # an age up to and including so many hours
_OLDER = "older"
_USUAL_DAYS = 20
_LOOK_BACK = timedelta(days=60)  # holds twenty trading days whatever the holidays


def overview(connection: Connection, now: datetime, today: date, sees_blind: bool) -> dict[str, Any]:
    """Counts at ``now``; ``today`` is the trading day that counts as such.

    Grades are those in force: 9 for none, 0 for one that is hidden from this viewer, whose time counts as not over.

    ``latest`` is the newest day before today that had an alert, however long ago, with its counts; null: none had.
    ``usual`` is the median of the last 20 days that had an alert; null where none had.
    """
    open_only = CASES.c.status == "open"
    rank = CASES.c.rank if sees_blind else CASES.c.shown_rank
    by_stage = select(rank.label("grade"), CASES.c.stage, func.count().label("count")).where(open_only)
    by_stage = by_stage.group_by(rank, CASES.c.stage).order_by(rank, CASES.c.stage)
    by_assignee = select(CASES.c.assignee, func.count().label("count")).where(open_only)
    by_assignee = by_assignee.group_by(CASES.c.assignee).order_by(func.count().desc(), CASES.c.assignee)
    day, before = today.isoformat(), (today - _LOOK_BACK).isoformat()
    oldest, late = select(func.min(CASES.c.opened_at)).where(open_only), select(func.count()).select_from(CASES)
    late = late.where(open_only, CASES.c.due_at <= instant_text(now))
    late = late if sees_blind else late.where(CASES.c.blind.is_(False))  # its time would tell its grade
    degraded = select(func.count()).select_from(ALERTS).where(ALERTS.c.trading_day == day, ALERTS.c.degraded.is_(True))
    alerts, cases = _by_day(connection, ALERTS, before, day), _by_day(connection, CASES, before, day)
    return {
        "by_grade_stage": [dict(row) for row in connection.execute(by_stage).mappings()],
        "by_age": _by_age(connection, now),
        "by_assignee": [dict(row) for row in connection.execute(by_assignee).mappings()],
        "today": {"day": day, "alerts": alerts.pop(day, 0), "cases": cases.pop(day, 0)},
        "latest": _latest(connection, day),
        "usual": {"alerts": _usual(alerts), "cases": _usual(cases)},
        "degraded_today": connection.execute(degraded).scalar_one(),
        "oldest_open_at": connection.execute(oldest).scalar(),
        "overdue": connection.execute(late).scalar_one(),
    }


def _by_age(connection: Connection, now: datetime) -> list[Row]:
    bounds = [(CASES.c.opened_at >= instant_text(now - timedelta(hours=hours)), name) for hours, name in _AGES]
    age = case(*bounds, else_=_OLDER).label("age")
    found = select(age, func.count().label("count")).where(CASES.c.status == "open").group_by(age)
    counts = {row[0]: row[1] for row in connection.execute(found)}
    return [{"age": name, "count": counts.get(name, 0)} for name in (*(name for _, name in _AGES), _OLDER)]


def _by_day(connection: Connection, table: Table, first: str, last: str) -> dict[str, int]:
    """How many alerts were raised, or cases opened, on each trading day in ``[first, last]`` that had any."""
    day = table.c.trading_day if table is ALERTS else table.c.first_day
    query = select(day, func.count()).where(day >= first, day <= last).group_by(day).order_by(day)
    return {row[0]: row[1] for row in connection.execute(query)}


def _latest(connection: Connection, today: str) -> Row | None:
    day = connection.execute(select(func.max(ALERTS.c.trading_day)).where(ALERTS.c.trading_day < today)).scalar()
    if day is None:
        return None
    alerts, cases = (_by_day(connection, table, day, day).get(day, 0) for table in (ALERTS, CASES))
    return {"day": day, "alerts": alerts, "cases": cases}


def _usual(by_day: dict[str, int]) -> float | None:
    latest = [by_day[day] for day in sorted(by_day)[-_USUAL_DAYS:]]
    return float(median(latest)) if latest else None
