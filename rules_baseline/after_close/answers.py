"""Findings of a screen: HIT, MISS or UNKNOWN of every subject looked at, with the day's total and why."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.screen import Screen
from rules_baseline.findings import FINDINGS_SCHEMA

_FOUND = """
SELECT $rule AS rule_id, exchange, contract, trading_day, subject_type, subject_id,
       {answer} AS answer, {total} AS day_total, {reason} AS reason
FROM {rows} JOIN {days} USING (day_no)
"""
_ANSWER = "CASE WHEN answer IS NULL THEN 'UNKNOWN' WHEN answer THEN 'HIT' ELSE 'MISS' END"
_REASON = "CASE WHEN answer IS NULL THEN because WHEN answer THEN 'limit reached' ELSE 'limit not reached' END"


def findings_of(closing: Closing, screen: Screen, rows: Any, *, in_force: bool = True) -> pa.Table:
    """The kept table ``rows`` (``find`` with ``answer``) in the shape of the findings file."""
    limit = screen.limits[0]
    total = f"CAST({limit.count} AS DOUBLE)"
    if limit.per is not None:
        total = f"CASE WHEN {limit.per} > 0 THEN {total} / CAST({limit.per} AS DOUBLE) END"
    query = _FOUND.format(
        rows=rows.get_name(),
        days=closing.days.get_name(),
        total=total,
        answer=_ANSWER if in_force else "'MISS'",
        reason=_REASON if in_force else "'not in force'",
    )
    return closing.session.sql(query.replace("$rule", f"'{screen.id}'")).cast(FINDINGS_SCHEMA)


def unknown(closing: Closing, screen: Screen, because: str, without: str = "") -> pa.Table:
    """UNKNOWN for everyone who ordered or traded: what is missing (``because``) could be all there is to see.

    Of a screen that ``looks_at`` a table that was given, for everyone with a row of it. ``without`` is a query of
    (trading_day, account_id) that are left out.
    """
    group = screen.subject == "group"
    subject = ("CASE WHEN group_id IS NULL THEN 'account' ELSE 'group' END", "coalesce(group_id, account_id)")
    subject_type, subject_id = subject if group else ("'account'", "account_id")
    seen = screen.looks_at and closing.has(screen.looks_at)
    who = closing.keep(_people(closing, screen.looks_at)) if seen else active(closing)
    left_out = f"ANTI JOIN ({without}) USING (trading_day, account_id)" if without else ""
    query = f"""
        SELECT DISTINCT '{screen.id}' AS rule_id, NULL::VARCHAR AS exchange, NULL::VARCHAR AS contract, trading_day,
               {subject_type} AS subject_type, {subject_id} AS subject_id, 'UNKNOWN' AS answer,
               NULL::DOUBLE AS day_total, '{because}' AS reason
        FROM {who.get_name()} {left_out}
    """
    return closing.session.sql(query).cast(FINDINGS_SCHEMA)


def left_open(closing: Closing, screen: Screen, rows: Any) -> pa.Table:
    """UNKNOWN for accounts outside every known cluster, where a table or column that could link them is missing."""
    because = closing.lacks(screen.helps)
    if not because:
        return FINDINGS_SCHEMA.empty_table()
    clustered = (
        f"SELECT trading_day, unnest(accounts) AS account_id FROM {rows.get_name()} JOIN {closing.days.get_name()}"
    )
    return unknown(closing, screen, because, f"{clustered} USING (day_no)")


def active(closing: Closing) -> Any:
    """trading_day, account_id, group_id (null without one) of everyone who ordered or traded; computed once."""
    return closing.once("active", lambda: closing.keep(_people(closing, "orders", "trades")))


def _people(closing: Closing, *names: str) -> Any:
    columns = ("trading_day", "day_no", "account_id")
    rows = [closing.rows(name).select(*columns) for name in names]
    seen = ibis.union(*rows, distinct=True) if len(rows) > 1 else rows[0].distinct()
    return closing.with_group(closing.on_run_days(seen)).select("trading_day", "account_id", "group_id")
