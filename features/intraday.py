"""Intraday (当日): the trading day so far, up to and including a moment."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.bursts import busiest_seconds
from features.matches import MATCH, possible_matches, self_matches
from features.order_days import measured, one_sided_lots
from features.otr import otr
from features.windows import ratio

KEY = ["account_id", "trading_day", "moment"]
CONTRACT = ["exchange", "contract"]
# what of a row of either table is read here: what keeps rows for this family has to keep these columns
READ = {
    "orders": (
        *("account_id", "trading_day", "event_time", "exchange", "contract", "event", "side", "hedge", "order_type"),
        *("time_in_force", "volume", "cancelled_by"),
    ),
    "trades": (
        *("account_id", "trading_day", "event_time", "exchange", "contract", "trade_id", "order_id", "side", "offset"),
        *("hedge", "volume"),
    ),
}
SUMS = (
    *("accepted", "cancelled", "cancelled_lots", "ioc_cancelled", "exempt_accepted", "market_accepted", "charged"),
    *("pulled_buy_lots", "pulled_sell_lots", "trades", "lots", "open_lots", "traded_buy_lots", "traded_sell_lots"),
    *("filled_orders", "matches", "ordered"),
)


def intraday(orders: ir.Table, trades: ir.Table, moments: ir.Table) -> ir.Table:
    """Features of family ``intraday`` at each of ``moments`` (account_id, trading_day, moment).

    Counts what the account did with ``event_time <= moment`` on that trading day: 0 where it did nothing, since the day
    was looked at; a ratio without its denominator is null. ``intraday_trading_day`` (yyyymmdd) and ``intraday_at``
    (microseconds) say which moment the row speaks of: a reader must not use it for another day or an earlier moment.
    """
    moments = moments.select(*KEY).distinct()
    ordered = _so_far(orders.select(*READ["orders"]), moments)
    by_contract = _by_contract([_orders(ordered), _trades(trades.select(*READ["trades"]), moments)])
    rows = moments
    for part in (by_contract, busiest_seconds(ordered.filter(ordered.event != "rejected"), KEY)):
        rows = rows.left_join(part, KEY).drop(*[f"{key}_right" for key in KEY])
    day = rows.trading_day

    def counted(value: ir.IntegerValue) -> ir.IntegerValue:
        return value.fill_null(0)

    features = {
        "orders_today": counted(rows.accepted),
        "cancels_today": counted(rows.cancelled),
        "cancel_ratio_today": ratio(rows.cancelled, rows.accepted),
        "cancelled_lots_today": counted(rows.cancelled_lots),
        "max_cancelled_lots_today": counted(rows.largest),
        "ioc_cancel_share_today": ratio(rows.ioc_cancelled, rows.cancelled),
        "exempt_hedge_share_today": ratio(rows.exempt_accepted, rows.accepted),
        "max_messages_per_second_today": counted(rows.busiest),
        "trades_today": counted(rows.trades),
        "traded_lots_today": counted(rows.lots),
        "self_matches_today": counted(rows.matches),
        "distinct_contracts_today": counted(rows.contracts),
        "open_lots_today": counted(rows.open_lots),
        "cancelled_contracts_today": counted(rows.cancelled_contracts),
        "market_order_share_today": ratio(rows.market_accepted, rows.accepted),
        "burst_seconds_today": counted(rows.bursts),
        "otr_today": otr(rows.charged.nullif(0), rows.filled_orders, ibis.greatest).round(9),
        "one_sided_cancel_share_today": ratio(rows.one_sided, rows.pulled_buy_lots + rows.pulled_sell_lots),
        "intraday_trading_day": day.year() * 10_000 + day.month() * 100 + day.day(),
        "intraday_at": rows.moment.delta(ibis.timestamp("1970-01-01"), unit="microsecond"),
    }
    floats = {name: value.cast("float64") for name, value in features.items()}
    return rows.select("account_id", event_timestamp=rows.moment, **floats)


def _so_far(table: ir.Table, moments: ir.Table) -> ir.Table:
    probe = moments.select(who=moments.account_id, day=moments.trading_day, moment=moments.moment)
    matching = [table.account_id == probe.who, table.trading_day == probe.day, table.event_time <= probe.moment]
    return table.join(probe, matching)


def _orders(rows: ir.Table) -> ir.Table:
    weights = measured(rows)
    sums = {name: weights[name].sum() for name in SUMS if name in weights}
    largest = weights["cancelled_lots"].max()
    return rows.group_by(*KEY, *CONTRACT).aggregate(**sums, largest=largest, ordered=rows.count())


def _trades(trades: ir.Table, moments: ir.Table) -> ir.Table:
    rows = _so_far(trades, moments)
    sums = rows.group_by(*KEY, *CONTRACT).aggregate(
        trades=rows.count(),
        lots=rows.volume.sum(),
        open_lots=(rows.offset == "open").ifelse(rows.volume, 0).sum(),
        traded_buy_lots=(rows.side == "buy").ifelse(rows.volume, 0).sum(),
        traded_sell_lots=(rows.side == "sell").ifelse(rows.volume, 0).sum(),
        filled_orders=rows.order_id.nunique(where=rows.hedge != "market_making"),
    )
    # Paired within the rows seen so far: a match whose second side comes later is not one yet.
    both = _so_far(self_matches(possible_matches(trades)).select(*MATCH, "event_time"), moments)
    matched = both.group_by(*KEY, *CONTRACT).aggregate(n=both.count())
    keys = [sums[key] == matched[key] for key in (*KEY, *CONTRACT)]
    return sums.left_join(matched, keys).select(sums, matches=matched.n)


def _by_contract(parts: list[ir.Table]) -> ir.Table:
    """Both tables by contract, and then by moment."""
    names = (*SUMS, "largest")
    rows = ibis.union(*[part.select(*KEY, *CONTRACT, **_or(part, names)) for part in parts])
    each = rows.group_by(*KEY, *CONTRACT).aggregate(**{name: rows[name].sum() for name in names})
    each = each.mutate(one_sided=one_sided_lots(each))
    return each.group_by(KEY).aggregate(
        **{name: each[name].sum() for name in (*SUMS, "one_sided")},
        largest=each.largest.max(),
        contracts=(each.ordered > 0).cast("int64").sum(),
        cancelled_contracts=(each.cancelled > 0).cast("int64").sum(),
    )


def _or(table: ir.Table, names: tuple[str, ...]) -> dict[str, ir.Value]:
    zero = ibis.literal(0, "int64")
    return {name: table[name].fill_null(0).cast("int64") if name in table.columns else zero for name in names}
