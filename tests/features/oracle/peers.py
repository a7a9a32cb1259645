"""Peers, from the words of features/specs/peers.py, given the bases of every account on the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Number, Values, nine, share

BASES = {
    "traded_lots": "traded_lots_20d",
    "orders": "orders_20d",
    "cancel_ratio": "cancel_ratio_20d",
    "distinct_macs": "distinct_macs_20d",
}
KINDS = {"type": "account_type", "branch": "branch"}


def peers(market: Market, account: str, day: date, bases: Mapping[str, Values]) -> Values:
    """``bases`` are the four features of other families, by account."""
    return {
        f"{name}_{kind}_percentile_20d": _percentile(
            market, account, day, column, {a: v[basis] for a, v in bases.items()}
        )
        for kind, column in KINDS.items()
        for name, basis in BASES.items()
    }


def _percentile(
    market: Market, account: str, day: date, column: str, basis: Mapping[str, Number | None]
) -> Fraction | None:
    own, row = basis.get(account), market.account_row(account, day)
    if row is None or own is None:
        return None
    others = [(market.account_row(a, day), value) for a, value in basis.items() if value is not None]
    values = [nine(value) for r, value in others if r is not None and r[column] == row[column]]
    if len(values) == 1:
        return None
    below, equal = sum(v < nine(own) for v in values), sum(v == nine(own) for v in values)
    return share(below + Fraction(equal, 2), len(values))
