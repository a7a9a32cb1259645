"""One file that stands for itself, with the columns of a raw table: its rows, and those that break the contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from features.events.schema import TABLES
from features.events.sources import Source
from features.events.stage import create_quarantine, stage
from features.events.workspace import Workspace, size_as_text


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that breaks the contract: file, line, why, and the row as it stood."""

    source: str
    line: int | None
    reason: str
    row: str


def read_file(file: Path, table: str) -> tuple[list[dict[str, Any]], list[Broken]]:
    """Rows of a CSV or parquet file with the columns of a raw table, instants in UTC, and the broken ones by line.

    Exact duplicates are dropped. Raises ``AlertError`` where the file is missing, cannot be read or lacks a column.
    """
    if not file.is_file() or file.stat().st_size == 0:
        raise AlertError(f"{file} is no file, or has 0 bytes", f"wanted the columns of the raw table {table}")
    workspace = Workspace(None, size_as_text([file]))
    try:
        connection = workspace.backend.con
        with workspace.bounded():
            create_quarantine(connection)
            stage(connection, Source(TABLES[table], file.parent, (file,)), b"")
            broken = connection.execute('SELECT source, line, reason, "row" FROM quarantine ORDER BY line').fetchall()
            rows = connection.table(table).to_arrow_table().to_pylist()
    finally:
        workspace.close()
    return [_utc(row) for row in rows], [Broken(*one) for one in broken]


def _utc(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for k, v in row.items()}
