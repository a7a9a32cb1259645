"""Trailing windows over numbered trading days: ranges, never row counts, so that silence empties them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

LENGTHS = (5, 20)  # trading days


def numbered(table: ir.Table, days: ir.Table) -> ir.Table:
    """``table`` with ``day_no``, the 0-based number of its ``trading_day`` in the calendar ``days``."""
    return table.join(days.select("trading_day", "day_no"), "trading_day")


def spine(daily: ir.Table, days: ir.Table) -> ir.Table:
    """Rows (account_id, day_no) on which any window over ``daily`` may change its value.

    These are the active days and the days on which an active day falls out of a window; days after the end of
    the calendar are left out, the next build will have them.
    """
    active = daily.select("account_id", "day_no").distinct()
    shifted = [active] + [active.mutate(day_no=active.day_no + length) for length in LENGTHS]
    return ibis.union(*shifted, distinct=True).semi_join(days, "day_no")


def every_day(active: ir.Table, days: ir.Table, length: int) -> ir.Table:
    """Rows (account_id, day_no) on every day with an active day in (day - length, day], and on the first day without.

    For values that can change while the account itself does nothing, since others do.
    """
    seen = active.select("account_id", "day_no").distinct()
    spread = seen.select("account_id", day_no=seen.day_no + ibis.range(0, length + 1).unnest())
    return spread.distinct().semi_join(days, "day_no")


def trailing_sums(on: ir.Table, daily: ir.Table, measures: Sequence[str], maxima: Sequence[str] = ()) -> ir.Table:
    """Sum (or maximum) of each daily measure over (day - length, day], named ``{measure}_{length}``.

    ``daily`` holds one row an account and active day; a window without an active day is null, not zero.
    """
    rows = on.left_join(daily, ["account_id", "day_no"]).select(*on.columns, *[daily[m] for m in (*measures, *maxima)])
    columns: dict[str, ir.Value] = {}
    for length in LENGTHS:
        window = ibis.range_window(group_by="account_id", order_by="day_no", preceding=length - 1, following=0)
        columns |= {f"{m}_{length}": rows[m].sum().over(window) for m in measures}
        columns |= {f"{m}_{length}": rows[m].max().over(window) for m in maxima}
    return rows.select("account_id", "day_no", **columns)


def trailing_distinct(on: ir.Table, daily_items: ir.Table, item: str, length: int, name: str) -> ir.Table:
    """Distinct non-null values of ``item`` over (day - length, day], on the rows of ``on``; absent where none."""
    key = ["account_id", "day_no"]
    items = daily_items.filter(daily_items[item].notnull()).select(*key, item).distinct()
    # An item leaves when the window has passed it, or the moment it is there again: no day holds a set of items.
    again = items.day_no.lead().over(ibis.window(group_by=["account_id", item], order_by="day_no"))
    leaves = items.select(
        "account_id", day_no=ibis.least(items.day_no + length, again.fill_null(items.day_no + length))
    )
    changes = ibis.union(
        items.select(*key, change=ibis.literal(1, "int64")),
        leaves.mutate(change=ibis.literal(-1, "int64")),
        on.select(*key, change=ibis.literal(0, "int64")),
    )
    daily = changes.group_by(key).aggregate(change=changes.change.sum())
    counted = daily.select(
        *key, **{name: daily.change.sum().over(ibis.cumulative_window(group_by="account_id", order_by="day_no"))}
    )
    return on.inner_join(counted.filter(counted[name] > 0), key).select(*key, name)


def ratio(numerator: ir.NumericValue, denominator: ir.NumericValue) -> ir.NumericValue:
    """Quotient rounded to nine digits; null where the denominator is zero or null."""
    return (numerator.cast("float64") / denominator.cast("float64").nullif(0.0)).round(9)


def as_features(table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
    """``table`` reduced to (account_id, event_timestamp, features as float64)."""
    return table.select("account_id", "event_timestamp", **{k: v.cast("float64") for k, v in columns.items()})
