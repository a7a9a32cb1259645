"""The alerted account's trading day so far, from the rows that arrived: the intraday features, by their one formula."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import ibis
import pyarrow as pa

from alertgrade.watch.intake import TABLES
from alertgrade.watch.seen import KEPT, columns_of
from features.events.schema import TABLES as CONTRACT
from features.intraday import KEY, intraday
from rules_baseline.trigger import TriggerRecord

Row = Mapping[str, float | None]
_MOMENTS = pa.schema([("account_id", pa.string()), ("trading_day", pa.date32()), ("moment", pa.timestamp("us"))])
_DIALECT = {"VARCHAR": "string", "DATE": "date", "TIMESTAMP": "timestamp(6)", "BIGINT": "int64"}


def rows(con: Any, alerts: Sequence[TriggerRecord]) -> list[Row]:
    """One row an alert, in order: all columns of the family and both marks, as of the alert's moment.

    Counted is what had arrived (``watch_seen_orders``, ``watch_seen_trades`` of ``con``) with an event time up to
    the moment; null where the account neither ordered nor traded that day, as of a group's alert it may.
    """
    if not alerts:
        return []
    asked = [(alert.account_id, alert.trading_day, naive(alert.triggered_at)) for alert in alerts]
    con.register("watch_asked", pa.Table.from_pylist([dict(zip(KEY, k, strict=True)) for k in asked], _MOMENTS))
    con.execute("CREATE OR REPLACE TEMP TABLE watch_moments AS SELECT DISTINCT * FROM watch_asked")
    con.unregister("watch_asked")
    for name in TABLES:  # only the rows of these accounts and days are paired and counted
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE watch_day_{name} AS SELECT {columns_of(name)} "
            f"FROM watch_seen_{name} SEMI JOIN watch_moments USING (account_id, trading_day)"
        )
    found = con.sql(_statement()).to_arrow_table().to_pylist()
    by_moment = {(row.pop("account_id"), naive(row.pop("event_timestamp"))): row for row in found}
    return [by_moment[account, at] for account, _, at in asked]


@cache
def _statement() -> str:
    tables = {name: ibis.table(_schema(name), name=f"watch_day_{name}") for name in TABLES}
    moments = ibis.table({"account_id": "string", "trading_day": "date", "moment": "timestamp(6)"}, "watch_moments")
    return str(ibis.to_sql(intraday(tables["orders"], tables["trades"], moments), dialect="duckdb"))


def naive(moment: datetime) -> datetime:
    """The instant without its zone, UTC being meant: as raw events are stored."""
    return moment.replace(tzinfo=None)


def _schema(name: str) -> dict[str, str]:
    kinds = {column.name: column.kind.value for column in CONTRACT[name].columns}
    return {column: _DIALECT[kinds[column]] for column in KEPT[name]}
