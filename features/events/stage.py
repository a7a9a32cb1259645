"""One table from its files into the engine: typed rows kept, broken rows quarantined, exact duplicates dropped."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb

from alertgrade.errors import AlertError
from features.events.csv_lines import FAULT, TEXT, CsvStream
from features.events.day_hashes import DayHashes
from features.events.duplicates import drop_duplicates
from features.events.in_place import read_in_place
from features.events.pseudonym import IDENTITY_COLUMNS
from features.events.pseudonym_sql import pseudonymised
from features.events.row_check import MARKS, ORIGIN, checked_rows
from features.events.schema import Table
from features.events.sources import Source
from features.events.sql import ident, literal, path
from features.events.text_lines import UNREADABLE, Progress


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of one table's rows."""

    read: int
    kept: int
    quarantined: int
    duplicates: int
    extra_columns: tuple[str, ...]
    trimmed: int = 0
    """kept rows with blanks around a value, which were taken off"""
    rounded: int = 0
    """kept rows with more decimals in a price or an amount than the contract holds, which were rounded"""
    encoding: str | None = None
    """of a CSV: UTF-8 or GB18030"""
    days: DayHashes | None = None
    """what the rows of each day are, where loading saw it"""
    absent: tuple[str, ...] = ()
    """columns that may be missing altogether, and are"""

    def __add__(self, other: Staged) -> Staged:
        """Both counts together."""
        return Staged(
            self.read + other.read,
            self.kept + other.kept,
            self.quarantined + other.quarantined,
            self.duplicates + other.duplicates,
            tuple(sorted({*self.extra_columns, *other.extra_columns})),
            self.trimmed + other.trimmed,
            self.rounded + other.rounded,
            other.encoding or self.encoding,
            absent=tuple(sorted({*self.absent} & {*other.absent})),
        )


def create_empty(connection: Any, table: Table) -> None:
    """Create (or replace) the table without rows, in contract order and types."""
    columns = ", ".join(f"{ident(column.name)} {column.kind.value}" for column in table.columns)
    connection.execute(f"CREATE OR REPLACE TABLE {ident(table.name)} ({columns})")


def create_quarantine(connection: Any) -> None:
    """Create (or replace) the table of rows that break the contract."""
    columns = '"table" VARCHAR, source VARCHAR, line BIGINT, reason VARCHAR, "row" VARCHAR'
    connection.execute(f"CREATE OR REPLACE TABLE quarantine ({columns})")


def stage(
    connection: Any, source: Source, key: bytes, progress: Progress | None = None, *, copied: bool = True
) -> Staged:
    """Load one table; raises ``AlertError`` where a required column is missing or a file cannot be read at all.

    Where the rows need not be ``copied`` into the engine, large files that are good as they stand are read in place.
    """
    try:
        return _stage(connection, source, key, progress, copied=copied)
    except duckdb.OutOfMemoryException as error:
        seen = f"{source.name_of(source.files[0])} needs more than the memory and the scratch disk have"
        raise AlertError(seen, "wanted room in the folder of temporary files", "set TMPDIR to a larger disk") from error
    except (duckdb.IOException, duckdb.InvalidInputException, *UNREADABLE) as error:
        names = ", ".join(source.name_of(file) for file in source.files[:3])
        first_line = str(error).strip().splitlines()[0]
        seen = f"{names} cannot be read ({first_line})"
        raise AlertError(seen, "wanted whole CSV or parquet files", "write it again") from error


def add_rows(connection: Any, source: Source, key: bytes, identity: str) -> Staged:
    """Load more rows of a table that is there already; rows whose ``identity`` column it has are duplicates."""
    name = ident(source.table.name)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _before AS FROM {name}")
    try:
        staged = stage(connection, source, key)
    except AlertError:
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM _before")
        raise
    again = _count(connection, f"DELETE FROM {name} WHERE {identity} IN (SELECT {identity} FROM _before)")
    connection.execute(f"INSERT INTO {name} FROM _before")
    return replace(staged, kept=staged.kept - again, duplicates=staged.duplicates + again)


