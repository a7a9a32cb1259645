"""Profit and fees (盈亏与费用): what an account gained, lost and paid."""

from __future__ import annotations

import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features, numbered, positive, ratio, trailing

MEASURES = ("net_pnl", "fee", "exchange_fee", "equity", "losses", "recorded")


def profit(account_days: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``profit`` (``features.specs.profit``), one row an account and day of change.

    Windows are (day - n, day] in trading days, known from 20:30 of that day; null where no day was recorded.
    """
    rows = trailing(_daily(account_days, days), days, MEASURES, ("worst",))
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    equity = positive(rows.equity_20)
    return as_features(
        rows,
        {
            "net_pnl_5d": rows.net_pnl_5,
            "fee_5d": rows.fee_5,
            "net_pnl_20d": rows.net_pnl_20,
            "loss_days_20d": rows.losses_20,
            "worst_day_pnl_20d": -rows.worst_20,
            "fee_20d": rows.fee_20,
            "fee_over_exchange_fee_20d": ratio(rows.fee_20, positive(rows.exchange_fee_20)),
            "fee_over_abs_pnl_20d": ratio(rows.fee_20, rows.net_pnl_20.abs()),
            "mean_equity_20d": ratio(rows.equity_20, rows.recorded_20),
            "pnl_over_mean_equity_20d": ratio(rows.net_pnl_20 * rows.recorded_20, equity),
            "fee_over_mean_equity_20d": ratio(rows.fee_20 * rows.recorded_20, equity),
        },
    )


def _daily(account_days: ir.Table, days: ir.Table) -> ir.Table:
    names = ("net_pnl", "fee", "exchange_fee", "equity")
    sums = {name: account_days[name].sum() for name in names}
    once = account_days.group_by("account_id", "trading_day").aggregate(**sums)
    lost = (once.net_pnl < 0).cast("int64")
    return numbered(once.mutate(losses=lost, recorded=1, worst=-once.net_pnl), days)
