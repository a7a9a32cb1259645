"""Trading days numbered in order: windows are ranges over the number, not over rows."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from features.events.schema import TABLES
from features.events.sql import ident

# What is said of a day is not the day: alerts and notices may speak of other years, or of another market.
NOT_A_MARKET = ("alerts", "notices")


def create_trading_days(connection: Any, given: tuple[str, ...]) -> None:
    """Create table ``trading_days`` (trading_day, day_no from 0): the union over all given market tables.

    A market table is one with trading days, bar ``NOT_A_MARKET``. No row where no given table holds a dated row.
    """
    market = [name for name in given if "trading_day" in TABLES[name].column_names and name not in NOT_A_MARKET]
    union = " UNION ".join(f"SELECT trading_day FROM {ident(name)}" for name in market)
    connection.execute(
        "CREATE OR REPLACE TABLE trading_days AS SELECT trading_day, "
        f"row_number() OVER (ORDER BY trading_day) - 1 AS day_no FROM ({union}) ORDER BY trading_day"
    )
