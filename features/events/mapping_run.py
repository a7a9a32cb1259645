"""Run a mapping: one foreign CSV in, a folder of raw tables out."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from alertgrade.errors import AlertError
from features.events import casts
from features.events.csv_lines import csv_rows
from features.events.mapping import Block, ColumnMapping, Mapping
from features.events.pair_trades import Pairing, pair_trades
from features.events.schema import TABLES, Column, Kind, Table
from features.events.sql import ident, literal, literals

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a mapping made of its source: rows written a table, rows that no block chose, lines that are no rows."""

    rows_read: int
    unreadable: int
    unused: int
    tables: dict[str, int]
    pairing: Pairing | None


def run_mapping(src: Path, out: Path, mapping: Mapping) -> Imported:
    """Write the raw tables of ``src`` (CSV, plain or gzip) as parquet into the new folder ``out``.

    Values that do not fit their column are written as text, for the loader to quarantine with their reason; lines
    of the source that are no rows go to ``out/_unreadable.parquet``. ``out`` appears whole or not at all. Raises
    ``AlertError`` if ``src`` lacks a column of the mapping or ``out`` exists.
    """
    if not src.is_file() or src.stat().st_size == 0:
        raise AlertError(f"{src} is no file, or has 0 bytes", "wanted a CSV file with column names", "check the path")
    if out.exists():
        raise AlertError(f"{out} exists", "wanted a new folder", "remove it or choose another")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    draft.mkdir()
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as db:
            db.execute("SET TimeZone = 'UTC'")
            result = _run(db, src, draft, mapping)
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return result


def _run(db: Any, src: Path, out: Path, mapping: Mapping) -> Imported:
    plan = csv_rows(db, src)
    _refuse_missing(src, plan.header, mapping)
    db.execute(f"CREATE TEMP TABLE _bad AS {plan.bad}")
    unreadable = _count(db, "SELECT count(*) FROM _bad")
    if unreadable:
        db.execute(f"COPY _bad TO {literal(str(out / '_unreadable.parquet'))} (FORMAT parquet)")
    db.execute(
        f"CREATE TEMP TABLE _source AS SELECT *, row_number() OVER (ORDER BY _line) AS _number FROM ({plan.good})"
    )
    written, pairing = {}, None
    for name, blocks in mapping.tables.items():
        _create(db, TABLES[name], blocks)
        if name == "trades" and mapping.pair_trades is not None:
            pairing = pair_trades(db, "_trades", mapping.pair_trades)
        written[name] = _write(db, TABLES[name], out)
    used = " OR ".join(_where(block) for blocks in mapping.tables.values() for block in blocks if not block.distinct)
    unused = _count(db, f"SELECT count(*) FROM _source WHERE NOT ({used or 'true'})")
    return Imported(_count(db, "SELECT count(*) FROM _source"), unreadable, unused, written, pairing)


def _refuse_missing(src: Path, header: tuple[str, ...], mapping: Mapping) -> None:
    blocks = [block for blocks in mapping.tables.values() for block in blocks]
    wanted = {c.from_ for block in blocks for c in block.columns.values() if c.from_} | {
        column for block in blocks for column in block.where
    }
    if missing := sorted(wanted - set(header)):
        raise AlertError(
            f"{src.name} has no column {', '.join(map(repr, missing))} (it has {', '.join(header)})",
            "wanted every column the mapping reads",
            "mend the mapping",
        )


def _create(db: Any, table: Table, blocks: list[Block]) -> None:
    """Table ``_NAME``: all columns of the contract; typed where every value allows it, else as text."""
    parts = []
    for block in blocks:
        columns = ", ".join(f"{_expression(block.columns.get(c.name), c)} AS {ident(c.name)}" for c in table.columns)
        distinct = "DISTINCT " if block.distinct else ""
        parts.append(
            f"SELECT {distinct}{columns}{'' if block.distinct else ', _number'} FROM _source WHERE {_where(block)}"
        )
    db.execute(f"CREATE OR REPLACE TEMP TABLE _text AS {' UNION ALL BY NAME '.join(parts)}")
    columns = ", ".join(f"{_typed_if_whole(db, c)} AS {ident(c.name)}" for c in table.columns)
    order = " ORDER BY ALL" if all(block.distinct for block in blocks) else " ORDER BY _number"
    db.execute(f"CREATE OR REPLACE TEMP TABLE {ident('_' + table.name)} AS SELECT {columns} FROM _text{order}")


def _typed_if_whole(db: Any, column: Column) -> str:
    name = ident(column.name)
    typed = casts.typed(name, column.kind, "VARCHAR")
    whole = not _count(db, f"SELECT count(*) FROM _text WHERE nullif({name}, '') IS NOT NULL AND ({typed}) IS NULL")
    return typed if whole else name


def _expression(mapped: ColumnMapping | None, column: Column) -> str:
    """SQL text of one column from the table ``_source``."""
    if mapped is None:
        return "CAST(NULL AS VARCHAR)"
    if mapped.row_number:
        value = "CAST(_number AS VARCHAR)"
    elif mapped.from_ is None:
        constant = mapped.constant
        value = literal(str(constant).lower() if isinstance(constant, bool) else str(constant))
    else:
        value = _from_source(mapped, column)
    return f"({literal(mapped.prefix)} || {value})" if mapped.prefix else value


def _from_source(mapped: ColumnMapping, column: Column) -> str:
    value = f"nullif({ident(mapped.from_ or '')}, '')"
    if mapped.values:
        cases = " ".join(f"WHEN {literal(seen)} THEN {literal(meant)}" for seen, meant in mapped.values.items())
        other = value if mapped.otherwise is None else literal(mapped.otherwise)
        value = f"CASE {value} {cases} ELSE {other} END"
    if mapped.divide_by is not None:
        number = f"TRY_CAST({value} AS DECIMAL(28, 6))"
        divided = f"CAST(CAST({number} / {mapped.divide_by} AS {Kind.PRICE.value}) AS VARCHAR)"
        value = f"coalesce({divided}, {value})"
    if mapped.unit is not None:
        per_second = _PER_SECOND[mapped.unit]
        number = f"TRY_CAST({value} AS HUGEINT)"
        micros = (
            f"{number} * {1_000_000 // per_second}"
            if per_second <= 1_000_000
            else f"{number} // {per_second // 1_000_000}"
        )
        value = f"coalesce(TRY(strftime(make_timestamp(CAST({micros} AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%fZ')), {value})"
    if mapped.date_in is not None:
        instant = f"timezone('UTC', {casts.typed(value, Kind.INSTANT, 'VARCHAR')})"
        value = f"coalesce(CAST(CAST(timezone({literal(mapped.date_in)}, {instant}) AS DATE) AS VARCHAR), {value})"
    return value


def _where(block: Block) -> str:
    tests = [
        f"{ident(column)} IN ({literals([texts] if isinstance(texts, str) else texts)})"
        for column, texts in block.where.items()
    ]
    return "(" + (" AND ".join(tests) or "true") + ")"


def _write(db: Any, table: Table, out: Path) -> int:
    name = ident("_" + table.name)
    db.execute(f"COPY {name} TO {literal(str(out / (table.name + '.parquet')))} (FORMAT parquet)")
    return _count(db, f"SELECT count(*) FROM {name}")


def _count(db: Any, sql: str) -> int:
    return int(db.execute(sql).fetchall()[0][0])
