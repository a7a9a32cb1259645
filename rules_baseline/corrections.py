"""Late rows: counted, flagged and reported; an alert that was emitted stays as it was."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from rules_baseline.crossing import NETTED, ORDER
from rules_baseline.state import UNIT_SQL

_LATE = f"""(SELECT unit, {UNIT_SQL}, count(*) FILTER (WHERE late) AS late_events FROM events
 WHERE sequence = $sequence AND counts GROUP BY ALL HAVING count(*) FILTER (WHERE late OR sign < 0) > 0)"""
# For every unit that got late events in this batch: how many, its total now, and for each alert it had before,
# when that alert would have come had the rows been in time (null: not at all).
_CORRECTIONS = f"""
INSERT INTO corrections
WITH late AS {_LATE},
running AS (
    SELECT {UNIT_SQL}, event_time, sum(amount) OVER so_far AS total, sum(lots) OVER so_far AS lots
    FROM ({NETTED.format(units=_LATE)})
    WINDOW so_far AS (PARTITION BY {UNIT_SQL} ORDER BY {ORDER} ROWS UNBOUNDED PRECEDING)
),
totals AS (SELECT {UNIT_SQL}, max(total) AS total FROM running GROUP BY {UNIT_SQL}),
emitted AS (
    SELECT rule_id, exchange, coalesce(contract, '-') AS contract, trading_day, subject_type, subject_id,
           alert_id, level, triggered_at, measured
    FROM alerts SEMI JOIN late
      ON alerts.rule_id = late.rule_id AND alerts.subject_id = late.subject_id
     AND alerts.trading_day = late.trading_day
),
due AS (
    SELECT e.*, CASE level WHEN 'warning' THEN warning_at ELSE breach_at END AS reaches,
           CASE level WHEN 'severe' THEN severe_at ELSE 0 END AS lots_at
    FROM emitted AS e
    JOIN (SELECT {UNIT_SQL}, max(term_id) AS term_id FROM events SEMI JOIN late USING (unit, {UNIT_SQL})
          GROUP BY {UNIT_SQL}) AS t USING ({UNIT_SQL})
    JOIN term_levels USING (term_id)
),
moved AS (
    SELECT {UNIT_SQL}, alert_id, any_value(triggered_at) AS triggered_at,
           min(running.event_time) FILTER (WHERE running.total >= reaches AND running.lots >= lots_at) AS corrected_at
    FROM due JOIN running USING ({UNIT_SQL}) GROUP BY {UNIT_SQL}, alert_id
)
SELECT $sequence, {UNIT_SQL}, late_events, coalesce(total, 0)::BIGINT, alert_id, triggered_at, corrected_at
FROM late LEFT JOIN totals USING ({UNIT_SQL}) LEFT JOIN moved USING ({UNIT_SQL})
ORDER BY ALL
"""
_LATE_ROWS = """
SELECT count(*) FROM (
    SELECT exchange, event_time FROM batch_orders UNION ALL SELECT exchange, event_time FROM batch_trades
) AS rows JOIN closed USING (exchange) WHERE rows.event_time <= closed.closed_at
"""


def late_rows(con: Any) -> int:
    """How many raw rows of the batch in hand are not after what was processed before, exchange by exchange."""
    return int(con.execute(_LATE_ROWS).fetchall()[0][0])


def record_corrections(con: Any, sequence: int) -> None:
    """Append the corrections of the batch in hand; its own new alerts must not be in the state yet."""
    con.execute(_CORRECTIONS, {"sequence": sequence})
