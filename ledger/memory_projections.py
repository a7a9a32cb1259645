"""The projections in dictionaries: what ``verify`` folds the chain into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.projection import Row
from ledger.schema import ALERTS, CASES, KEYS, PROJECTIONS

KEY_OF: Mapping[str, str] = {table.name: str(next(iter(table.primary_key.columns)).name) for table in PROJECTIONS}


class MemoryProjections:
    """``ledger.projection.Projections`` in memory, starting from the rows of a ``checkpoint`` by table."""

    def __init__(self, checkpoint: Mapping[str, Sequence[Row]] | None = None) -> None:
        self._tables: dict[str, dict[str | int, Row]] = {table.name: {} for table in PROJECTIONS}
        self._members: dict[str, list[str]] = {}
        for table in PROJECTIONS:
            for row in (checkpoint or {}).get(table.name, ()):
                # a column younger than the checkpoint is empty in it
                whole = dict.fromkeys(column.name for column in table.columns) | row
                self.put_alert(whole) if table is ALERTS else self._put(table.name, whole)

    def rows(self, table: str) -> dict[str | int, Row]:
        """All rows of one projection by key."""
        return self._tables[table]

    def alert(self, alert_id: str) -> Row | None:
        """The row of one alert."""
        return self._tables[ALERTS.name].get(alert_id)

    def case(self, case_id: str) -> Row | None:
        """The row of one case."""
        return self._tables[CASES.name].get(case_id)

    def key(self, key_id: str) -> Row | None:
        """The row of one API key."""
        return self._tables[KEYS.name].get(key_id)

    def alerts_of(self, case_id: str) -> list[Row]:
        """The rows of a case's alerts."""
        alerts = self._tables[ALERTS.name]
        return [alerts[alert_id] for alert_id in self._members.get(case_id, ())]

    def put_alert(self, row: Row) -> None:
        """Insert or replace."""
        if row["alert_id"] not in self._tables[ALERTS.name] and row["case_id"] is not None:
            self._members.setdefault(row["case_id"], []).append(row["alert_id"])
        self._put(ALERTS.name, row)

    def put_case(self, row: Row) -> None:
        """Insert or replace."""
        self._put(CASES.name, row)

    def put_key(self, row: Row) -> None:
        """Insert or replace."""
        self._put(KEYS.name, row)

    def row(self, table: str, key: str | int) -> Row | None:
        """The row of a desk table with this primary key."""
        return self._tables[table].get(key)

    def put_row(self, table: str, key: str | int, row: Row) -> None:
        """Insert or replace."""
        self._tables[table][key] = row

    def _put(self, table: str, row: Row) -> None:
        self._tables[table][row[KEY_OF[table]]] = row
