"""Large orders and orders at a price limit (大单、涨跌停价报单): few, so they are looked for where they can be."""

from __future__ import annotations

import ibis.expr.types as ir

from features.contract_terms import with_day, with_valid
from features.order_days import CONTRACT_DAY

_DAY = ("trading_day", "exchange", "contract")
_TERMS = ("max_order_volume", "tick", "upper_limit", "lower_limit")
_LIMITS = ("upper_limit", "lower_limit")
_FOUND = ("large_accepted", "large_cancelled", "limit_accepted")
_SEEN = ("messages", "priced", "largest", "lowest", "highest")  # of the sums, asked here only


def order_terms(sums: ir.Table, contracts: ir.Table, contract_days: ir.Table) -> ir.Table:
    """What binds the orders of a contract on a day of ``order_sums``, one row each; null where nothing is known."""
    terms = with_valid(sums.select(*_DAY).distinct(), contracts, ("max_order_volume", "tick"))
    terms = with_day(terms, contract_days, _LIMITS)
    return terms.group_by(_DAY).aggregate(**{name: terms[name].max() for name in _TERMS})


def order_suspects(sums: ir.Table, terms: ir.Table) -> ir.Table:
    """``CONTRACT_DAY`` and terms of the few whose extremes say that a row may be large or at a limit."""
    rows = sums.join(terms, [sums[key] == terms[key] for key in _DAY])
    rows = rows.select(*[sums[n] for n in (*CONTRACT_DAY, *_SEEN)], *[terms[name] for name in _TERMS])
    near = [_within_a_tick(rows.lowest, rows.highest, rows[limit], rows.tick) for limit in _LIMITS]
    may_be = _is_large(rows.largest, rows.max_order_volume) | near[0] | near[1]
    return rows.filter(may_be.fill_null(False)).select(*CONTRACT_DAY, *_TERMS)


def order_days(sums: ir.Table, terms: ir.Table, suspects: ir.Table, orders: ir.Table) -> ir.Table:
    """``order_days.order_sums`` of ``orders`` with what binds them: how many were large, how many at a limit.

    Large: 5 x lots >= 4 x the largest order allowed that day. At the limit: nearer than half a tick to either limit
    of the day. ``sized`` counts the rows whose contract has a largest order, ``priced`` orders that can be compared.
    """
    few = _exceptional(orders, suspects)
    joined = sums.left_join(terms, [sums[key] == terms[key] for key in _DAY])
    joined = joined.left_join(few, [sums[key] == few[key] for key in CONTRACT_DAY])
    sized, priced = terms.max_order_volume.notnull(), _comparable(terms)
    counted = {
        "sized": sized.ifelse(sums.messages, 0),
        "sized_accepted": sized.ifelse(sums.accepted, 0),
        "priced_accepted": priced.ifelse(sums.priced, 0),
    }
    kept = [sums[name] for name in sums.columns if name not in _SEEN]
    return joined.select(*kept, **counted, **{name: few[name].fill_null(0) for name in _FOUND})


def _exceptional(orders: ir.Table, suspects: ir.Table) -> ir.Table:
    """``CONTRACT_DAY`` and how many of its rows are large or at a limit, of ``suspects`` with such a row."""
    rows = orders.join(suspects, [orders[key] == suspects[key] for key in CONTRACT_DAY])
    names = (*CONTRACT_DAY, "event", "price", "volume")
    rows = rows.select(*[orders[n] for n in names], *[suspects[n] for n in _TERMS])
    accepted, large = rows.event == "accepted", _is_large(rows.volume, rows.max_order_volume).fill_null(False)
    at = [_near(rows.price, rows[limit], rows.tick).fill_null(False) for limit in _LIMITS]
    return rows.group_by(CONTRACT_DAY).aggregate(
        large_accepted=(large & accepted).cast("int64").sum(),
        large_cancelled=(large & (rows.event == "cancelled")).cast("int64").sum(),
        limit_accepted=(accepted & (at[0] | at[1])).cast("int64").sum(),
    )


def _is_large(lots: ir.IntegerValue, most: ir.IntegerValue) -> ir.BooleanValue:
    return lots * 5 >= most * 4


def _within_a_tick(
    lowest: ir.DecimalValue, highest: ir.DecimalValue, limit: ir.DecimalValue, tick: ir.DecimalValue
) -> ir.BooleanValue:
    """Whether a price of [lowest, highest] may be within a whole tick of ``limit``; the rows are asked exactly."""
    return (highest >= limit - tick) & (lowest <= limit + tick)


def _comparable(terms: ir.Table) -> ir.BooleanValue:
    return terms.tick.notnull() & (terms.upper_limit.notnull() | terms.lower_limit.notnull())


def _near(price: ir.DecimalValue, limit: ir.DecimalValue, tick: ir.DecimalValue) -> ir.BooleanValue:
    return (price - limit).abs() * 2 < tick
