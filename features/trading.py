"""Trading intensity (交易强度): how much, how often and how broadly an account trades."""

from __future__ import annotations

import ibis.expr.types as ir

from features.availability import available_column
from features.daily import trades_by_contract
from features.matches import self_matches
from features.windows import as_features, numbered, ratio, spine, trailing_distinct, trailing_sums

MEASURES = ("trades", "lots", "open_lots", "active", "self_matches")


def trading(trades: ir.Table, days: ir.Table, contracts: ir.Table | None = None) -> ir.Table:
    """Features of family ``trading`` (see ``features.catalogue``), one row an account and day of change.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no trade fell in. ``contracts``
    is ``features.daily.trades_by_contract`` of the trades, where the caller has it.
    """
    contracts = trades_by_contract(trades) if contracts is None else contracts
    daily = _daily(trades, contracts, days)
    on = spine(daily, days)
    sums = trailing_sums(on, daily, MEASURES)
    items = numbered(contracts.select("account_id", "trading_day", "exchange", "contract"), days)
    items = items.mutate(item=items.exchange + "." + items.contract)
    distinct = trailing_distinct(on, items, "item", 20, "distinct_contracts_20d")
    rows = sums.left_join(distinct, ["account_id", "day_no"]).drop("account_id_right", "day_no_right")
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    return as_features(
        rows,
        {
            "trades_5d": rows.trades_5,
            "traded_lots_5d": rows.lots_5,
            "open_share_5d": ratio(rows.open_lots_5, rows.lots_5),
            "trades_20d": rows.trades_20,
            "traded_lots_20d": rows.lots_20,
            "open_share_20d": ratio(rows.open_lots_20, rows.lots_20),
            "trading_days_20d": rows.active_20,
            "distinct_contracts_20d": rows.distinct_contracts_20d,
            "mean_lots_per_trade_20d": ratio(rows.lots_20, rows.trades_20),
            "self_matches_20d": rows.self_matches_20,
            "self_match_share_20d": ratio(rows.self_matches_20, rows.trades_20),
        },
    )


def _daily(trades: ir.Table, contracts: ir.Table, days: ir.Table) -> ir.Table:
    base = contracts.group_by("account_id", "trading_day").aggregate(
        trades=contracts.trades.sum(), lots=contracts.lots.sum(), open_lots=contracts.opened.sum()
    )
    matches = self_matches(trades)
    matched = matches.group_by("account_id", "trading_day").aggregate(n=matches.count())
    joined = base.left_join(matched, ["account_id", "trading_day"])
    return numbered(
        joined.select(*base.columns, active=1, self_matches=matched.n.fill_null(0)),
        days,
    )
