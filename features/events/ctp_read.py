"""One file of CTP records into the engine: whole records kept and typed, broken ones set aside with line and reason."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from features.events.csv_lines import FAULT, LINE, TEXT, CsvStream
from features.events.ctp_fields import Record
from features.events.row_check import LONGEST_VALUE_SHOWN
from features.events.sql import ident, literal

MESSAGE = "msg"  # number of a record: the lines of all files of its kind counted on


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition that a record has to meet, on raw and typed columns, the column it speaks of and what is wanted."""

    condition: str
    column: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of record becomes rows of ``table``: typed columns as SQL over ``raw(NAME)``, and the rules."""

    record: Record
    table: str
    columns: dict[str, str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class FileRead:
    """What became of one file."""

    name: str
    encoding: str
    records: int
    kept: int
    last: int
    """number of its last record, from which the next file's are counted on"""
    unknown_columns: tuple[str, ...]


def raw(column: str) -> str:
    """SQL name of a CTP column as it came, without blanks around it; null where it is empty or absent.

    >>> raw("OrderSysID")
    '"r OrderSysID"'
    """
    return ident(f"r {column}")


def create_table(db: Any, shape: Shape) -> None:
    """Create the table of a kind of record without rows."""
    nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {raw(name)}" for name in shape.record.read)
    none = _typed(shape, f"SELECT {nothing}, 0::BIGINT AS {MESSAGE}, NULL::VARCHAR AS {FAULT}, NULL::VARCHAR AS {TEXT}")
    db.execute(f"CREATE OR REPLACE TABLE {shape.table} AS SELECT * FROM ({none}) LIMIT 0")


def read_file(db: Any, shape: Shape, file: Path, before: int) -> FileRead:
    """Add the records of ``file`` (CSV, plain or gzip) to the table; broken ones go to ``quarantine``.

    Records are numbered ``before`` + line. Raises ``AlertError`` for a file that cannot be read or lacks a column.
    """
    table, record = shape.table, shape.record
    try:
        stream = CsvStream(file, set(record.read))
        _refuse_missing(record, file, stream.header)
        with stream.registered(db) as rows:
            db.execute(f"INSERT INTO {table} {_typed(shape, _raw(shape, stream, rows, before))}")
    except (OSError, EOFError) as error:
        seen = f"{file.name} cannot be read ({error})"
        raise AlertError(seen, "wanted a CSV file, plain or gzip", "write it again") from error
    here = f"FROM {table} WHERE {MESSAGE} > {before}"
    records, last = db.execute(f"SELECT count(*), coalesce(max({MESSAGE}), {before + 1}) {here}").fetchall()[0]
    origin = f"{literal(record.name)}, {literal(file.name)}"
    broken = f"{here} AND _reason IS NOT NULL"
    db.execute(f"INSERT INTO quarantine SELECT {origin}, {MESSAGE} - {before}, _reason, _row {broken}")
    lost = db.execute(f"DELETE {broken}").fetchall()[0][0]
    return FileRead(file.name, stream.encoding, records, records - lost, last, record.unknown(stream.header))


def _refuse_missing(record: Record, file: Path, header: tuple[str, ...]) -> None:
    missing = [name for name in record.required if name not in header]
    if missing:
        raise AlertError(
            f"{file.name} has no column {', '.join(map(repr, missing))} (it has {', '.join(header)})",
            f"wanted the CTP fields {', '.join(record.required)}",
            "export them too (docs/ctp.md)",
        )


def _raw(shape: Shape, stream: CsvStream, rows: str, before: int) -> str:
    values = {name: f"nullif(trim({ident(name)}), '')" for name in stream.columns}
    columns = ", ".join(f"{values.get(name, 'CAST(NULL AS VARCHAR)')} AS {raw(name)}" for name in shape.record.read)
    return f"SELECT {columns}, {before} + {LINE} AS {MESSAGE}, {FAULT}, {TEXT} FROM {rows}"


def _typed(shape: Shape, rows: str) -> str:
    """The typed columns, the message's number, and of a broken record _reason and _row; reasons only where needed."""
    columns = ", ".join(f"{sql} AS {ident(name)}" for name, sql in shape.columns.items())
    names = ", ".join(ident(name) for name in shape.columns)
    good = " AND ".join(f"({rule.condition})" for rule in shape.rules)
    reasons = ", ".join(f"CASE WHEN ({rule.condition}) IS NOT TRUE THEN {_reason(rule)} END" for rule in shape.rules)
    as_came = ", ".join(f"{literal(name)}: {raw(name)}" for name in shape.record.read)
    in_words = f"CASE WHEN {FAULT} IS NULL THEN CAST(to_json({{{as_came}}}) AS VARCHAR) ELSE {TEXT} END"
    return (
        f"SELECT {names}, {MESSAGE}, CASE WHEN NOT _good THEN coalesce({FAULT}, concat_ws('; ', {reasons})) END "
        f"AS _reason, CASE WHEN NOT _good THEN {in_words} END AS _row "
        f"FROM (SELECT *, ({FAULT} IS NULL AND {good}) IS TRUE AS _good FROM (SELECT *, {columns} FROM ({rows})))"
    )


def _reason(rule: Rule) -> str:
    value, wanted = raw(rule.column), f", wanted {rule.wanted}"
    seen = f"left({value}, {LONGEST_VALUE_SHOWN})"
    shown = f"concat({literal(rule.column + ' is ')}, '''', {seen}, '''', {literal(wanted)})"
    return f"CASE WHEN {value} IS NULL THEN {literal(rule.column + ' is empty' + wanted)} ELSE {shown} END"
