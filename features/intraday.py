"""Intraday (当日): the trading day so far, up to and including a moment."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.matches import MATCH, self_matches
from features.order_days import measured
from features.windows import ratio

KEY = ["account_id", "trading_day", "moment"]


def intraday(orders: ir.Table, trades: ir.Table, moments: ir.Table) -> ir.Table:
    """Features of family ``intraday`` at each of ``moments`` (account_id, trading_day, moment).

    Counts what the account did with ``event_time <= moment`` on that trading day: 0 where it did nothing, since the day
    was looked at; a ratio without its denominator is null. ``intraday_trading_day`` (yyyymmdd) and ``intraday_at``
    (microseconds) say which moment the row speaks of: a reader must not use it for another day or an earlier moment.
    """
    moments = moments.select(*KEY).distinct()
    ordered = _orders_so_far(orders, moments)
    traded = _trades_so_far(trades, moments)
    rows = moments.left_join(ordered, KEY).drop(*[f"{k}_right" for k in KEY])
    rows = rows.left_join(traded, KEY).drop(*[f"{k}_right" for k in KEY])
    day = rows.trading_day

    def counted(value: ir.IntegerValue) -> ir.IntegerValue:
        return value.fill_null(0)

    features = {
        "orders_today": counted(rows.orders),
        "cancels_today": counted(rows.cancels),
        "cancel_ratio_today": ratio(rows.cancels, rows.orders),
        "cancelled_lots_today": counted(rows.lots_cancelled),
        "max_cancelled_lots_today": counted(rows.largest),
        "ioc_cancel_share_today": ratio(rows.ioc, rows.cancels),
        "exempt_hedge_share_today": ratio(rows.exempt, rows.orders),
        "max_messages_per_second_today": counted(rows.burst),
        "trades_today": counted(rows.trades),
        "traded_lots_today": counted(rows.lots),
        "self_matches_today": counted(rows.matches),
        "distinct_contracts_today": counted(rows.contracts),
        "intraday_trading_day": day.year() * 10_000 + day.month() * 100 + day.day(),
        "intraday_at": rows.moment.delta(ibis.timestamp("1970-01-01"), unit="microsecond"),
    }
    floats = {name: value.cast("float64") for name, value in features.items()}
    return rows.select("account_id", event_timestamp=rows.moment, **floats)


def _so_far(table: ir.Table, moments: ir.Table) -> ir.Table:
    probe = moments.select(who=moments.account_id, day=moments.trading_day, moment=moments.moment)
    matching = [table.account_id == probe.who, table.trading_day == probe.day, table.event_time <= probe.moment]
    return table.join(probe, matching)


def _orders_so_far(orders: ir.Table, moments: ir.Table) -> ir.Table:
    needed = ["account_id", "trading_day", "event_time", "event", "exchange", "contract", "hedge", "time_in_force"]
    rows = _so_far(orders.select(*needed, "volume"), moments)
    rows = rows.mutate(**measured(rows), second=rows.event_time.truncate("s"), item=rows.exchange + "." + rows.contract)
    sums = rows.group_by(KEY).aggregate(
        orders=rows.accepted.sum(),
        cancels=rows.cancelled.sum(),
        lots_cancelled=rows.cancelled_lots.sum(),
        largest=rows.cancelled_lots.max(),
        ioc=rows.ioc_cancelled.sum(),
        exempt=rows.exempt_accepted.sum(),
        contracts=rows["item"].nunique(),
    )
    seconds = rows.group_by(*KEY, "second").aggregate(messages=(rows.accepted + rows.cancelled).sum())
    bursts = seconds.group_by(KEY).aggregate(burst=seconds.messages.max())
    return sums.join(bursts, KEY)


def _trades_so_far(trades: ir.Table, moments: ir.Table) -> ir.Table:
    rows = _so_far(trades, moments)
    sums = rows.group_by(KEY).aggregate(trades=rows.count(), lots=rows.volume.sum())
    # Paired within the rows seen so far: a match whose second side comes later is not one yet.
    both = _so_far(self_matches(trades).select(*MATCH, "event_time"), moments)
    counted = both.group_by(KEY).aggregate(matched=both.count())
    joined = sums.left_join(counted, KEY)
    return joined.select(*sums.columns, matches=counted.matched.fill_null(0))
