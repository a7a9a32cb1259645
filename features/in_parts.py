"""Work that no database does well: rows are fetched some accounts or days at a time, and handed back as a table."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from features.compiled import keep, text
from features.events.sql import ident

ROWS = 500_000  # so many of a table are looked at at once, on an average
_PREFIX, _MADE = "in_parts_", "made_in_parts"

Work = Callable[[Mapping[str, pa.Table]], pa.Table]


def in_parts(given: Mapping[str, ir.Table], by: str, work: Work, what: str) -> ir.Table:
    """What ``work`` makes of ``given`` tables, each with the column ``by``, as a table of their engine.

    ``work`` is given all rows of some values of ``by`` (account_id, day_no), in no order, and the parts it makes are
    put together. In a DuckDB session memory is bounded so; another engine hands over everything at once. ``what`` tells
    two works on the same tables apart. The table stays until ``forget``, or is replaced by the same work done again.
    """
    backend = next(iter(given.values())).get_backend()
    if backend.name != "duckdb":
        return _on_spark(backend, work({name: table.to_pyarrow() for name, table in given.items()}), _name(given, what))
    name = _name(given, what)
    for number, part in enumerate(_parts(backend, given, by, name)):
        verb = f"INSERT INTO {ident(name)}" if number else f"CREATE OR REPLACE TEMP TABLE {ident(name)} AS"
        backend.con.register(_MADE, work(part))
        backend.con.execute(f"{verb} FROM {_MADE}")
        backend.con.unregister(_MADE)
    return backend.table(name, database="temp.main")


def forget(con: Any) -> None:
    """Drop what ``in_parts`` has made in a DuckDB session."""
    found = con.execute(f"SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '{_PREFIX}')")
    for (name,) in found.fetchall():
        con.execute(f"DROP TABLE {ident(name)}")


def _parts(backend: Any, given: Mapping[str, ir.Table], by: str, name: str) -> Iterator[dict[str, pa.Table]]:
    kept = {part: f"{name}_{number}" for number, part in enumerate(given)}
    for part, table in given.items():
        keep(backend, kept[part], table)
    counts = [backend.con.execute(f"SELECT count(*) FROM {ident(table)}").fetchall()[0][0] for table in kept.values()]
    parts = max(1, round(max(counts) / ROWS))
    for number in range(parts):
        where = f" WHERE hash({ident(by)}) % {parts} = {number}" if parts > 1 else ""
        yield {p: backend.con.sql(f"FROM {ident(table)}{where}").to_arrow_table() for p, table in kept.items()}
    for table in kept.values():
        backend.con.execute(f"DROP TABLE {ident(table)}")


def _name(given: Mapping[str, ir.Table], what: str) -> str:
    """The same for the same expressions, whose SQL is then the same too (``features.compiled``)."""
    said = "\n".join([what, *(text(table) for table in given.values())])
    return _PREFIX + hashlib.sha256(said.encode()).hexdigest()[:16]


def _on_spark(backend: Any, made: pa.Table, name: str) -> ir.Table:
    backend._session.createDataFrame(made).createOrReplaceTempView(name)
    return backend.table(name)
