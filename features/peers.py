"""Peers (同类比较): where an account stands among accounts of its type and of its branch."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from features.availability import available_column
from features.windows import as_features, every_day, numbered, ratio, trailing_distinct, trailing_sums

BASES = ("traded_lots", "orders", "cancel_ratio", "distinct_macs")
KINDS = ("type", "branch")
_DAYS = 20
_KEY = ["account_id", "day_no"]


def peers(
    contracts: ir.Table, addresses: ir.Table, logins: ir.Table | None, accounts: ir.Table, days: ir.Table
) -> ir.Table:
    """Features of family ``peers`` (see ``features.specs.peers``), one row an account and day with a measure.

    From ``features.daily.trades_by_contract`` and ``orders_by_address``, and the raw ``logins`` where given. A
    percentile is of the close of the day, among the accounts of that day; after the last day with a measure stands a
    row of nulls.
    """
    on = _every_day(contracts, addresses, logins, days)
    ranked = _percentiles(_measures(on, contracts, addresses, logins, days), accounts, days)
    rows = on.left_join(ranked, _KEY).drop("account_id_right", "day_no_right")
    rows = rows.join(days, "day_no").mutate(event_timestamp=lambda t: available_column(t.trading_day))
    return as_features(rows, {f"{b}_{k}_percentile_20d": rows[f"{b}_{k}"] for k in KINDS for b in BASES})


def _every_day(contracts: ir.Table, addresses: ir.Table, logins: ir.Table | None, days: ir.Table) -> ir.Table:
    key = ("account_id", "trading_day")
    given = [table.select(*key) for table in (contracts, addresses, logins) if table is not None]
    return every_day(numbered(ibis.union(*given, distinct=True), days), days, _DAYS)


def _measures(
    on: ir.Table, contracts: ir.Table, addresses: ir.Table, logins: ir.Table | None, days: ir.Table
) -> list[ir.Table]:
    """A table (account_id, day_no, basis, value) for every basis, without nulls."""
    traded = contracts.group_by("account_id", "trading_day").aggregate(lots=contracts.lots.sum().cast("int64"))
    ordered = addresses.group_by("account_id", "trading_day").aggregate(
        orders=addresses.orders.sum().cast("int64"), cancels=addresses.cancels.sum().cast("int64")
    )
    lots = trailing_sums(on, numbered(traded, days), ("lots",))
    sent = trailing_sums(on, numbered(ordered, days), ("orders", "cancels"))
    found = {
        "traded_lots": (lots, lots.lots_20),
        "orders": (sent, sent.orders_20),
        "cancel_ratio": (sent, ratio(sent.cancels_20, sent.orders_20)),
    }
    if logins is not None:
        found["distinct_macs"] = _macs(on, logins, days)
    long = [
        table.select(*_KEY, basis=ibis.literal(basis), value=value.cast("float64"))
        for basis, (table, value) in found.items()
    ]
    return [table.filter(table.value.notnull()) for table in long]


def _macs(on: ir.Table, logins: ir.Table, days: ir.Table) -> tuple[ir.Table, ir.Value]:
    seen = numbered(logins.select("account_id", "trading_day", "event", "mac"), days)
    daily = seen.group_by(_KEY).aggregate(logins=seen.count())
    heard = trailing_sums(on, daily, ("logins",))
    macs = trailing_distinct(on, seen.filter(seen.event == "login"), "mac", _DAYS, "macs")
    rows = heard.left_join(macs, _KEY).drop("account_id_right", "day_no_right")
    return rows, rows.logins_20.notnull().ifelse(rows.macs.fill_null(0), None)


def _percentiles(measures: list[ir.Table], accounts: ir.Table, days: ir.Table) -> ir.Table:
    """account_id, day_no and a column for every basis and kind; only accounts with a row of ``accounts`` that day."""
    rows = ibis.union(*measures)
    dated = rows.join(days, "day_no")
    valid = [
        dated.account_id == accounts.account_id,
        accounts.valid_from <= dated.trading_day,
        accounts.valid_to.isnull() | (dated.trading_day < accounts.valid_to),
    ]
    placed = dated.join(accounts.select("account_id", "valid_from", "valid_to", "account_type", "branch"), valid)
    placed = placed.select(*_KEY, "basis", "value", type="account_type", branch="branch")
    ranked = placed.mutate(**{kind + "_percentile": _percentile(placed, kind) for kind in KINDS})
    columns = {
        f"{basis}_{kind}": ranked[f"{kind}_percentile"].max(where=ranked.basis == basis)
        for kind in KINDS
        for basis in BASES
    }
    return ranked.group_by(_KEY).aggregate(**columns)


def _percentile(rows: ir.Table, kind: str) -> ir.NumericValue:
    """(Below + equal / 2) / all of the same kind, day and basis; null for an account alone."""
    among = ["day_no", "basis", kind]
    below = rows.value.rank().over(ibis.window(group_by=among, order_by="value"))
    equal = rows.value.count().over(ibis.window(group_by=[*among, "value"]))
    every = rows.value.count().over(ibis.window(group_by=among))
    return ratio(below * 2 + equal, (every > 1).ifelse(every * 2, None))
