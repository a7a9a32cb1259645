"""Cash flows (出入金): what money came and went, how fast, and against what equity."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.windows import Distinct, as_features, numbered, positive, ratio, trailing

LENGTH = 20
KEY = ["account_id", "day_no"]
SUMS = ("deposits", "withdrawals", "flows", "flow_days", "abroad", "in_and_out", "equity", "recorded")


def funding(cash_flows: ir.Table, account_days: ir.Table, days: ir.Table) -> ir.Table:
    """Features of family ``funding`` (``features.specs.funding``): a row on each of the 21 days from a cash flow on.

    Windows are (day - 20, day] in trading days, known from 20:30 of that day; null where no cash flow fell in. Rows are
    that dense because the equity that flows are compared with changes every day.
    """
    flows = _flows(cash_flows, days)
    given = numbered(cash_flows.select("account_id", "trading_day", "bank_account"), days)
    banks = Distinct(given, "bank_account", LENGTH)
    rows = _windows(flows, _equity(account_days, flows, days), banks, days).join(days, "day_no")
    rows = rows.mutate(event_timestamp=available_column(rows.trading_day), gross=rows.deposits + rows.withdrawals)
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


def _windows(flows: ir.Table, equity: ir.Table, banks: Distinct, days: ir.Table) -> ir.Table:
    """Sums over (day - 20, day], the day's own gross flow and that of (day - 21, day], on the days that have a row."""
    asked = flows.select(*KEY, offset=ibis.range(0, LENGTH + 1).unnest())
    asked = asked.select("account_id", day_no=asked.day_no + asked.offset).distinct()
    rows = ibis.union(flows.select(*KEY, **_or(flows)), equity.select(*KEY, **_or(equity)))
    rows = rows.group_by(KEY).aggregate(**{name: rows[name].sum() for name in SUMS})
    rows = rows.mutate(gross=rows.deposits + rows.withdrawals)
    lengths, distinct = (1, LENGTH, LENGTH + 1), {"banks": banks}
    found = trailing(rows, days, (*SUMS, "gross"), lengths=lengths, on=asked, distinct=distinct)
    sums = {name: found[f"{name}_{LENGTH}"] for name in SUMS}
    gross = {"gross_on_day": found.gross_1, "gross_before": found[f"gross_{LENGTH + 1}"]}
    return found.select(*KEY, "banks", **sums, **gross)


def _or(table: ir.Table) -> Mapping[str, ir.Value]:
    counts = ("flows", "flow_days", "recorded")
    kinds = {name: "int64" if name in counts else "decimal(38, 4)" for name in SUMS}
    return {n: (table[n] if n in table.columns else ibis.null()).cast(kind) for n, kind in kinds.items()}
