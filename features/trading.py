"""Trading intensity (交易强度): how much, how often and how broadly an account trades."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.contract_terms import with_valid
from features.matches import self_matches
from features.windows import Distinct, as_features, numbered, ratio, trailing

MEASURES = ("trades", "lots", "open_lots", "turnover", "unvalued", "contracts", "active", "self_matches")


def trading(trade_days: ir.Table, possible: ir.Table, contracts: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``trading`` (``features.specs.trading``), one row an account and day of change.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no trade fell in.
    ``trade_days`` is ``features.order_days.trade_days``, ``possible`` are ``features.matches.possible_matches``.
    """
    items = numbered(trade_days.select("account_id", "trading_day", "exchange", "contract"), days)
    items = items.mutate(item=items.exchange + "." + items.contract)
    distinct = {"distinct_contracts_20d": Distinct(items, "item", 20)}
    rows = trailing(_daily(trade_days, possible, contracts, days), days, MEASURES, distinct=distinct)
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    turnover = (rows.unvalued_20 == 0).ifelse(rows.turnover_20, None)
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
            "open_lots_20d": rows.open_lots_20,
            "mean_contracts_per_day_20d": ratio(rows.contracts_20, rows.active_20),
            "turnover_20d": turnover.cast("decimal(38, 4)"),  # a double holds it exactly up to 900 billion
        },
    )


def _daily(trade_days: ir.Table, possible: ir.Table, contracts: ir.Table, days: ir.Table) -> ir.Table:
    rows = with_valid(trade_days, contracts, ("multiplier",))
    base = rows.group_by("account_id", "trading_day").aggregate(
        trades=rows.trades.sum(),
        lots=rows.lots.sum(),
        open_lots=rows.open_lots.sum(),
        turnover=(rows.amount * rows.multiplier).sum(),
        unvalued=rows.multiplier.isnull().cast("int64").sum(),
        contracts=rows.count(),
    )
    matches = self_matches(possible)
    matched = matches.group_by("account_id", "trading_day").aggregate(n=matches.count())
    joined = base.left_join(matched, ["account_id", "trading_day"])
    one = ibis.literal(1, "int64")
    return numbered(joined.select(*base.columns, active=one, self_matches=matched.n.fill_null(0)), days)
