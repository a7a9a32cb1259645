"""Cash flows (出入金): what money came and went, how fast, and against what equity."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features, dense_distinct, numbered, positive, ratio

LENGTH = 20
KEY = ["account_id", "day_no"]
SUMS = ("deposits", "withdrawals", "flows", "flow_days", "abroad", "in_and_out", "equity", "recorded")


def funding(cash_flows: ir.Table, account_days: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``funding`` (``features.specs.funding``): a row on each of the 21 days from a cash flow on.

    Windows are (day - 20, day] in trading days, known from 20:30 of that day; null where no cash flow fell in. Rows are
    that dense because the equity that flows are compared with changes every day.
    """
    flows = _flows(cash_flows, days)
    rows = _windows(flows, _equity(account_days, flows, days)).join(days, "day_no")
    rows = rows.mutate(event_timestamp=available_column(rows.trading_day), gross=rows.deposits + rows.withdrawals)
    given = numbered(cash_flows.select("account_id", "trading_day", "bank_account"), days)
    banks = dense_distinct(given, "bank_account", LENGTH, "banks")
    rows = rows.left_join(banks, KEY).drop("account_id_right", "day_no_right")
    known = rows.flows.notnull()
    before = rows.gross_before.fill_null(0) - rows.gross_on_day
    features = {
        "deposits_20d": rows.deposits,
        "withdrawals_20d": rows.withdrawals,
        "cash_flows_20d": rows.flows,
        "cash_flow_days_20d": rows.flow_days,
        "distinct_bank_accounts_20d": known.ifelse(rows.banks.fill_null(0), None),
        "cross_border_share_20d": ratio(rows.abroad, rows.gross),
        "same_day_in_out_share_20d": ratio(rows.in_and_out * 2, rows.gross),
        "gross_flow_over_mean_equity_20d": known.ifelse(ratio(rows.gross * rows.recorded, positive(rows.equity)), None),
        "flow_on_day_over_mean_20d": ratio(rows.gross_on_day * LENGTH, before),
    }
    return as_features(rows, features)


def _flows(cash_flows: ir.Table, days: ir.Table) -> ir.Table:
    incoming = cash_flows.direction == "deposit"
    amount = cash_flows.amount
    daily = cash_flows.group_by("account_id", "trading_day").aggregate(
        deposits=incoming.ifelse(amount, 0).sum(),
        withdrawals=incoming.ifelse(0, amount).sum(),
        flows=cash_flows.count(),
        abroad=cash_flows.cross_border.ifelse(amount, 0).sum(),
    )
    smaller = ibis.least(daily.deposits, daily.withdrawals)
    return numbered(daily.mutate(in_and_out=smaller, flow_days=ibis.literal(1, "int64")), days)


def _equity(account_days: ir.Table, flows: ir.Table, days: ir.Table) -> ir.Table:
    asked = account_days.semi_join(flows, "account_id")
    once = asked.group_by("account_id", "trading_day").aggregate(equity=asked.equity.sum())
    return numbered(once.mutate(recorded=ibis.literal(1, "int64")), days)


def _windows(flows: ir.Table, equity: ir.Table) -> ir.Table:
    """Sums over (day - 20, day], the day's own gross flow and that of (day - 21, day], on the days that have a row."""
    asked = flows.select(*KEY, offset=ibis.range(0, LENGTH + 1).unnest())
    asked = asked.select("account_id", day_no=asked.day_no + asked.offset).distinct()
    parts = [flows.select(*KEY, **_or(flows)), equity.select(*KEY, **_or(equity)), asked.select(*KEY, **_or(asked))]
    rows = ibis.union(*parts)
    rows = rows.group_by(KEY).aggregate(**{name: rows[name].sum() for name in SUMS})
    rows = rows.mutate(gross_on_day=rows.deposits + rows.withdrawals)
    over = {"group_by": "account_id", "order_by": "day_no", "following": 0}
    window, longer = (ibis.range_window(preceding=n, **over) for n in (LENGTH - 1, LENGTH))
    sums = {name: rows[name].sum().over(window) for name in SUMS}
    windows = rows.select(*KEY, "gross_on_day", **sums, gross_before=rows.gross_on_day.sum().over(longer))
    return windows.semi_join(asked, KEY)


def _or(table: ir.Table) -> Mapping[str, ir.Value]:
    counts = ("flows", "flow_days", "recorded")
    kinds = {name: "int64" if name in counts else "decimal(38, 4)" for name in SUMS}
    return {n: (table[n] if n in table.columns else ibis.null()).cast(kind) for n, kind in kinds.items()}
