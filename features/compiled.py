"""Expressions run as SQL that is compiled once in a process: the same family of other events is the same expression."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from features.events.sql import ident

_DIALECT = "duckdb"


def keep(backend: Any, name: str, table: ir.Table) -> ir.Table:
    """The rows of ``table`` as temporary table ``name`` of a DuckDB session, in the place of an older one."""
    if _holds_rows(table):
        backend.con.execute(f"DROP TABLE IF EXISTS {ident(name)}")
        return backend.create_table(name, table, temp=True)
    # types are those of the expression: a sum of whole numbers comes out of DuckDB wider than ibis thinks it is
    types = ", ".join(column.sql(_DIALECT) for column in table.schema().to_sqlglot_column_defs(_DIALECT))
    backend.con.execute(f"CREATE OR REPLACE TEMP TABLE {ident(name)} ({types})")
    backend.con.execute(f"INSERT INTO {ident(name)} {text(table)}")
    return backend.table(name, database="temp.main")


def fetch(table: ir.Table) -> pa.Table:
    """The rows of ``table``, an expression over tables of one session, as Arrow."""
    backend = table.get_backend()
    if backend.name != _DIALECT or _holds_rows(table):
        return table.to_pyarrow()
    found = backend.con.sql(text(table)).to_arrow_table()
    return found.cast(table.schema().to_pyarrow())


def text(table: ir.Table) -> str:
    """SQL of ``table`` in DuckDB's words, whatever engine it is for: what tells one expression from another."""
    return _sql(table.unbind().op())


@lru_cache(maxsize=256)
def _sql(node: Any) -> str:
    """SQL of an expression without a session: a key that held one would keep its rows in memory."""
    fused = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False  # DuckDB joins the selects itself; here it is a quarter of the work
    try:
        return str(ibis.to_sql(node.to_expr(), dialect=_DIALECT, pretty=False))
    finally:
        ibis.options.sql.fuse_selects = fused


def _holds_rows(table: ir.Table) -> bool:
    """Whether rows are part of the expression itself: no other one is equal to it, and the cache would keep them."""
    return bool(table.op().find(ops.InMemoryTable))
