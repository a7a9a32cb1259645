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
from features.events.csv_lines import FAULT, LINE, NUMBER, TEXT, CsvStream
from features.events.encodings import UTF8
from features.events.mapping import Block, Mapping
from features.events.mapping_sql import condition, expression
from features.events.pair_trades import Pairing, pair_trades
from features.events.schema import TABLES, Column, Table
from features.events.sql import ident, literal
from features.events.text_lines import UNREADABLE, Progress
from features.events.workspace import Workspace, size_as_text


@dataclass(frozen=True, slots=True)
class Imported:
    """What a mapping made of its source: rows written a table, rows that no block chose, lines that are no rows.

    ``trimmed`` rows of the source had blanks around a value that the mapping reads, which were taken off; ``rounded``
    written rows had a price or an amount with more decimals than the contract holds.
    """

    rows_read: int
    unreadable: int
    unused: int
    tables: dict[str, int]
    pairing: Pairing | None
    trimmed: int = 0
    rounded: int = 0
    encoding: str = UTF8


def run_mapping(src: Path, out: Path, mapping: Mapping, progress: Progress | None = None) -> Imported:
    """Write the raw tables of ``src`` (CSV, plain or gzip, UTF-8 or GBK) as parquet into the new folder ``out``.

    Values that do not fit their column are written as text, for the loader to quarantine with their reason; lines
    of the source that are no rows go to ``out/_unreadable.parquet``. ``out`` appears whole or not at all. Memory stays
    below 2 GB whatever the size of ``src``. Raises ``AlertError`` if ``src`` cannot be read or lacks a column of the
    mapping, or ``out`` exists.
    """
    if not src.is_file() or src.stat().st_size == 0:
        raise AlertError(f"{src} is no file, or has 0 bytes", "wanted a CSV file with column names", "check the path")
    if out.exists():
        raise AlertError(f"{out} exists", "wanted a new folder", "remove it or choose another")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    draft.mkdir()
    try:
        workspace = Workspace(None, size_as_text([src]))
        try:
            with workspace.bounded():
                result = _run(workspace.backend.con, src, draft, mapping, progress)
        finally:
            workspace.close()
        draft.rename(out)
    except UNREADABLE as error:
        raise AlertError(f"{src} cannot be read ({error})", "wanted a CSV file", "write it again") from error
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        seen = f"{src} cannot be imported ({str(error).strip().splitlines()[0]})"
        raise AlertError(seen, "wanted room on the disk", "free some, or set TMPDIR to a larger one") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return result


def _run(db: Any, src: Path, out: Path, mapping: Mapping, progress: Progress | None) -> Imported:
    stream = CsvStream(src, _columns_read(mapping), progress)
    _refuse_missing(src, stream.header, mapping)
    read, unreadable, trimmed = _create_source(db, stream, out)
    written, rounded, pairing = {}, 0, None
    for name, blocks in mapping.tables.items():
        table = TABLES[name]
        rounded += _create(db, table, blocks)
        if name == "trades" and mapping.pair_trades is not None:
            db.execute("CREATE OR REPLACE TEMP TABLE _trades AS FROM _typed")
            pairing = pair_trades(db, "_trades", mapping.pair_trades)
            db.execute("CREATE OR REPLACE TEMP VIEW _typed AS FROM _trades")
        written[name] = _copy(db, "FROM _typed", out / f"{name}.parquet")
    used = " OR ".join(condition(block) for blocks in mapping.tables.values() for block in blocks if not block.distinct)
    unused = _count(db, f"SELECT count(*) FROM _rows WHERE ({used or 'true'}) IS NOT TRUE")
    return Imported(read, unreadable, unused, written, pairing, trimmed, rounded, stream.encoding)


