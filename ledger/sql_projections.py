"""The projections in the database, as a unit of work: rows are read once and written once a transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table, Update, bindparam, select, update

from ledger.rows import Row
from ledger.schema import ALERTS, CASES, KEYS, PROJECTIONS
from ledger.statements import Statement


def _key(table: Table) -> str:
    return str(next(iter(table.primary_key.columns)).name)


def _by_key(table: Table) -> Select[Any]:
    return select(table).where(table.c[_key(table)] == bindparam("wanted"))


def _replace(table: Table) -> Update:
    return update(table).where(table.c[_key(table)] == bindparam("wanted"))


# Built once: building these for every alert costs as much as running them.
_GET = {table: Statement(_by_key(table)) for table in PROJECTIONS}
_REPLACE = {table: Statement(_replace(table), [c.name for c in table.columns]) for table in PROJECTIONS}
_INSERT = {table: Statement(table.insert(), [c.name for c in table.columns]) for table in PROJECTIONS}
_KEY = {table: _key(table) for table in PROJECTIONS}
_NAMED = {table.name: table for table in PROJECTIONS}
_ALERTS_OF_CASE = Statement(select(ALERTS).where(ALERTS.c.case_id == bindparam("wanted")))
_OPEN_CASES_OF = Statement(select(CASES).where(CASES.c.subject_id == bindparam("wanted"), CASES.c.status == "open"))


class SqlProjections:
    """``ledger.projection.Projections`` over one open transaction; ``flush`` writes what changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[tuple[str, str | int], Row] = {}
        self._stored: set[tuple[str, str | int]] = set()
        self._changed: dict[tuple[str, str | int], Table] = {}
        self._members: dict[str, dict[str, None]] = {}  # of a case: its alerts seen so far, in order
        self._subjects: set[str] = set()  # whose open cases are read

    def alert(self, alert_id: str) -> Row | None:
        """The row of one alert."""
        return self._get(ALERTS, alert_id)

    def case(self, case_id: str) -> Row | None:
        """The row of one case."""
        return self._get(CASES, case_id)

    def key(self, key_id: str) -> Row | None:
        """The row of one API key."""
        return self._get(KEYS, key_id)

    def alerts_of(self, case_id: str) -> list[Row]:
        """The rows of a case's alerts, those of this transaction included."""
        self._load(ALERTS, _ALERTS_OF_CASE, case_id)
        return [self._rows[ALERTS.name, alert_id] for alert_id in self._members.get(case_id, ())]

    def open_cases_of(self, subject_type: str, subject_id: str) -> list[Row]:
        """The subject's open cases; an account and a cluster may share an id."""
        if subject_id not in self._subjects:
            self._load(CASES, _OPEN_CASES_OF, subject_id)
            self._subjects.add(subject_id)
        cases = [row for (name, _), row in self._rows.items() if name == CASES.name and row]
        subject = subject_type, subject_id, "open"
        return [row for row in cases if (row["subject_type"], row["subject_id"], row["status"]) == subject]

    def put_alert(self, row: Row) -> None:
        """Insert or replace."""
        self._put(ALERTS, row)

    def put_case(self, row: Row) -> None:
        """Insert or replace."""
        self._put(CASES, row)

    def put_key(self, row: Row) -> None:
        """Insert or replace."""
        self._put(KEYS, row)

    def row(self, table: str, key: str | int) -> Row | None:
        """The row of a desk table with this primary key."""
        return self._get(_NAMED[table], key)

    def put_row(self, table: str, key: str | int, row: Row) -> None:
        """Insert or replace; an integer key is an entry's number, which is new with its entry."""
        if isinstance(key, int):
            self._rows.setdefault((table, key), {})
        self._put(_NAMED[table], row)

    def absent_alert(self, alert_id: str) -> None:
        """Spare the look-up of an alert that is known to be new."""
        self._rows.setdefault((ALERTS.name, alert_id), {})

    def flush(self) -> None:
        """Write the changed rows: new ones in one statement a table, known ones in another."""
        fresh: dict[Table, list[Row]] = {}
        known: dict[Table, list[Row]] = {}
        for address, table in self._changed.items():
            row = self._rows[address]
            if address in self._stored:
                known.setdefault(table, []).append({**row, "wanted": row[_KEY[table]]})
            else:
                fresh.setdefault(table, []).append(row)
                self._stored.add(address)
        for table, rows in known.items():
            _REPLACE[table].run(self._connection, rows)
        for table, rows in fresh.items():
            _INSERT[table].run(self._connection, rows)
        self._changed.clear()

    def _get(self, table: Table, key: str | int) -> Row | None:
        address = (table.name, key)
        if address not in self._rows:
            found = _GET[table].mappings(self._connection, {"wanted": key})
            self._remember(table, found[0] if found else {}, key)
        return self._rows[address] or None

    def _load(self, table: Table, query: Statement, value: str) -> None:
        for found in query.mappings(self._connection, {"wanted": value}):
            if (table.name, found[_KEY[table]]) not in self._rows:
                self._remember(table, found, found[_KEY[table]])

    def _remember(self, table: Table, row: Row, key: str | int) -> None:
        self._rows[table.name, key] = row
        self._count_in(table, row)
        if row:
            self._stored.add((table.name, key))

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        address = (table.name, row[_KEY[table]])
        if address not in self._rows:
            self._get(table, row[_KEY[table]])
        self._rows[address] = row
        self._count_in(table, row)
        self._changed[address] = table

    def _count_in(self, table: Table, row: Row) -> None:
        if table is ALERTS and row.get("case_id") is not None:
            self._members.setdefault(row["case_id"], {})[row["alert_id"]] = None
