"""The projections in dictionaries, wherever the tables are described; it imports no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.rows import Row

_ALERTS, _CASES, _KEYS = "alerts", "cases", "api_keys"


class Shape(NamedTuple):
    """A table's primary key, its columns, and which of these are neither integers nor text."""

    key: str
    columns: tuple[str, ...]
    others: tuple[str, ...]


class MemoryRows:
    """``ledger.projection.Projections`` in memory, of tables of these ``shapes``."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._shapes = shapes
        self._tables: dict[str, dict[str | int, Row]] = {name: {} for name in shapes}
        self._alerts, self._cases, self._keys = (self._tables[name] for name in (_ALERTS, _CASES, _KEYS))
        self._members: dict[str, list[str]] = {}

    def put_all(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Take over rows by table, as they are in a checkpoint: a column younger than it is empty."""
        for table, shape in self._shapes.items():
            for row in rows.get(table, ()):
                whole: Row = dict.fromkeys(shape.columns) | row
                self.put_alert(whole) if table == _ALERTS else self.put_row(table, whole[shape.key], whole)

    def rows(self, table: str) -> dict[str | int, Row]:
        """All rows of one projection by key."""
        return self._tables[table]

    def alert(self, alert_id: str) -> Row | None:
        """The row of one alert."""
        return self._alerts.get(alert_id)

    def case(self, case_id: str) -> Row | None:
        """The row of one case."""
        return self._cases.get(case_id)

    def key(self, key_id: str) -> Row | None:
        """The row of one API key."""
        return self._keys.get(key_id)

    def alerts_of(self, case_id: str) -> list[Row]:
        """The rows of a case's alerts."""
        return [self._alerts[alert_id] for alert_id in self._members.get(case_id, ())]

    def put_alert(self, row: Row) -> None:
        """Insert or replace."""
        alert_id, case_id = row["alert_id"], row["case_id"]
        if case_id is not None and alert_id not in self._alerts:
            self._members.setdefault(case_id, []).append(alert_id)
        self._alerts[alert_id] = row

    def put_case(self, row: Row) -> None:
        """Insert or replace."""
        self._cases[row["case_id"]] = row

    def put_key(self, row: Row) -> None:
        """Insert or replace."""
        self._keys[row["key_id"]] = row

    def row(self, table: str, key: str | int) -> Row | None:
        """The row of a desk table with this primary key."""
        return self._tables[table].get(key)

    def put_row(self, table: str, key: str | int, row: Row) -> None:
        """Insert or replace."""
        self._tables[table][key] = row
