"""Declared control groups (实际控制关系账户组) resolved: an account belongs to one group a day at most."""

from __future__ import annotations

from typing import Any

# Between two neighbouring dates at which anything begins or ends for an account nothing changes, so one choice holds;
# neighbours with the same choice are then joined. min() of text compares UTF-8 bytes in this engine.
_MEMBERSHIPS = """
CREATE OR REPLACE TABLE memberships AS
WITH declared AS (SELECT account_id, group_id, valid_from, valid_to FROM control_groups WHERE declared),
dates AS (
    SELECT account_id, valid_from AS day FROM declared
    UNION SELECT account_id, valid_to FROM declared WHERE valid_to IS NOT NULL
),
spans AS (
    SELECT account_id, day AS begins, lead(day) OVER (PARTITION BY account_id ORDER BY day) AS ends FROM dates
),
chosen AS (
    SELECT s.account_id, s.begins, s.ends, min(d.group_id) AS group_id
    FROM spans AS s JOIN declared AS d
      ON d.account_id = s.account_id AND d.valid_from <= s.begins AND (d.valid_to IS NULL OR d.valid_to > s.begins)
    GROUP BY ALL
),
runs AS (
    SELECT *, sum(is_new) OVER (PARTITION BY account_id ORDER BY begins) AS run
    FROM (
        SELECT *, CASE WHEN group_id = lag(group_id) OVER w AND begins = lag(ends) OVER w THEN 0 ELSE 1 END AS is_new
        FROM chosen WINDOW w AS (PARTITION BY account_id ORDER BY begins)
    )
)
SELECT account_id, any_value(group_id) AS group_id, min(begins) AS valid_from,
       CASE WHEN count(*) = count(ends) THEN max(ends) END AS valid_to
FROM runs GROUP BY account_id, run ORDER BY account_id, valid_from
"""

_OVERLAPS = """
SELECT a.account_id, a.group_id, b.group_id,
       greatest(a.valid_from, b.valid_from) AS begins,
       nullif(least(coalesce(a.valid_to, DATE '9999-12-31'), coalesce(b.valid_to, DATE '9999-12-31')),
              DATE '9999-12-31') AS ends
FROM control_groups AS a JOIN control_groups AS b
  ON a.account_id = b.account_id AND a.group_id < b.group_id AND a.declared AND b.declared
 AND a.valid_from < coalesce(b.valid_to, DATE '9999-12-31') AND b.valid_from < coalesce(a.valid_to, DATE '9999-12-31')
ORDER BY ALL
"""


def create_memberships(connection: Any) -> None:
    """Create table ``memberships``: account_id, group_id, valid_from, valid_to (exclusive, null = open).

    Only declared groups. Where an account is in two of them on a day, the smaller group_id (UTF-8 bytes) has it.
    """
    connection.execute(_MEMBERSHIPS)


def overlaps(connection: Any) -> list[tuple[Any, ...]]:
    """Accounts in two declared groups: account_id, the group that has it, the other, from, to (exclusive)."""
    return list(connection.execute(_OVERLAPS).fetchall())
