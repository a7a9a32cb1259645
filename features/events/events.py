"""The loaded raw events: typed tables, what was quarantined, and the calendar and groups derived from them."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import ibis

from alertgrade.errors import AlertError
from features.events import calendar, groups
from features.events.day_hashes import DayHashes, day_hashes
from features.events.schema import TABLES
from features.events.sources import Source, digest_of
from features.events.stage import Staged, add_rows
from features.events.summary import EventsSummary, Reason, TableSummary, reasons_of, summarize, tables_of
from features.events.workspace import Workspace

_WHERE_FROM = {"alerts": "run `alertgrade rules` first", "dispositions": "name a CSV or parquet of that raw table"}


class Events:
    """Raw tables in one DuckDB session (UTC); made by ``load_events``, closed by ``close`` or a ``with`` block."""

    def __init__(self, workspace: Workspace, staged: dict[str, Staged], ignored: tuple[str, ...], digest: str) -> None:
        self._workspace = workspace
        self.backend: Any = workspace.backend
        self.digest = digest
        self._staged = staged
        self._ignored = ignored
        groups.create_memberships(self.backend.con)
        calendar.create_trading_days(self.backend.con, tuple(staged))

    @property
    def part(self) -> str:
        """What sets names made of these events apart from those of other cuts of the same session; the whole has ""."""
        return ""

    def table(self, name: str) -> ibis.Table:
        """Give a raw table, typed as the contract says; without rows where it was not given."""
        if name not in TABLES:
            raise KeyError(f"{name!r} is no raw table; the raw tables are {', '.join(TABLES)}")
        return self.backend.table(name)

    def has(self, name: str) -> bool:
        """Say whether the table was given (it may still be without rows)."""
        if name not in TABLES:
            raise KeyError(f"{name!r} is no raw table; the raw tables are {', '.join(TABLES)}")
        return name in self._staged

    def has_column(self, name: str, column: str) -> bool:
        """Say whether the table was given with the column (its values may still all be null)."""
        return self.has(name) and column not in self._staged[name].absent

    def day_hashes(self, name: str) -> DayHashes:
        """Give the rows of a table with trading days and the sum of their hashes, by day."""
        seen = self._staged[name].days if self.has(name) else None
        return day_hashes(self.backend.con, TABLES[name]) if seen is None else seen

    @property
    def quarantine(self) -> ibis.Table:
        """Rows that break the contract: table, source, line (of a CSV; row number of a parquet file), reason, row."""
        return self.backend.table("quarantine")

    @property
    def tables_read(self) -> tuple[TableSummary, ...]:
        """What was read, kept and set aside of each given table: of ``summary`` what takes no time."""
        return tables_of(self._staged)

    @property
    def set_aside(self) -> tuple[Reason, ...]:
        """Why rows were set aside, most rows first: of ``summary`` what looks at no other rows."""
        return reasons_of(self.backend.con)

    @property
    def not_given(self) -> tuple[str, ...]:
        """Raw tables that the folder does not hold, in the order of the contract."""
        return tuple(name for name in TABLES if name not in self._staged)

    @cached_property
    def summary(self) -> EventsSummary:
        """What was read, kept and set aside, and what does not fit together between the tables."""
        with self._workspace.bounded():
            return summarize(self.backend.con, self._staged, self._ignored)

    def bounded(self) -> AbstractContextManager[None]:
        """Hold the session to a bounded memory where there is much data; what does not fit goes to disk."""
        return self._workspace.bounded()

    def trading_days(self) -> ibis.Table:
        """trading_day, day_no (from 0): the distinct trading days of all given tables, in order."""
        return self.backend.table("trading_days")

    def memberships(self) -> ibis.Table:
        """account_id, group_id, valid_from, valid_to: declared groups, one group an account and day at most."""
        return self.backend.table("memberships")

    def add_alerts(self, file: Path) -> None:
        """Take the rows of an alerts file (as `alertgrade rules` writes it) as past alerts.

        Of an alert_id that the table has already, the row of the table stays.
        Rows that break the contract join ``quarantine``. Raises ``AlertError`` as ``load_events`` does.
        """
        self._add("alerts", file)

    def add_dispositions(self, file: Path) -> None:
        """Take the rows of a file with the columns of ``dispositions``; as for alerts, a row that is there stays."""
        self._add("dispositions", file)

    def _add(self, name: str, file: Path) -> None:
        if not file.is_file() or file.stat().st_size == 0:
            raise AlertError(
                f"{file} is no file, or has 0 bytes",
                f"wanted the {name} file",
                _WHERE_FROM[name],
            )
        source = Source(TABLES[name], file.parent, (file,))
        more = add_rows(self.backend.con, source, b"", identity="alert_id")
        self._staged[name] = self._staged[name] + more if name in self._staged else more
        self.digest = hashlib.sha256(f"{self.digest} {digest_of({name: source})}".encode()).hexdigest()
        self.__dict__.pop("summary", None)  # counted again when asked for

    def close(self) -> None:
        """Close the session; tables that were not in a database file of the user's are gone."""
        self._workspace.close()

    def __enter__(self) -> Events:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
