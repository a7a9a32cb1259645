"""What the rows of each trading day were: how many, and the sum of their hashes, in whatever order they lie."""

# The SQL below is put together from quoted names of the contract only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from features.events.schema import Table
from features.events.sql import ident

DayHashes = Mapping[date, tuple[int, int]]


def day_hashes(connection: Any, table: Table) -> DayHashes:
    """Rows and the sum of their 64-bit hashes, by trading day of a table of the session that has them."""
    columns = ", ".join(ident(name) for name in table.column_names)
    sql = f"SELECT trading_day, count(*), sum(hash({columns})::HUGEINT) FROM {ident(table.name)} GROUP BY 1"
    return {day: (count, total) for day, count, total in connection.execute(sql).fetchall()}
