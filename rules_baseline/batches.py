"""Batches of raw orders and trades: how they are shaped, and how loaded events are cut into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from features.events.schema import TABLES, Kind

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.BOOL: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us"),
    Kind.COUNT: pa.int64(),
    Kind.PRICE: pa.decimal128(18, 6),
    Kind.MONEY: pa.decimal128(20, 4),
    Kind.NUMBER: pa.float64(),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """The ``sequence``-th batch (from 1) of one stream: orders and trades, columns of the raw contract.

    Batches follow event time, and rows of one exchange with equal ``event_time`` are never split over two batches;
    columns the rules do not read may be missing, and the order of rows and columns does not matter.
    """

    sequence: int
    orders: pa.Table
    trades: pa.Table


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a run as the one batch it has: names of the tables, in the session that the state was opened beside.

    Its days are closed with it: what they came to is kept, and not the rows it was made of.
    """

    orders: str
    trades: str
    sequence: int = 1


def whole(con: Any) -> Whole:
    """The tables ``orders`` and ``trades`` of a DuckDB connection as one batch."""
    [(database, schema)] = con.execute("SELECT current_database(), current_schema()").fetchall()
    place = f'"{database}"."{schema}"'
    return Whole(f"{place}.orders", f"{place}.trades")


def arrow_schema(table: str, columns: tuple[str, ...] = ()) -> pa.Schema:
    """Arrow schema of a raw table, or of some of its columns, in contract order."""
    wanted = columns or TABLES[table].column_names
    return pa.schema([(column.name, _ARROW[column.kind]) for column in TABLES[table].columns if column.name in wanted])


def cut(con: Any, columns: Mapping[str, tuple[str, ...]], batches: int, after: int) -> tuple[int, Iterator[Batch]]:
    """Cut the tables ``orders`` and ``trades`` of a DuckDB connection into ``batches`` of nearly equal size.

    Returns how many there really are (fewer when times are few; at least 1) and an iterator over those with a
    sequence above ``after``. Cuts fall between distinct event times only.
    """
    tables = {name: _sorted(con, name, columns[name], batches > 1) for name in ("orders", "trades")}
    times = {name: table.column("event_time").to_numpy().astype("int64") for name, table in tables.items()}
    edges = _edges(np.concatenate(list(times.values())), batches) if batches > 1 else []
    places = {name: [0, *np.searchsorted(times[name], edges, side="right"), len(times[name])] for name in tables}

    def pieces() -> Iterator[Batch]:
        for number in range(after, len(edges) + 1):
            part = {n: tables[n].slice(p[number], p[number + 1] - p[number]) for n, p in places.items()}
            yield Batch(number + 1, part["orders"], part["trades"])

    return len(edges) + 1, pieces()


def _edges(times: Any, batches: int) -> list[int]:
    """Last event time of every batch but the final one."""
    if not len(times):
        return []
    ordered = np.sort(times)
    places = (np.arange(1, batches) * len(ordered)) // batches - 1
    edges = np.unique(ordered[places[places >= 0]])
    return [int(edge) for edge in edges if edge < ordered[-1]]


def _sorted(con: Any, table: str, columns: tuple[str, ...], in_order: bool) -> pa.Table:
    names = ", ".join(f'"{name}"' for name in columns)  # offset is a keyword
    order = " ORDER BY event_time" if in_order else ""
    return con.sql(f"SELECT {names} FROM {table}{order}").to_arrow_table()  # noqa: S608 -- names of the contract
