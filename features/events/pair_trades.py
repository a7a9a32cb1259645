"""Trade ids for executions that carry none: only where one buy and one sell can be each other's other side."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.events.mapping import PairTrades
from features.events.sql import ident


@dataclass(frozen=True, slots=True)
class Pairing:
    """How many trade rows found their other side and how many did not, for want of one or for too many."""

    paired: int
    without_partner: int
    with_several: int


def pair_trades(connection: Any, table: str, how: PairTrades) -> Pairing:
    """Fill ``trade_id`` of a table of typed trades (event_time, side, the columns of ``how.equal``).

    A buy and a sell are paired when they agree in ``how.equal``, lie at most ``within_ms`` apart, and neither has
    another candidate.
    Where two partners fit equally, none is taken: a wrong guess would invent a counterparty. Rows left over get an
    id of their own. Ids: ``M`` (paired) or ``U`` (unpaired) and a number in order of time.
    """
    agree = " AND ".join(f"b.{ident(column)} = s.{ident(column)}" for column in how.equal)
    within = how.within_ms * 1000
    # Times are compared within buckets as wide as the window: a join on equality, whose cost grows with the rows.
    rows = f"SELECT *, rowid AS id, {_TIME} AS us, {_TIME} // {within + 1} AS bucket FROM {table}"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE _near AS SELECT b.id AS b, s.id AS s "
        f"FROM (FROM ({rows}) WHERE side = 'buy') AS b "
        f"JOIN (SELECT *, unnest([bucket - 1, bucket, bucket + 1]) AS near FROM ({rows}) WHERE side = 'sell') AS s "
        f"ON b.bucket = s.near AND {agree} AND abs(b.us - s.us) <= {within}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _pairs AS {_ONLY_CANDIDATES}")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE _paired AS SELECT t.* REPLACE (n.trade_id AS trade_id) FROM {table} AS t "
        f"JOIN ({_NUMBERED.format(table=table)}) AS n ON t.rowid = n.id ORDER BY t.rowid"
    )
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE _paired RENAME TO {table}")
    paired = 2 * _count(connection, "SELECT count(*) FROM _pairs")
    near = _count(connection, "SELECT (SELECT count(DISTINCT b) FROM _near) + (SELECT count(DISTINCT s) FROM _near)")
    several = near - paired
    return Pairing(paired, _count(connection, f"SELECT count(*) FROM {table}") - paired - several, several)


_TIME = "epoch_us(TRY_CAST(event_time AS TIMESTAMP))"  # a column with a broken value is text as a whole

_ONLY_CANDIDATES = """
SELECT b, s FROM (
    SELECT b, s, count(*) OVER (PARTITION BY b) AS of_b, count(*) OVER (PARTITION BY s) AS of_s FROM _near
) WHERE of_b = 1 AND of_s = 1
"""

# One number a match or a lone row, in order of its earliest execution, then of the rows.
_NUMBERED = """
SELECT id, kind || dense_rank() OVER (PARTITION BY kind ORDER BY begins, first_id) AS trade_id
FROM (
    SELECT t.rowid AS id, CASE WHEN p.b IS NULL THEN 'U' ELSE 'M' END AS kind,
           min(t.event_time) OVER (PARTITION BY coalesce(least(p.b, p.s), t.rowid)) AS begins,
           coalesce(least(p.b, p.s), t.rowid) AS first_id
    FROM {table} AS t
    LEFT JOIN (SELECT b AS id, b, s FROM _pairs UNION ALL SELECT s, b, s FROM _pairs) AS p ON t.rowid = p.id
)
"""


def _count(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
