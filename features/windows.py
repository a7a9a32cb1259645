"""Trailing windows over numbered trading days: ranges, never row counts, so that silence empties them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

LENGTHS = (5, 20)  # trading days


def numbered(table: ir.Table, days: ir.Table) -> ir.Table:
    """``table`` with ``day_no``, the 0-based number of its ``trading_day`` in the calendar ``days``."""
    return table.join(days.select("trading_day", "day_no"), "trading_day")


def trailing(
    daily: ir.Table,
    days: ir.Table,
    measures: Sequence[str],
    maxima: Sequence[str] = (),
    lengths: Sequence[int] = LENGTHS,
    also: ir.Table | None = None,
    every: bool = False,
) -> ir.Table:
    """Sum (or maximum) of each daily measure over (day - length, day], named ``{measure}_{length}``.

    ``daily`` holds one row an account and active day; a window without one is null, not zero. Rows (account_id, day_no)
    stand on the days on which a value may change: active days, those on which one falls out of a window, and the days
    ``also``; or on ``every`` day with an active day in the longest window, and on the first without, for values that
    can change while the account itself does nothing, since others do. Days after the end of the calendar are left out,
    the next build will have them.

    ``daily`` is read once only: engines run a table that is used twice twice. Each of its rows is laid on every day it
    counts for, and on the first without it, and these are added up: a third of what windows cost.
    """
    longest = max(lengths)
    wide = daily.select("account_id", "day_no", *measures, *maxima, offset=ibis.range(0, longest + 1).unnest())
    turns = ibis.literal(1, "int8") if every else wide.offset.isin([0, *lengths]).cast("int8")
    columns = {name: wide[name] for name in (*measures, *maxima)}
    rows = wide.select("account_id", *columns, "offset", day_no=wide.day_no + wide.offset, turns=turns)
    if also is not None:
        nothing = {name: ibis.null().cast(rows[name].type()) for name in columns}
        marks = {"offset": ibis.literal(longest).cast(rows.offset.type()), "turns": ibis.literal(1, "int8")}
        empty = also.select("account_id", **nothing, **marks, day_no=also.day_no)
        rows = ibis.union(rows, empty.select(*rows.columns))
    sums = rows.group_by("account_id", "day_no").aggregate(
        turns=rows.turns.max(), **_added(rows, measures, maxima, lengths)
    )
    return sums.filter(sums.turns == 1).drop("turns").semi_join(days, "day_no")


def _added(
    rows: ir.Table, measures: Sequence[str], maxima: Sequence[str], lengths: Sequence[int]
) -> dict[str, ir.Value]:
    columns: dict[str, ir.Value] = {}
    for length in lengths:
        within = rows.offset < length
        columns |= {f"{m}_{length}": within.ifelse(rows[m], None).sum() for m in measures}
        columns |= {f"{m}_{length}": within.ifelse(rows[m], None).max() for m in maxima}
    return columns


def dense_distinct(daily_items: ir.Table, item: str, length: int, name: str) -> ir.Table:
    """(account_id, day_no, ``name``): the same on every day on which there is any, in the calendar or after it."""
    items = daily_items.filter(daily_items[item].notnull()).select("account_id", "day_no", item).distinct()
    again = items.day_no.lead().over(group_by=["account_id", item], order_by="day_no")
    # each use counts until the next one, so that no item is there twice on a day: rows are counted, not values
    items = items.mutate(until=ibis.least((again - items.day_no).fill_null(length), length))
    spread = items.select("account_id", "day_no", offset=ibis.range(0, items.until).unnest())
    spread = spread.mutate(day_no=spread.day_no + spread.offset)
    return spread.group_by("account_id", "day_no").aggregate(**{name: spread.count()})


def ratio(numerator: ir.NumericValue, denominator: ir.NumericValue) -> ir.NumericValue:
    """Quotient rounded to nine digits; null where the denominator is zero or null."""
    return (numerator.cast("float64") / denominator.cast("float64").nullif(0.0)).round(9)


def positive(value: ir.NumericValue) -> ir.NumericValue:
    """The value where it is above zero, else null: what an equity or a fee has to be to be compared with."""
    return (value > 0).ifelse(value, None)


def as_features(table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
    """``table`` reduced to (account_id, event_timestamp, features as float64)."""
    return table.select("account_id", "event_timestamp", **{k: v.cast("float64") for k, v in columns.items()})