def _create_source(db: Any, stream: CsvStream, out: Path) -> tuple[int, int, int]:
    """Table ``_source`` (what the mapping reads) with its view ``_rows``; counts of rows, faults and trimmed rows."""
    names = [ident(name) for name in stream.columns]
    values = "".join(f"{casts.raw(name, 'VARCHAR')} AS {name}, " for name in names)
    blanks = " OR ".join(f"coalesce({casts.has_blanks(name)}, false)" for name in names) or "false"
    with stream.registered(db) as view:
        db.execute(
            f"CREATE OR REPLACE TABLE _source AS SELECT {values}{blanks} AS _blanks, "
            f"{LINE}, {NUMBER}, {FAULT}, {TEXT} FROM {view}"
        )
    db.execute(f"CREATE OR REPLACE TEMP VIEW _rows AS FROM _source WHERE {FAULT} IS NULL")
    bad = f"SELECT {LINE}, {FAULT} AS _reason, {TEXT} AS _row FROM _source WHERE {FAULT} IS NOT NULL"
    unreadable = _count(db, f"SELECT count(*) FROM ({bad})")
    if unreadable:
        _copy(db, bad, out / "_unreadable.parquet")
    return _count(db, "SELECT count(*) FROM _rows"), unreadable, _count(db, "SELECT count(*) FROM _rows WHERE _blanks")


def _columns_read(mapping: Mapping) -> set[str]:
    blocks = [block for blocks in mapping.tables.values() for block in blocks]
    return {c.from_ for block in blocks for c in block.columns.values() if c.from_} | {
        column for block in blocks for column in block.where
    }


def _refuse_missing(src: Path, header: tuple[str, ...], mapping: Mapping) -> None:
    if missing := sorted(_columns_read(mapping) - set(header)):
        raise AlertError(
            f"{src.name} has no column {', '.join(map(repr, missing))} (it has {', '.join(header)})",
            "wanted every column the mapping reads",
            "mend the mapping",
        )


def _create(db: Any, table: Table, blocks: list[Block]) -> int:
    """View ``_typed``: all columns of the contract; typed where every value allows it, else as text.

    Gives the number of rows in which typing rounds a number.
    """
    parts = []
    for block in blocks:
        columns = ", ".join(f"{expression(block.columns.get(c.name), c)} AS {ident(c.name)}" for c in table.columns)
        distinct = "DISTINCT " if block.distinct else ""
        number = "" if block.distinct else f", {NUMBER}"
        parts.append(f"SELECT {distinct}{columns}{number} FROM _rows WHERE {condition(block)}")
    db.execute(f"CREATE OR REPLACE TEMP VIEW _as_text AS {' UNION ALL BY NAME '.join(parts)}")
    whole = _whole_columns(db, table)
    columns = ", ".join(f"{_typed(c) if c in whole else ident(c.name)} AS {ident(c.name)}" for c in table.columns)
    order = f" ORDER BY {NUMBER}" if len(blocks) > 1 else ""  # one block reads the rows in their order
    if all(block.distinct for block in blocks):
        order = " ORDER BY ALL"
    db.execute(f"CREATE OR REPLACE TEMP VIEW _typed AS SELECT {columns} FROM _as_text{order}")
    rounded = [casts.is_rounded(ident(c.name), f"({_typed(c)})", c.kind, "VARCHAR") for c in whole]
    any_rounded = " OR ".join(f"coalesce({condition}, false)" for condition in rounded if condition)
    return _count(db, f"SELECT count(*) FROM _as_text WHERE {any_rounded}") if any_rounded else 0


def _whole_columns(db: Any, table: Table) -> list[Column]:
    """The columns of ``_as_text`` in which every value can be typed."""
    broken = ", ".join(
        f"count(*) FILTER (nullif({ident(c.name)}, '') IS NOT NULL AND ({_typed(c)}) IS NULL)" for c in table.columns
    )
    counts = db.execute(f"SELECT {broken} FROM _as_text").fetchall()[0]
    return [column for column, count in zip(table.columns, counts, strict=True) if not count]


def _typed(column: Column) -> str:
    return casts.typed(ident(column.name), column.kind, "VARCHAR")


def _copy(db: Any, rows: str, file: Path) -> int:
    return _count(db, f"COPY ({rows}) TO {literal(str(file))} (FORMAT parquet)")


def _count(db: Any, sql: str) -> int:
    return int(db.execute(sql).fetchall()[0][0])
