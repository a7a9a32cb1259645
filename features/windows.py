"""Trailing windows over numbered trading days: ranges, never row counts, so that silence empties them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

LENGTHS = (5, 20)  # trading days
STEP = 5
_KEY = ("account_id", "day_no")


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

    ``daily`` is read once only: engines run a table that is used twice twice. Its rows are added up over ``STEP`` days
    by laying each on the days it counts for, and these sums over the longest length (a multiple) likewise: 9 rows for
    20 where windows look 20 times. Every other length is ``STEP`` or shorter.
    """
    longest, short = max(lengths), [n for n in lengths if n <= STEP]
    if longest % STEP or len(short) < len(lengths) - 1:
        raise ValueError(f"lengths {lengths}: wanted a multiple of {STEP} and none between")
    steps = _steps(daily, (*measures, *maxima), lengths, also)
    added = {f"{m}_{n}": _within(steps, n, m).sum() for n in {STEP, *short} for m in measures}
    added |= {f"{m}_{n}": _within(steps, n, m).max() for n in {STEP, *short} for m in maxima}
    inside = (steps.offset < STEP).cast("int8")
    rows = steps.group_by(*_KEY).aggregate(turns=steps.turns.max(), inside=inside.max(), **added)
    rows = rows.mutate(ahead=ibis.array(list(range(0, longest, STEP))).unnest())
    here = rows.ahead == 0
    turns = here.ifelse(rows.turns, 0)
    rows = rows.mutate(day_no=rows.day_no + rows.ahead, turns=ibis.greatest(turns, rows.inside) if every else turns)
    columns = {f"{m}_{n}": here.ifelse(rows[f"{m}_{n}"], None).max() for n in short for m in (*measures, *maxima)}
    columns |= {f"{m}_{longest}": rows[f"{m}_{STEP}"].sum() for m in measures}
    columns |= {f"{m}_{longest}": rows[f"{m}_{STEP}"].max() for m in maxima}
    found = rows.group_by(*_KEY).aggregate(turns=rows.turns.max(), **columns)
    return found.filter(found.turns == 1).drop("turns").semi_join(days, "day_no")


def _steps(daily: ir.Table, names: Sequence[str], lengths: Sequence[int], also: ir.Table | None) -> ir.Table:
    """``daily`` on each of the ``STEP`` days it counts for, and on the days on which it falls out of a window."""
    shifts = sorted({*range(STEP), *lengths})
    wide = daily.select(*_KEY, *names, offset=ibis.array(shifts).unnest())
    turns = wide.offset.isin([0, *lengths]).cast("int8")
    at = {"offset": wide.offset.cast("int64"), "day_no": wide.day_no + wide.offset, "turns": turns}
    rows = wide.select("account_id", *names, **at)
    if also is None:
        return rows
    nothing = {name: ibis.null().cast(rows[name].type()) for name in names}
    marks = {"offset": ibis.literal(max(lengths), "int64"), "turns": ibis.literal(1, "int8")}
    return ibis.union(rows, also.select("account_id", **nothing, **marks, day_no=also.day_no).select(*rows.columns))


def _within(steps: ir.Table, length: int, name: str) -> ir.Value:
    return (steps.offset < length).ifelse(steps[name], None)


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
