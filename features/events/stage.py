"""One table from its files into the engine: typed rows kept, broken rows quarantined, exact duplicates dropped."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb

from alertgrade.errors import AlertError
from features.events import casts
from features.events.csv_lines import CsvRows, csv_rows
from features.events.pseudonym import IDENTITY_COLUMNS, pseudonyms
from features.events.row_check import MARKS, checked_rows
from features.events.schema import Table
from features.events.sources import Source
from features.events.sql import ident, literal, path


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of one table's rows."""

    read: int
    kept: int
    quarantined: int
    duplicates: int
    extra_columns: tuple[str, ...]

    def __add__(self, other: Staged) -> Staged:
        """Both counts together."""
        return Staged(
            self.read + other.read,
            self.kept + other.kept,
            self.quarantined + other.quarantined,
            self.duplicates + other.duplicates,
            tuple(sorted({*self.extra_columns, *other.extra_columns})),
        )


def create_empty(connection: Any, table: Table) -> None:
    """Create (or replace) the table without rows, in contract order and types."""
    columns = ", ".join(f"{ident(column.name)} {column.kind.value}" for column in table.columns)
    connection.execute(f"CREATE OR REPLACE TABLE {ident(table.name)} ({columns})")


def create_quarantine(connection: Any) -> None:
    """Create (or replace) the table of rows that break the contract."""
    columns = '"table" VARCHAR, source VARCHAR, line BIGINT, reason VARCHAR, "row" VARCHAR'
    connection.execute(f"CREATE OR REPLACE TABLE quarantine ({columns})")


def stage(connection: Any, source: Source, key: bytes) -> Staged:
    """Load one table; raises ``AlertError`` where a required column is missing or a file cannot be read at all."""
    try:
        return _stage(connection, source, key)
    except (duckdb.IOException, duckdb.InvalidInputException, OSError, EOFError) as error:
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


def _stage(connection: Any, source: Source, key: bytes) -> Staged:
    table, name = source.table, ident(source.table.name)
    rows, lines = _csv(connection, source) if source.is_csv else (_parquet(source), None)
    types = {str(column): str(kind) for column, kind, *_ in connection.execute(f"DESCRIBE {rows}").fetchall()}
    _refuse_missing(source, types)
    rows, types = _with_pseudonyms(connection, rows, types, table, key)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS {checked_rows(source, rows, types)}")
    for column in _identities(table, types):
        connection.execute(f"DROP TABLE {_codes(column)}")  # the one place where names stood in the clear
    whole = _count(connection, f"SELECT count(*) FROM {name}")
    connection.execute(
        f"INSERT INTO quarantine SELECT {literal(table.name)}, _source, _line, _reason, _row "
        f"FROM {name} WHERE _reason IS NOT NULL"
    )
    broken = _count(connection, f"DELETE FROM {name} WHERE _reason IS NOT NULL")
    for mark in MARKS:
        connection.execute(f"ALTER TABLE {name} DROP COLUMN {mark}")
    lost = _quarantine_lines(connection, source, lines.bad) if lines is not None and lines.records > whole else 0
    connection.execute("DROP TABLE IF EXISTS _lines")
    connection.execute("DROP TABLE IF EXISTS _spanning")
    duplicates = _drop_duplicates(connection, table)
    extra = tuple(sorted(column for column in types if column not in (*table.column_names, *MARKS)))
    return Staged(whole + lost, whole - broken - duplicates, broken + lost, duplicates, extra)


def _csv(connection: Any, source: Source) -> tuple[str, CsvRows]:
    file = source.files[0]
    lines = csv_rows(connection, file)
    return f"SELECT *, {literal(source.name_of(file))} AS _source FROM ({lines.good})", lines


def _parquet(source: Source) -> str:
    files = ", ".join(path(file) for file in source.files)
    skip = len(str(source.folder)) + 2  # 1-based, and the slash
    return (
        f"SELECT * EXCLUDE (filename, file_row_number), substr(filename, {skip}) AS _source, "
        f"file_row_number + 1 AS _line FROM read_parquet([{files}], union_by_name=true, filename=true, "
        "file_row_number=true, hive_partitioning=false)"
    )


def _refuse_missing(source: Source, types: dict[str, str]) -> None:
    given = set(types) | ({"trading_day"} if source.partitioned else set())
    missing = [column.name for column in source.table.columns if not column.nullable and column.name not in given]
    if missing:
        raise AlertError(
            f"{source.name_of(source.files[0])} has no column {', '.join(map(repr, missing))} "
            f"(it has {', '.join(name for name in types if name not in MARKS)})",
            f"wanted the columns {', '.join(source.table.column_names)}",
            "add the column, or convert the file with `alertgrade import mapping`",
        )


def _with_pseudonyms(
    connection: Any, rows: str, types: dict[str, str], table: Table, key: bytes
) -> tuple[str, dict[str, str]]:
    """Replace identity columns by pseudonyms before anything else sees them, the quarantine included."""
    for name in _identities(table, types):
        value = f"CAST({casts.raw(ident(name), types[name])} AS VARCHAR)"
        distinct = connection.execute(f"SELECT DISTINCT {value} AS value FROM ({rows}) WHERE {value} IS NOT NULL")
        values = [value for (value,) in distinct.fetchall()]
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {_codes(name)} (value VARCHAR, code VARCHAR)")
        if values:
            codes = pseudonyms(values, key, f"{table.name}.{name}")
            connection.execute(f"INSERT INTO {_codes(name)} SELECT unnest(?), unnest(?)", [values, codes])
        rows = (
            f"SELECT r.* REPLACE (c.code AS {ident(name)}) FROM ({rows}) AS r "
            f"LEFT JOIN {_codes(name)} AS c ON c.value = {value.replace(ident(name), 'r.' + ident(name))}"
        )
        types = {**types, name: "VARCHAR"}
    return rows, types


def _identities(table: Table, types: dict[str, str]) -> list[str]:
    return [name for owner, name in sorted(IDENTITY_COLUMNS) if owner == table.name and name in types]


def _codes(column: str) -> str:
    return ident(f"_codes {column}")


def _quarantine_lines(connection: Any, source: Source, unreadable: str) -> int:
    """Quarantine lines that are no rows; the text is withheld where it may hold a name or a bank account."""
    secret = any(owner == source.table.name for owner, _ in IDENTITY_COLUMNS)
    text = "'(withheld: the line may name a person)'" if secret else "_row"
    name = literal(source.name_of(source.files[0]))
    origin = f"{literal(source.table.name)}, {name}"
    return _count(connection, f"INSERT INTO quarantine SELECT {origin}, _line, _reason, {text} FROM ({unreadable})")


def _drop_duplicates(connection: Any, table: Table) -> int:
    """Keep the first of rows that are equal in every column; hashes find the few candidates, equality decides."""
    name, columns = ident(table.name), ", ".join(ident(column.name) for column in table.columns)
    twice = f"SELECT hash({columns}) AS h FROM {name} GROUP BY h HAVING count(*) > 1"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _twice AS {twice}")
    if not _count(connection, "SELECT count(*) FROM _twice"):
        return 0
    later = (
        f"SELECT rowid AS id, row_number() OVER (PARTITION BY {columns} ORDER BY rowid) AS nth "
        f"FROM {name} WHERE hash({columns}) IN (SELECT h FROM _twice)"
    )
    return _count(connection, f"DELETE FROM {name} WHERE rowid IN (SELECT id FROM ({later}) WHERE nth > 1)")


def _count(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
