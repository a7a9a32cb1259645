"""Which branch (营业部) an account was of on a day, by the file that ``alertgrade publish`` writes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

BranchOf = Callable[[str, date], str | None]
LONGEST = 200  # characters of a name
_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("branch", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("valid_to", pa.date32()),
    ]
)
_log = logging.getLogger("serving")


class Branches:
    """Kept in memory and read again when the file under ``folder`` is another one.

    No file, or one that cannot be read, makes every branch unknown, which the log says once: a grade does not need it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "branches.parquet"
        self._written: int | None = None
        self._rows: dict[str, list[tuple[str, date, date | None]]] = {}

    def of(self, account_id: str, day: date) -> str | None:
        """The branch valid on trading day ``day`` (from its first day on, before its last); ``None``: not known."""
        self._renew()
        for branch, first, end in self._rows.get(account_id, ()):
            if first <= day and (end is None or day < end):
                return branch
        return None

    def _renew(self) -> None:
        try:
            written = self._file.stat().st_mtime_ns
        except OSError:
            written = 0
        if written == self._written:
            return
        try:
            self._rows = _by_account(pq.read_table(self._file, columns=_SCHEMA.names))
        except Exception as error:  # whatever the file holds
            self._rows = {}
            _log.warning("alerts are recorded without their accounts' branches until alertgrade publish: %s", error)
        self._written = written


def _by_account(table: pa.Table) -> dict[str, list[tuple[str, date, date | None]]]:
    found: dict[str, list[tuple[str, date, date | None]]] = {}
    table = table.select(_SCHEMA.names).cast(_SCHEMA)  # refuses other types, and a null where there may be none
    columns = (column.to_pylist() for column in table.columns)
    for account_id, branch, first, end in zip(*columns, strict=True):
        found.setdefault(account_id, []).append((branch.replace("\x00", "")[:LONGEST], first, end))
    return found
