"""Synthetic orders and trades of any number, made by DuckDB in seconds: many accounts, sixty days, plain numbers."""

from __future__ import annotations

from pathlib import Path

DAYS = 60
_BOTH = """
(day + INTERVAL 1 HOUR + to_microseconds((i * 7919 % 21600000) * 1000)) AS event_time, day::DATE AS trading_day,
'SHFE' AS exchange, 'cu26' || lpad((1 + i % 12)::VARCHAR, 2, '0') AS contract,
'A' || lpad((i * 2654435761 % {accounts})::VARCHAR, 7, '0') AS account_id, 'O' || i AS order_id,
CASE WHEN i % 2 = 0 THEN 'buy' ELSE 'sell' END AS side, 'open' AS "offset", 'speculation' AS hedge, 70000.0 AS price
"""
_DAYS = """
FROM (SELECT i, (DATE '2026-01-05' + (i * {days} // {rows})::INTEGER)::TIMESTAMP AS day FROM range({rows}) t(i))
ORDER BY event_time
"""
_ORDERS = f"""
COPY (SELECT {_BOTH}, CASE WHEN i % 3 = 1 THEN 'cancelled' ELSE 'accepted' END AS event, 'limit' AS order_type,
  CASE WHEN i % 5 = 0 THEN 'FAK' ELSE 'GFD' END AS time_in_force, 1 + i % 7 AS volume, 'client' AS cancelled_by {_DAYS})
TO '{{folder}}/orders.parquet' (FORMAT parquet)
"""
_TRADES = f"""
COPY (SELECT {_BOTH}, 'T' || (i // 2) AS trade_id, 1 + i % 5 AS volume {_DAYS})
TO '{{folder}}/trades.parquet' (FORMAT parquet)
"""
_CONTRACTS = """
COPY (SELECT 'SHFE' AS exchange, 'cu26' || lpad(n::VARCHAR, 2, '0') AS contract, 'cu' AS product, 'future' AS kind,
  5.0 AS multiplier, 10.0 AS tick, 500 AS max_order_volume, true AS has_order_fee, NULL::VARCHAR AS option_month,
  DATE '2020-01-01' AS valid_from, NULL::DATE AS valid_to
FROM range(1, 13) t(n)) TO '{folder}/contracts.parquet' (FORMAT parquet)
"""


def scaled_events(folder: Path, events: int, accounts: int | None = None) -> Path:
    """Write ``events`` orders and trades, two to one, of ``accounts`` (one for 200 events where not said)."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    people = accounts or max(events // 200, 10)
    for sql, rows in ((_ORDERS, events * 2 // 3), (_TRADES, events // 3), (_CONTRACTS, 0)):
        duckdb.sql(sql.format(folder=folder, rows=rows, accounts=people, days=DAYS))
    return folder
