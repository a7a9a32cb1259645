"""What a fold writes on: rows by their keys, wherever they are kept."""

from __future__ import annotations

from typing import Any, Protocol

Row = dict[str, Any]

OUTCOMES = ("no_action", "educated", "enhanced_review", "restricted", "referred")  # least severe first


class Projections(Protocol):
    """Where the fold keeps its rows: the database on append, memory in ``verify``."""

    def alert(self, alert_id: str) -> Row | None:
        """The row of one alert."""

    def case(self, case_id: str) -> Row | None:
        """The row of one case."""

    def key(self, key_id: str) -> Row | None:
        """The row of one API key."""

    def alerts_of(self, case_id: str) -> list[Row]:
        """The rows of a case's alerts."""

    def put_alert(self, row: Row) -> None:
        """Insert or replace."""

    def put_case(self, row: Row) -> None:
        """Insert or replace."""

    def put_key(self, row: Row) -> None:
        """Insert or replace."""

    def row(self, table: str, key: str | int) -> Row | None:
        """The row of a desk table (``ledger.desk_schema``) with this primary key."""

    def put_row(self, table: str, key: str | int, row: Row) -> None:
        """Insert or replace."""
