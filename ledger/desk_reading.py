"""Reading the desk's side of the ledger: a case's history, the registers, the overview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, or_, select

from ledger import case_queries
from ledger.database import Database
from ledger.desk_schema import NOTICES, RESTRICTIONS, STRATEGIES
from ledger.errors import BadQuery, NotInLedger
from ledger.overview import overview
from ledger.pages import Page, page_of, position_in
from ledger.rows import Row
from ledger.schema import ALERTS, CASES

_AT_ONCE = 500  # names in one statement
_REGISTERS: dict[str, tuple[Table, tuple[str, ...]]] = {
    "restrictions": (RESTRICTIONS, ("subject_type", "subject_id", "case_id")),
    "notices": (NOTICES, ("subject_id", "exchange", "rule_id")),
    "strategies": (STRATEGIES, ("account_id", "rule_id", "status")),
}


class DeskReader:
    """Every method raises ``LedgerUnavailable`` when the store cannot answer."""

    _database: Database

    def case_history(self, case_id: str) -> list[Row]:
        """Entries that speak of a case, oldest first; ``NotInLedger`` where there is no such case."""
        with self._database.read() as connection:
            if connection.execute(select(CASES.c.seq).where(CASES.c.case_id == case_id)).first() is None:
                raise NotInLedger(f"no case {case_id!r}")
            return case_queries.history(connection, case_id)

    def hidden_cases(self, case_ids: set[str]) -> set[str]:
        """Which of these cases are blind and not decided: their grade is not for everybody."""
        query = select(CASES.c.case_id).where(CASES.c.case_id.in_(sorted(case_ids)))
        query = query.where(CASES.c.blind.is_(True), CASES.c.status == "open")
        with self._database.read() as connection:
            return set(connection.execute(query).scalars()) if case_ids else set()

    def hidden_among(self, names: set[str]) -> set[str]:
        """Which of these names are alerts, cases or accounts of cases that are blind and not decided."""
        columns = (ALERTS.c.alert_id, ALERTS.c.case_id, ALERTS.c.account_id)
        query = select(*columns).join_from(ALERTS, CASES, ALERTS.c.case_id == CASES.c.case_id)
        query = query.where(CASES.c.blind.is_(True), CASES.c.status == "open")
        wanted, found = sorted(names), set()
        with self._database.read() as connection:
            for first in range(0, len(wanted), _AT_ONCE):
                some = wanted[first : first + _AT_ONCE]
                for row in connection.execute(query.where(or_(*(column.in_(some) for column in columns)))):
                    found |= names.intersection(row)
        return found

    def register(
        self, name: str, filters: Mapping[str, Any], cursor: str | None = None, limit: int = 100, day: str | None = None
    ) -> Page:
        """A register, newest first; ``day`` keeps restrictions in force on it, or strategies that are."""
        table, allowed = _REGISTERS[name]
        query = select(table).order_by(table.c.seq.desc()).limit(limit + 1)
        for column, value in filters.items():
            if column not in allowed:
                raise BadQuery(f"filter {column!r}", f"wanted one of {', '.join(allowed)}")
            if value is not None:
                query = query.where(table.c[column] == value)
        if cursor is not None:
            query = query.where(table.c.seq < position_in(cursor, int)[0])
        if day is not None and table is RESTRICTIONS:
            query = query.where(table.c["from"] <= day, table.c.until >= day, table.c.lifted_at.is_(None))
        elif day is not None and table is STRATEGIES:
            query = query.where(table.c.until >= day, table.c.status == "approved")
        with self._database.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return page_of(rows, limit, lambda row: [row["seq"]])

    def register_row(self, name: str, key: str | None) -> Row | None:
        """One row of a register; ``None`` where there is none."""
        table = _REGISTERS[name][0]
        query = select(table).where(next(iter(table.primary_key.columns)) == key)
        with self._database.read() as connection:
            row = None if key is None else connection.execute(query).mappings().first()
        return None if row is None else dict(row)

    def overview(self, now: datetime, today: date, *, sees_blind: bool = True) -> dict[str, Any]:
        """The desk at a glance; ``ledger.overview.overview``."""
        with self._database.read() as connection:
            return overview(connection, now, today, sees_blind)

    def score_is_hidden(self, score_id: str) -> bool:
        """Whether a score's case is blind and not decided."""
        query = select(CASES.c.blind).join_from(ALERTS, CASES, ALERTS.c.case_id == CASES.c.case_id)
        query = query.where(ALERTS.c.score_id == score_id, CASES.c.status == "open")
        with self._database.read() as connection:
            return bool(connection.execute(query).scalar())
