"""Peers (同类比较): where an account stands among accounts of its type and of its branch."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from features.availability import available_column
from features.in_parts import in_parts
from features.neighbours import ranks
from features.percentiles import Floats, percentiles
from features.windows import Distinct, as_features, numbered, ratio, trailing

BASES = ("traded_lots", "orders", "cancel_ratio", "distinct_macs")
KINDS = ("type", "branch")
_DAYS = 20
_KEY = ["account_id", "day_no"]
_MEASURES = ("lots", "orders", "cancels", "traded", "ordered", "logged")


def peers(
    contracts: ir.Table, addresses: ir.Table, logins: ir.Table | None, accounts: ir.Table, days: ir.Table
) -> ir.Table:
    """Features of family ``peers`` (see ``features.specs.peers``), one row an account and day with a measure.

    From ``order_days.trade_days`` and ``order_addresses.orders_by_address``, and the raw ``logins`` where given. A
    percentile is of the close of the day, among the accounts of that day; after the last day with a measure stands a
    row of nulls. Reads the measures (a row an account and day) to rank them outside the database.
    """
    rows = _measures(contracts, addresses, logins, days).join(days, "day_no")
    valid = [
        rows.account_id == accounts.account_id,
        accounts.valid_from <= rows.trading_day,
        accounts.valid_to.isnull() | (rows.trading_day < accounts.valid_to),
    ]
    placed = rows.left_join(accounts, valid).select(
        *_KEY, *BASES, event_timestamp=available_column(rows.trading_day), type="account_type", branch="branch"
    )
    ranked = in_parts({"placed": placed}, "day_no", _ranked, "percentiles")
    columns = {f"{b}_{k}_percentile_20d": ranked[f"{b}_{k}_percentile_20d"] for k in KINDS for b in BASES}
    return as_features(ranked, columns)


def _measures(contracts: ir.Table, addresses: ir.Table, logins: ir.Table | None, days: ir.Table) -> ir.Table:
    """account_id, day_no and the bases on every day on which one may be known; null where it is not."""
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")

    def part(table: ir.Table, **values: ir.Value) -> ir.Table:
        columns = {m: values.get(m, zero).cast("int64") for m in _MEASURES}
        return table.select("account_id", "trading_day", **columns)

    parts = [part(contracts, lots=contracts.lots, traded=one)]
    parts.append(part(addresses, orders=addresses.orders, cancels=addresses.cancels, ordered=one))
    if logins is not None:
        parts.append(part(logins, logged=one))
    every = ibis.union(*parts)
    sums = {m: every[m].sum().cast("int64") for m in _MEASURES}
    daily = numbered(every.group_by("account_id", "trading_day").aggregate(**sums), days)
    distinct = {}
    if logins is not None:
        seen = numbered(logins.filter(logins.event == "login").select("account_id", "trading_day", "mac"), days)
        distinct = {"macs": Distinct(seen, "mac", _DAYS)}
    rows = trailing(daily, days, _MEASURES, lengths=(_DAYS,), every=True, distinct=distinct)
    macs: ir.Value = ibis.null("int64")
    if logins is not None:
        macs = (rows.logged_20 > 0).ifelse(rows.macs.fill_null(0), None)
    found = {
        "traded_lots": (rows.traded_20 > 0).ifelse(rows.lots_20, None),
        "orders": (rows.ordered_20 > 0).ifelse(rows.orders_20, None),
        "cancel_ratio": ratio(rows.cancels_20, rows.orders_20),
        "distinct_macs": macs,
    }
    return rows.select(*_KEY, **{name: value.cast("float64") for name, value in found.items()})


def _ranked(given: Mapping[str, pa.Table]) -> pa.Table:
    """account_id, event_timestamp and a percentile for every basis and kind; null without a value or a kind.

    Of all rows (``placed``) of some days.
    """
    rows = given["placed"]
    day = rows.column("day_no").to_numpy().astype(np.int64)
    found = {name: rows.column(name) for name in ("account_id", "event_timestamp")}
    for kind in KINDS:
        codes = ranks(rows.column(kind).fill_null(""))
        group = day * (int(codes.max(initial=0)) + 1) + codes
        placed = rows.column(kind).is_valid().to_numpy()
        for basis in BASES:
            value: Floats = rows.column(basis).to_numpy()  # NaN where null
            known = placed & ~np.isnan(value)
            percentile = np.full(len(value), np.nan)
            percentile[known] = percentiles(group[known], value[known])
            found[f"{basis}_{kind}_percentile_20d"] = pa.array(percentile, from_pandas=True)
    return pa.table(found)
