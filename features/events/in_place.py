"""Orders and trades that lie in parquet as the contract wants them: looked at once, and read where they are."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.events import casts
from features.events.day_hashes import DayHashes
from features.events.schema import Column, Kind, Table
from features.events.sources import Source
from features.events.sql import ident, path

LARGE_TABLES = ("orders", "trades")


def read_in_place(connection: Any, source: Source, types: Mapping[str, str]) -> DayHashes | None:
    """Make the table a view of its files, give its ``day_hashes``; None, and no view, where a row wants a closer look.

    ``types`` are the engine's of the columns given. A row is good as it stands where every value is of the contract,
    no text has blanks around it, no number loses digits, and no other row may be its duplicate. Copying such rows costs
    several times what looking at them does. The files have to stay as they are while the session is open.
    """
    table = source.table
    given = {column.name: types[column.name] for column in table.columns if column.name in types}
    if table.name not in LARGE_TABLES or source.partitioned or not all(_is_cheap(c, given) for c in table.columns):
        return None
    files = ", ".join(path(file) for file in source.files)
    rows = f"read_parquet([{files}], union_by_name=true, hive_partitioning=false)"
    values = [f"{_value(column, given)} AS {ident(column.name)}" for column in table.columns]
    days, is_good = _look(connection, table, rows, given)
    if not is_good:
        return None
    connection.execute(f"CREATE VIEW {ident(table.name)} AS SELECT {', '.join(values)} FROM {rows}")
    return days


def _look(connection: Any, table: Table, rows: str, given: Mapping[str, str]) -> tuple[DayHashes, bool]:
    """What there is, and whether each row is good and none is there twice (equal hashes say that it may be)."""
    good = " AND ".join(_test(column, given) for column in table.columns if column.name in given)
    typed = {column.name: _value(column, given) for column in table.columns}
    by_hash = (
        f"SELECT hash({', '.join(typed.values())}) AS h, any_value({typed['trading_day']}) AS day, count(*) AS n, "
        f"count(*) FILTER ({good}) AS good FROM {rows} GROUP BY h"
    )
    found = connection.execute(
        f"SELECT day, sum(n)::BIGINT, sum(h::HUGEINT), sum(good)::BIGINT, max(n) FROM ({by_hash}) GROUP BY day"
    ).fetchall()
    is_good = all(count == sound and most <= 1 for _, count, _, sound, most in found)
    return {day: (count, total) for day, count, total, *_ in found}, is_good


def _is_cheap(column: Column, given: Mapping[str, str]) -> bool:
    """Whether the column can be typed each time it is read: no text has to be parsed or made."""
    if column.name not in given:
        return column.nullable
    kind = given[column.name]
    return (kind == "VARCHAR") is (column.kind is Kind.TEXT) and casts.is_direct(column.kind, kind)


def _value(column: Column, given: Mapping[str, str]) -> str:
    if column.name not in given:
        return f"CAST(NULL AS {column.kind.value})"
    name, kind = ident(column.name), given[column.name]
    return name if kind == "VARCHAR" else casts.typed(casts.raw(name, kind), column.kind, kind)


def _test(column: Column, given: Mapping[str, str]) -> str:
    """SQL condition: the value is good as it stands. It may say no to a good one, never yes to another."""
    name, kind, value = ident(column.name), given[column.name], _value(column, given)
    tests = [f"{value} IS NOT NULL", casts.holds(column, value)]
    if kind == "VARCHAR" and not column.values:  # below '!' are the blanks and the empty text
        tests += [f"{name} >= '!'", f"NOT suffix({name}, ' ')", f"NOT suffix({name}, chr(9))"]
    rounded = None if kind == column.kind.value else casts.is_rounded(name, value, column.kind, kind)
    if rounded is not None:
        tests.append(f"NOT ({rounded})")
    whole = " AND ".join(test for test in tests if test != "true")
    return f"({name} IS NULL OR ({whole}))" if column.nullable else f"({whole})"
