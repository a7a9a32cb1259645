"""Sums over trailing windows of trading days, for all days to answer for at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from rules_baseline.after_close.closing import Closing


def windowed(
    closing: Closing, rows: Any, by: Sequence[str], sums: Sequence[str], days: int, running: Sequence[str] = ()
) -> Any:
    """Per key ``by`` and day to answer for, the ``sums`` over the last ``days`` trading days, that day included.

    ``rows`` hold ``by``, ``day_no`` and the summed columns. ``running`` are summed from the first row on. A key has a
    row on every day whose window holds one of its rows. Every key gets a dense range of days, so that one window
    function serves all days: the cost is linear in keys x days.
    """
    keys = [*by, "day_no"]
    daily = rows.group_by(keys).aggregate(
        rows_seen=rows.count(), **{name: rows[name].sum() for name in (*sums, *running)}
    )
    dense = grid(closing, daily, by, before=0, after=days - 1)
    joined = dense.left_join(daily, [dense[key] == daily[key] for key in keys]).select(
        dense, *(daily[name] for name in ("rows_seen", *sums, *running))
    )
    last = ibis.window(group_by=list(by), order_by="day_no", preceding=days - 1, following=0)
    ever = ibis.window(group_by=list(by), order_by="day_no", preceding=None, following=0)
    totals = joined.select(
        *keys,
        rows_seen=joined.rows_seen.sum().over(last),
        **{name: joined[name].sum().over(last) for name in sums},
        **{name: joined[name].sum().over(ever) for name in running},
    )
    return closing.on_run_days(totals.filter(totals.rows_seen > 0)).drop("rows_seen")


def grid(closing: Closing, rows: Any, by: Sequence[str], *, before: int, after: int) -> Any:
    """Every key of ``rows`` with every trading day from ``before`` days ahead of its first to ``after`` its last."""
    spans = rows.group_by(list(by)).aggregate(first_no=rows.day_no.min() - before, last_no=rows.day_no.max() + after)
    days = closing.days.select("day_no")
    within = [days.day_no >= spans.first_no, days.day_no <= spans.last_no]
    return spans.join(days, within).select(*by, "day_no")


def entered_and_left(rows: Any, by: Sequence[str], what: str, days: int) -> Any:
    """``by``, day_no, ``change``: +1 when a value of ``what`` enters the trailing window, -1 when it leaves it.

    Their running sum is the number of distinct values in the window: no set of values is kept for any day.
    """
    once = rows.select(*by, what, "day_no").distinct()
    order = ibis.window(group_by=[*by, what], order_by="day_no")
    spans = once.mutate(until=ibis.least(once.day_no + days, once.day_no.lead().over(order)))
    spans = spans.mutate(until=ibis.coalesce(spans.until, spans.day_no + days))
    enters = spans.select(*by, "day_no", change=ibis.literal(1, "int64"))
    leaves = spans.select(*by, day_no=spans.until, change=ibis.literal(-1, "int64"))
    return ibis.union(enters, leaves)
