"""What a load read, kept and set aside, and what does not fit together between the tables."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from features.events import groups
from features.events.schema import TABLES
from features.events.sql import ident
from features.events.stage import Staged


@dataclass(frozen=True, slots=True)
class TableSummary:
    """Rows of one given table: ``read = kept + quarantined + duplicates``.

    ``trimmed`` rows had blanks around a value, ``rounded`` ones more decimals than the contract holds; both are counted
    before duplicates are dropped. ``encoding`` is that of a CSV.
    """

    table: str
    read: int
    kept: int
    quarantined: int
    duplicates: int
    extra_columns: tuple[str, ...]
    trimmed: int = 0
    rounded: int = 0
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class GroupOverlap:
    """An account in two declared groups at once; ``group_id`` has it in ``[valid_from, valid_to)``."""

    account_id: str
    group_id: str
    other_group_id: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class UnknownContract:
    """A contract without a ``contracts`` row valid on the day of ``rows`` rows of ``table``."""

    table: str
    exchange: str
    contract: str
    rows: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why ``rows`` rows of a table were quarantined, and where the first of them is (values seen left out)."""

    table: str
    reason: str
    rows: int
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class EventsSummary:
    """The whole load; gaps are counted and kept, because data may begin in mid-day."""

    tables: tuple[TableSummary, ...]
    ignored: tuple[str, ...]
    trades_without_accept: int
    cancels_without_accept: int
    overlaps: tuple[GroupOverlap, ...]
    unknown_contracts: tuple[UnknownContract, ...]
    reasons: tuple[Reason, ...]

    @property
    def quarantined(self) -> int:
        """Quarantined rows of all tables."""
        return sum(table.quarantined for table in self.tables)


_WITH_CONTRACT = ("orders", "trades", "contract_days", "position_limits", "positions")

# An id is the order's within its exchange and day; a GTC order keeps it on later days.
_NO_ACCEPT = """
SELECT count(*) FROM {rows} AS r
ANTI JOIN (SELECT exchange, trading_day, order_id FROM orders WHERE event = 'accepted') AS o
       ON o.exchange = r.exchange AND o.trading_day = r.trading_day AND o.order_id = r.order_id
ANTI JOIN (SELECT * FROM orders WHERE event = 'accepted' AND time_in_force = 'GTC') AS g
       ON g.exchange = r.exchange AND g.contract = r.contract AND g.account_id = r.account_id
      AND g.order_id = r.order_id AND g.trading_day < r.trading_day
"""


_REASONS = """
SELECT "table", regexp_replace(reason, ' is ''[^'']*''', ' is broken', 'g') AS kind, count(*) AS n,
       arg_min(source, (source, line)), arg_min(line, (source, line))
FROM quarantine GROUP BY 1, 2 ORDER BY n DESC, 1, 2
"""


def summarize(connection: Any, staged: dict[str, Staged], ignored: tuple[str, ...]) -> EventsSummary:
    """Count what the tables hold and what they miss; the rows themselves stay in the engine."""
    return EventsSummary(
        tables=tables_of(staged),
        ignored=ignored,
        trades_without_accept=_count(connection, _NO_ACCEPT.format(rows="trades")),
        cancels_without_accept=_count(
            connection, _NO_ACCEPT.format(rows="(SELECT * FROM orders WHERE event = 'cancelled')")
        ),
        overlaps=tuple(GroupOverlap(*row) for row in groups.overlaps(connection)),
        unknown_contracts=tuple(
            UnknownContract(name, *row)
            for name in _WITH_CONTRACT
            if name in staged
            for row in _unknown(connection, name)
        ),
        reasons=reasons_of(connection),
    )


def tables_of(staged: dict[str, Staged]) -> tuple[TableSummary, ...]:
    """The counts of every given table."""
    return tuple(
        TableSummary(
            name, s.read, s.kept, s.quarantined, s.duplicates, s.extra_columns, s.trimmed, s.rounded, s.encoding
        )
        for name, s in staged.items()
    )


def reasons_of(connection: Any) -> tuple[Reason, ...]:
    """Why rows were set aside, most rows first; empty where none was."""
    return tuple(Reason(*row) for row in connection.execute(_REASONS).fetchall())


def _unknown(connection: Any, name: str) -> list[tuple[Any, ...]]:
    day = "trading_day" if "trading_day" in TABLES[name].column_names else "valid_from"
    return list(
        connection.execute(
            f"SELECT exchange, contract, sum(n)::BIGINT FROM (SELECT exchange, contract, {day} AS day, count(*) AS n "
            f"FROM {ident(name)} GROUP BY ALL) AS r WHERE NOT EXISTS (SELECT 1 FROM contracts AS c "
            "WHERE c.exchange = r.exchange AND c.contract = r.contract AND c.valid_from <= r.day "
            "AND (c.valid_to IS NULL OR r.day < c.valid_to)) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    )


def _count(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