def _stage(connection: Any, source: Source, key: bytes, progress: Progress | None, *, copied: bool) -> Staged:
    if source.is_csv:
        stream = CsvStream(source.files[0], set(source.table.column_names), progress)
        types = dict.fromkeys((name for name in stream.header if name), "VARCHAR")
        _refuse_missing(source, types)
        with stream.registered(connection) as view:
            rows = f"SELECT * REPLACE ({_withheld(source)} AS {TEXT}), {_name(source)} AS _source FROM {view}"
            _create(connection, source, rows, types, key)
        return _counted(connection, source.table, types, stream.encoding)
    rows = _parquet(source)
    types = {str(column): str(kind) for column, kind, *_ in connection.execute(f"DESCRIBE {rows}").fetchall()}
    _refuse_missing(source, types)
    days = None if copied else read_in_place(connection, source, types)
    if days is not None:
        whole = sum(count for count, _ in days.values())
        return Staged(whole, whole, 0, 0, _extra(source.table, types), days=days, absent=_absent(source.table, types))
    _create(connection, source, rows, types, key)
    return _counted(connection, source.table, types, None)


def _create(connection: Any, source: Source, rows: str, types: dict[str, str], key: bytes) -> None:
    with pseudonymised(connection, source.table, rows, types, key) as (safe, safe_types):
        checked = checked_rows(source, safe, safe_types)
        connection.execute(f"CREATE OR REPLACE TABLE {ident(source.table.name)} AS {checked}")


def _counted(connection: Any, table: Table, types: dict[str, str], encoding: str | None) -> Staged:
    """Move broken rows to the quarantine, drop duplicates, and count."""
    name = ident(table.name)
    whole, trimmed, rounded = connection.execute(
        f"SELECT count(*), count(*) FILTER (_trimmed), count(*) FILTER (_rounded) FROM {name}"
    ).fetchall()[0]
    connection.execute(
        f"INSERT INTO quarantine SELECT {literal(table.name)}, _source, _line, _reason, _row "
        f"FROM {name} WHERE _reason IS NOT NULL"
    )
    broken = _count(connection, f"DELETE FROM {name} WHERE _reason IS NOT NULL")
    for mark in MARKS:
        connection.execute(f"ALTER TABLE {name} DROP COLUMN {mark}")
    duplicates = drop_duplicates(connection, table)
    kept = whole - broken - duplicates
    extra, absent = _extra(table, types), _absent(table, types)
    return Staged(whole, kept, broken, duplicates, extra, trimmed, rounded, encoding, absent=absent)


def _extra(table: Table, types: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(column for column in types if column not in (*table.column_names, *ORIGIN)))


def _absent(table: Table, types: dict[str, str]) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.nullable and column.name not in types)


def _name(source: Source) -> str:
    return literal(source.name_of(source.files[0]))


def _withheld(source: Source) -> str:
    """The text of a line that is no row, unless it may hold a name or a bank account."""
    if any(owner == source.table.name for owner, _ in IDENTITY_COLUMNS):
        return f"CASE WHEN {FAULT} IS NOT NULL THEN '(withheld: the line may name a person)' END"
    return TEXT


def _parquet(source: Source) -> str:
    files = ", ".join(path(file) for file in source.files)
    skip = len(str(source.folder)) + 2  # 1-based, and the slash
    return (
        f"SELECT * EXCLUDE (filename, file_row_number), substr(filename, {skip}) AS _source, "
        "file_row_number + 1 AS _line, true AS _spaced, "
        "CAST(NULL AS VARCHAR) AS _fault, CAST(NULL AS VARCHAR) AS _text "
        f"FROM read_parquet([{files}], union_by_name=true, filename=true, "
        "file_row_number=true, hive_partitioning=false)"
    )


def _refuse_missing(source: Source, types: dict[str, str]) -> None:
    given = set(types) | ({"trading_day"} if source.partitioned else set())
    missing = [column.name for column in source.table.columns if not column.nullable and column.name not in given]
    if missing:
        raise AlertError(
            f"{source.name_of(source.files[0])} has no column {', '.join(map(repr, missing))} "
            f"(it has {', '.join(name for name in types if name not in ORIGIN)})",
            f"wanted the columns {', '.join(source.table.column_names)}",
            "add the column, or convert the file with `alertgrade import mapping`",
        )


def _count(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
