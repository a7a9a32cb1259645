"""What is known of accounts and contracts on a trading day, and the rows of a batch with it."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from features.events.schema import TABLES
from rules_baseline.inputs import CANCEL_COLUMNS, OPEN_COLUMNS

_MEMBERS = {"account_id": "VARCHAR", "group_id": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"}
_VALID = "valid_from <= day AND (valid_to IS NULL OR day < valid_to)"
_DAY_TABLES = {
    "subject_of_day": "trading_day DATE, account_id VARCHAR, group_id VARCHAR",
    "contract_of_day": "trading_day DATE, exchange VARCHAR, contract VARCHAR, kind VARCHAR, has_order_fee BOOLEAN, "
    "max_order_volume BIGINT, tick DECIMAL(18,6), has_day BOOLEAN, upper_limit DECIMAL(18,6), "
    "lower_limit DECIMAL(18,6), high_price DECIMAL(18,6), low_price DECIMAL(18,6)",
    "programmatic": "trading_day DATE, subject_type VARCHAR, subject_id VARCHAR",
}
ROW_FACTS = ("subject_of_day", "contract_of_day")  # what ``cancels_of`` and ``opens_of`` join
_OF_NEW_DAYS = {
    "subject_of_day": f"SELECT day, account_id, group_id FROM memberships, new_days WHERE {_VALID}",
    # a day's prices without a contract are still the day's prices: the tick is what is missing then; a day given
    # twice is one day, or its cancels would count twice
    "contract_of_day": f"""
SELECT DISTINCT ON (coalesce(c.day, d.day), coalesce(c.exchange, d.exchange), coalesce(c.contract, d.contract))
       coalesce(c.day, d.day), coalesce(c.exchange, d.exchange), coalesce(c.contract, d.contract), kind, has_order_fee,
       max_order_volume, tick, has_day, upper_limit, lower_limit, high_price, low_price
FROM (SELECT * FROM contracts, new_days WHERE {_VALID}) AS c
FULL JOIN (SELECT trading_day AS day, true AS has_day, * EXCLUDE (trading_day)
           FROM contract_days SEMI JOIN new_days ON trading_day = day) AS d
  ON c.day = d.day AND c.exchange = d.exchange AND c.contract = d.contract
ORDER BY ALL""",
    "programmatic": f"""
SELECT day, subject_type, subject_id
FROM (SELECT day, 'account' AS subject_type, account_id AS subject_id, account_id FROM accounts, new_days WHERE {_VALID}
      UNION ALL SELECT trading_day, 'group', group_id, account_id FROM subject_of_day
      SEMI JOIN new_days ON trading_day = day) AS s
LEFT JOIN (SELECT day, account_id, is_programmatic FROM accounts, new_days WHERE {_VALID}) AS a USING (day, account_id)
GROUP BY ALL HAVING bool_and(coalesce(is_programmatic, false))""",
}
_JOINS = """
FROM {rows} AS r
LEFT JOIN subject_of_day AS s ON s.account_id = r.account_id AND s.trading_day = r.trading_day"""
_CONTRACT = """
LEFT JOIN contract_of_day AS c
  ON c.exchange = r.exchange AND c.contract = r.contract AND c.trading_day = r.trading_day"""
SUBJECT = (
    "CASE WHEN s.group_id IS NULL THEN 'account' ELSE 'group' END AS subject_type, "
    "coalesce(s.group_id, r.account_id) AS subject_id"
)
_FACTS = (
    "c.kind, c.has_order_fee, c.max_order_volume, c.tick, c.has_day, c.upper_limit, c.lower_limit, c.high_price, "
    "c.low_price"
)


def with_subject(rows: str, columns: str, *, kind: bool = False) -> str:
    """SQL of the columns given of ``rows`` (a table or a query in brackets), the subject, and the contract's kind."""
    more = (", c.kind", _CONTRACT) if kind else ("", "")
    return f"SELECT {columns}, {SUBJECT}{more[0]} {_JOINS.format(rows=rows)}{more[1]}"


def cancels_of(where: str = "") -> str:
    """SQL of ``inputs.SCHEMAS['cancels']`` of the batch in hand; ``where`` narrows the rows ``r`` down further."""
    columns = ", ".join(f"r.{name}" for name in CANCEL_COLUMNS)
    joins = f"{_JOINS.format(rows='batch_orders')}{_CONTRACT}"
    return f"SELECT {columns}, {SUBJECT}, {_FACTS} {joins} WHERE r.event = 'cancelled' {where}"


def opens_of(where: str = "") -> str:
    """SQL of ``inputs.SCHEMAS['opens']`` of the batch in hand; ``where`` narrows the rows ``r`` down further."""
    columns = ", ".join(f"r.{name}" for name in OPEN_COLUMNS)
    return f"{with_subject('batch_trades', columns, kind=True)} WHERE r.offset = 'open' {where}"


class Facts:
    """The day tables of one connection: filled for a trading day when it is first met.

    ``reference`` holds ``contracts`` and, where they were given, ``memberships``, ``contract_days``, ``accounts``.
    """

    def __init__(self, con: Any, reference: Mapping[str, pa.Table]) -> None:
        self._con = con
        self._days: set[date] = set()
        _load(con, "memberships", _MEMBERS, reference)
        for name in ("contracts", "contract_days", "accounts"):
            _load(con, name, {column.name: column.kind.value for column in TABLES[name].columns}, reference)
        for name, columns in _DAY_TABLES.items():
            con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")

    def meet(self, days: Collection[date]) -> None:
        """Work out the facts of days not met before."""
        new = sorted(set(days) - self._days)
        if not new:
            return
        self._con.execute("CREATE OR REPLACE TEMP TABLE new_days AS SELECT unnest($days::DATE[]) AS day", {"days": new})
        for name, sql in _OF_NEW_DAYS.items():
            self._con.execute(f"INSERT INTO {name} {sql}")
        self._days.update(new)

    def forget(self, days: Collection[date]) -> None:
        """Take back days whose batch was rolled back (temporary tables roll back with it)."""
        self._days.difference_update(days)

    def drop(self, days: Collection[date]) -> None:
        """Let go of what was worked out for days; they are met again where they are asked about again."""
        gone = sorted(days)
        for name in _DAY_TABLES if gone else ():
            self._con.execute(f"DELETE FROM {name} WHERE trading_day IN (SELECT unnest($days::DATE[]))", {"days": gone})
        self._days.difference_update(days)

    @property
    def days(self) -> frozenset[date]:
        """The days met so far."""
        return frozenset(self._days)


def _load(con: Any, name: str, columns: Mapping[str, str], reference: Mapping[str, pa.Table]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({', '.join(f'{n} {k}' for n, k in columns.items())})")
    if name in reference:
        con.register("arriving", reference[name])
        con.execute(f"INSERT INTO {name} BY NAME SELECT {', '.join(columns)} FROM arriving")
        con.unregister("arriving")
