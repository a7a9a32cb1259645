"""What a condition compares, by account (or account and contract) and day: sums, ratios, distinct counts, own past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.screen import EXACT
from rules_baseline.after_close.window import entered_and_left, grid
from rules_baseline.custom.conditions import Change, Leaf, Volatility
from rules_baseline.custom.measures import Measure

RATIO = "decimal(38, 6)"  # counts and money: products of two and a factor still fit
DIGITS = 9  # of doubles, which volatility alone uses


def figures_of(closing: Closing, leaf: Leaf, keys: Sequence[str]) -> Any:
    """One row for every key and day to answer for that a row of the measure's table could reach.

    Columns ``keys``, day_no, ``seen`` (a row in the reach) and, of a window: ``n``, ``gaps`` (rows whose part is not
    known), of a ratio ``d`` (its divisor), of a change the same of the window before, ``p`` ahead; of volatility:
    ``v`` (the day's value), ``mean``, ``sd``, ``past`` (days of it), null where there is none.
    """
    rows = _counted(closing, leaf)
    if isinstance(leaf, Volatility):
        return closing.keep(_own_past(closing, leaf, rows, keys))
    daily, running = _daily(leaf.measure, rows, keys, leaf.days)
    return closing.keep(_over_windows(closing, leaf, daily, keys, running))


def _counted(closing: Closing, leaf: Leaf) -> Any:
    """Rows of the table in reach with ``n``, ``d``, ``gaps`` or ``what``; outside the time of day they add nothing."""
    measure = leaf.measure
    rows = closing.rows(measure.table, leaf.reach)
    if "contracts" in measure.reads:
        rows = closing.with_contract(rows)
    inside = ibis.literal(True) if leaf.clock is None else leaf.clock.holds(rows)
    if measure.distinct is not None:
        return rows.mutate(what=ibis.ifelse(inside, measure.distinct(rows), ibis.null("string")))
    exact = EXACT if measure.per is None else RATIO
    found = {"n": measure.amount, "d": measure.per}
    parts = {name: _part(inside, amount(rows), exact) for name, amount in found.items() if amount is not None}
    gap = inside & measure.amount(rows).isnull() if measure.amount is not None else ibis.literal(False)
    return rows.mutate(**parts, gaps=gap.cast("int64"))


def _part(inside: Any, amount: Any, exact: str) -> Any:
    return ibis.ifelse(inside, amount.cast(exact), ibis.literal(0, exact))


def _daily(measure: Measure, rows: Any, keys: Sequence[str], days: int) -> tuple[Any, bool]:
    """Per key and day what enters the windows, and whether it is a running sum that does the counting."""
    one, zero = ibis.literal(1, "int64"), ibis.literal(0, "int64")
    by = [*keys, "day_no"]
    if measure.kind == "distinct":
        changes = entered_and_left(rows.filter(rows.what.notnull()), keys, "what", days)
        each = ibis.union(
            changes.select(*by, n="change", gaps=zero, here=zero), rows.select(*by, n=zero, gaps=zero, here=one)
        )
    else:
        divisor = {"d": rows.d} if measure.kind == "ratio" else {}
        each = rows.select(*by, n=rows.n, gaps=rows.gaps, here=one, **divisor)
    names = [name for name in each.columns if name not in by]
    return each.group_by(by).aggregate(**{name: each[name].sum() for name in names}), measure.kind == "distinct"


def _over_windows(closing: Closing, leaf: Leaf, daily: Any, keys: Sequence[str], running: bool) -> Any:
    names = [name for name in daily.columns if name not in (*keys, "day_no", "here")]
    dense = _dense(closing, daily, keys, before=0, after=leaf.reach - 1)
    order = {"group_by": list(keys), "order_by": "day_no"}
    last = ibis.window(**order, preceding=leaf.days - 1, following=0)
    ever = ibis.window(**order, preceding=None, following=0)
    reach = ibis.window(**order, preceding=leaf.reach - 1, following=0)
    zero = ibis.literal(0, "int64")
    sums = {name: dense[name].sum().over(ever if running and name == "n" else last) for name in names}
    totals = dense.select(
        *keys,
        "day_no",
        seen=ibis.coalesce(dense.here.sum().over(reach), zero) > 0,
        **{name: _filled(leaf.measure, name, one) for name, one in sums.items()},
    )
    if isinstance(leaf, Change):
        before = ibis.window(**order)
        past = {name: totals[name].lag(leaf.days).over(before) for name in names}
        totals = totals.mutate(**{f"p{name}": _filled(leaf.measure, name, one) for name, one in past.items()})
    return closing.on_run_days(totals)


def _filled(measure: Measure, name: str, total: Any) -> Any:
    """A total; a window without a row holds 0, or stays null where that is not known."""
    kind = "int64" if name == "gaps" else RATIO if measure.kind == "ratio" else EXACT
    if name == "gaps" or measure.empty == "zero":
        total = ibis.coalesce(total, ibis.literal(0, "int64"))
    return total.cast(kind)


def _own_past(closing: Closing, leaf: Volatility, rows: Any, keys: Sequence[str]) -> Any:
    """The day's value as a double, and mean and sample standard deviation of those before it."""
    measure, by = leaf.measure, [*keys, "day_no"]
    grouped = rows.group_by(by)
    if measure.kind == "distinct":
        counts = closing.gather(grouped.aggregate(n=rows.what.nunique(), here=rows.count()))
        daily = counts.select(*by, "here", v=counts.n.cast("float64"))
    else:
        divisor = {"d": rows.d.sum()} if measure.kind == "ratio" else {}
        sums = closing.gather(grouped.aggregate(n=rows.n.sum(), gaps=rows.gaps.sum(), here=rows.count(), **divisor))
        value = sums.n.cast("float64")
        if measure.kind == "ratio":
            value = ibis.ifelse(sums.d > 0, value / sums.d.cast("float64"), ibis.null("float64"))
        daily = sums.mutate(v=ibis.ifelse(sums.gaps > 0, ibis.null("float64"), value)).select(*by, "v", "here")
    dense = _dense(closing, daily, keys, before=leaf.past_days, after=leaf.past_days)
    value = ibis.ifelse(dense.here.isnull(), 0.0, dense.v) if leaf.quiet == "zero" else dense.v
    dense = dense.select(*by, "here", v=value.round(DIGITS))
    past = ibis.window(group_by=list(keys), order_by="day_no", rows=(-leaf.past_days, -1))
    return closing.on_run_days(
        dense.select(
            *by,
            seen=dense.here.notnull(),
            v=dense.v,
            mean=dense.v.mean().over(past).round(DIGITS),
            sd=dense.v.std(how="sample").over(past).round(DIGITS),
            past=dense.v.count().over(past).cast("int64"),
        )
    )


def _dense(closing: Closing, daily: Any, keys: Sequence[str], *, before: int, after: int) -> Any:
    """Every key on every day its rows reach; null where it has no row."""
    by = [*keys, "day_no"]
    spans = grid(closing, daily, keys, before=before, after=after)
    values = [daily[name] for name in daily.columns if name not in by]
    return spans.left_join(daily, [spans[key] == daily[key] for key in by]).select(spans, *values)
