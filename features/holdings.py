"""Positions and leverage (持仓与杠杆): what an account holds at the close, and with what equity."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.contract_terms import with_day, with_valid
from features.windows import Distinct, as_features, numbered, positive, ratio, trailing

FUTURES = ("future", "index_future", "bond_future")
DAY = ["account_id", "trading_day"]
MEASURES = ("lots", "held")
MAXIMA = ("margin_ratio", "leverage", "largest_share", "most_lots", "limit_use")


def holdings(
    positions: ir.Table,
    account_days: ir.Table,
    contracts: ir.Table,
    contract_days: ir.Table,
    position_limits: ir.Table,
    days: ir.Table,
) -> ir.Table:
    """Features of family ``holdings`` (``features.specs.holdings``), one row an account and day of change.

    Of the close of the day, or of the closes in (day - 20, day], known from 20:30 of that day; null where there was no
    position, or no equity to compare it with.
    """
    by_side = positions.group_by(*DAY, "exchange", "contract", "side").aggregate(lots=positions.volume.sum())
    by_side = by_side.filter(by_side.lots > 0)
    by_contract = by_side.group_by(*DAY, "exchange", "contract").aggregate(lots=by_side.lots.sum().cast("int64"))
    daily = _daily(_valued(by_contract, contracts, contract_days), _limits(by_side, position_limits), account_days)
    items = numbered(by_contract.mutate(item=by_contract.exchange + "." + by_contract.contract), days)
    distinct = {"contracts": Distinct(items, "item", 20)}
    rows = trailing(numbered(daily, days), days, MEASURES, MAXIMA, (1, 20), distinct=distinct)
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    features = {
        "close_margin_over_equity": rows.margin_ratio_1,
        "max_margin_over_equity_20d": rows.margin_ratio_20,
        "close_leverage": rows.leverage_1,
        "close_largest_contract_share": rows.largest_share_1,
        "max_leverage_20d": rows.leverage_20,
        "overnight_days_20d": rows.held_20,
        "max_overnight_lots_20d": rows.most_lots_20,
        "mean_overnight_lots_20d": ratio(rows.lots_20, rows.held_20),
        "distinct_contracts_held_20d": rows.contracts,
        "max_position_limit_use_20d": rows.limit_use_20,
    }
    return as_features(rows, features)


def _valued(by_contract: ir.Table, contracts: ir.Table, contract_days: ir.Table) -> ir.Table:
    """Lots, value of futures and unknown contracts of an account and day with a position (RULES, ``leverage``)."""
    rows = with_day(with_valid(by_contract, contracts, ("kind", "multiplier")), contract_days, ("settlement_price",))
    future = rows.kind.isin(FUTURES)
    value = rows.lots * rows.settlement_price.abs() * rows.multiplier
    return rows.group_by(DAY).aggregate(
        lots=rows.lots.sum().cast("int64"),
        largest=rows.lots.max(),
        value=future.fill_null(False).ifelse(value, 0).sum(),
        unknown=(rows.kind.isnull() | (future & rows.settlement_price.isnull())).cast("int64").sum(),
    )


def _limits(by_side: ir.Table, position_limits: ir.Table) -> ir.Table:
    rows = with_valid(by_side, position_limits, ("limit",))
    return rows.group_by(DAY).aggregate(limit_use=ratio(rows.lots, rows["limit"]).max())


def _daily(valued: ir.Table, limits: ir.Table, account_days: ir.Table) -> ir.Table:
    """One row an account and day with a position or an ``account_days`` row."""
    money = account_days.group_by(DAY).aggregate(equity=account_days.equity.sum(), margin=account_days.margin.sum())
    asked = ibis.union(valued.select(*DAY), money.select(*DAY), distinct=True)
    rows = asked
    for part in (valued, limits, money):
        names = [name for name in part.columns if name not in DAY]
        joined = rows.left_join(part, [rows[key] == part[key] for key in DAY])
        rows = joined.select(rows, *[part[name] for name in names])
    equity = positive(rows.equity)
    return rows.select(
        *DAY,
        lots=rows.lots,
        held=rows.lots.notnull().ifelse(1, None).cast("int64"),
        margin_ratio=ratio(rows.margin, equity),
        leverage=(rows.unknown == 0).ifelse(ratio(rows["value"], equity), None),
        largest_share=ratio(rows.largest, rows.lots),
        most_lots=rows.lots,
        limit_use=rows.limit_use,
    )
