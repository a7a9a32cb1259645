"""Trading days numbered in order: windows are ranges over the number, not over rows."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from features.events.schema import TABLES
from features.events.sql import ident


def create_trading_days(connection: Any, given: tuple[str, ...]) -> None:
    """Create table ``trading_days`` (trading_day, day_no from 0): the union over all given tables that have one.

    No row where no given table holds a dated row.
    """
    dated = [name for name in given if "trading_day" in TABLES[name].column_names]
    union = " UNION ".join(f"SELECT trading_day FROM {ident(name)}" for name in dated)
    connection.execute(
        "CREATE OR REPLACE TABLE trading_days AS SELECT trading_day, "
        f"row_number() OVER (ORDER BY trading_day) - 1 AS day_no FROM ({union}) ORDER BY trading_day"
    )
