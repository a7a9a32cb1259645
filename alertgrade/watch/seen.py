"""Every row that arrived, kept beside the engine's state: to know it again, and to say what the day was so far."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from alertgrade.watch.holding import Tables
from alertgrade.watch.intake import TABLES
from features.events.schema import TABLES as CONTRACT
from features.events.sql import ident
from features.intraday import READ

# What the intraday features read, and the order's id to know a row by; ``row`` is a hash of the whole row.
_BOTH = ("event_time", "trading_day", "exchange", "contract", "account_id", "order_id")
KEPT = {name: tuple(dict.fromkeys((*_BOTH, *READ[name]))) for name in TABLES}
_HASH = {name: f"hash({', '.join(ident(column) for column in CONTRACT[name].column_names)})" for name in TABLES}


LAYOUT = "; ".join(f"{name}: {', '.join(columns)}" for name, columns in KEPT.items())


def columns_of(name: str) -> str:
    """The columns of ``KEPT`` as SQL."""
    return ", ".join(ident(column) for column in KEPT[name])


def create(con: Any) -> None:
    """Make the tables ``watch_seen_orders`` and ``watch_seen_trades`` where they are not there."""
    for name in TABLES:
        kinds = {column.name: column.kind.value for column in CONTRACT[name].columns}
        columns = ", ".join(f"{ident(column)} {kinds[column]}" for column in KEPT[name])
        con.execute(f'CREATE TABLE IF NOT EXISTS watch_seen_{name} (sequence BIGINT, {columns}, "row" UBIGINT)')


def unseen(con: Any, arriving: Tables) -> Tables:
    """The rows that did not arrive before, each once: one equal in every column to another is an exact duplicate."""
    return {name: _unseen(con, name, arriving[name]) for name in TABLES}


def keep(con: Any, sequence: int, arriving: Tables) -> None:
    """Append the rows, within the transaction of batch ``sequence``."""
    for name in TABLES:
        if arriving[name].num_rows:
            con.register("watch_arriving", arriving[name])
            columns = columns_of(name)
            con.execute(
                f"INSERT INTO watch_seen_{name} SELECT ?, {columns}, {_HASH[name]} FROM watch_arriving", [sequence]
            )
            con.unregister("watch_arriving")


def forget(con: Any, sequence: int) -> None:
    """Drop the rows of days that are closed for good, where batch ``sequence`` closed any."""
    if not con.execute("SELECT 1 FROM folded WHERE sequence = ? LIMIT 1", [sequence]).fetchall():
        return
    for name in TABLES:
        of_day = f"f.exchange = watch_seen_{name}.exchange AND f.trading_day = watch_seen_{name}.trading_day"
        con.execute(
            f"DELETE FROM watch_seen_{name} USING (SELECT exchange, trading_day FROM folded) AS f WHERE {of_day}"
        )


def _unseen(con: Any, name: str, table: pa.Table) -> pa.Table:
    if not table.num_rows:
        return table
    bounds = pc.min_max(table["event_time"]).as_py()
    con.register("watch_arriving", table)
    # rows are kept about in order of time, so that the bounds spare reading most of them
    earlier = f'SELECT event_time, order_id, "row" FROM watch_seen_{name} WHERE event_time BETWEEN $min AND $max'
    known = f'(SELECT *, {_HASH[name]} AS "row" FROM watch_arriving) ANTI JOIN ({earlier})'
    sql = f'SELECT DISTINCT * EXCLUDE ("row") FROM {known} USING (event_time, order_id, "row")'
    rows = con.sql(sql, params=bounds).to_arrow_table().cast(table.schema)
    con.unregister("watch_arriving")
    return rows
