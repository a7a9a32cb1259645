"""Exact duplicates of a table: the first stays."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from features.events.schema import Table
from features.events.sql import ident


def drop_duplicates(connection: Any, table: Table) -> int:
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
