"""Positions and leverage, from the words of features/specs/holdings.py.

Reading: a row of ``positions`` with 0 lots is no position, so that it has no use of its limit either ("null: no
position at a close of the window").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, share, total
from tests.features.oracle.rows import Row

FUTURES = ("future", "index_future", "bond_future")


def holdings(market: Market, account: str, day: date) -> Values:
    window = market.days(day, 20)
    held = {d: [r for r in market.of("positions", account, [d]) if r["volume"] > 0] for d in window}
    lots = {d: total(rows, "volume") for d, rows in held.items() if rows}  # of position days
    margins = {d: _margin_over_equity(market, account, d) for d in window}
    leverages = {d: _leverage(market, account, d, held[d]) for d in window}
    names = {(r["exchange"], r["contract"]) for rows in held.values() for r in rows}
    return {
        "close_margin_over_equity": margins[day],
        "max_margin_over_equity_20d": _largest(margins.values()),
        "close_leverage": leverages[day],
        "max_leverage_20d": _largest(leverages.values()),
        "close_largest_contract_share": _largest_share(held[day]),
        "overnight_days_20d": len(lots) or None,
        "max_overnight_lots_20d": max(lots.values(), default=None),
        "mean_overnight_lots_20d": share(sum(lots.values()), len(lots)),
        "distinct_contracts_held_20d": len(names) or None,
        "max_position_limit_use_20d": _limit_use(market, [r for rows in held.values() for r in rows]),
    }


def _largest(values: Iterable[Fraction | None]) -> Fraction | None:
    return max((value for value in values if value is not None), default=None)


def _equity(market: Market, account: str, day: date) -> Decimal | None:
    rows = market.of("account_days", account, [day])
    return total(rows, "equity") if rows else None


def _margin_over_equity(market: Market, account: str, day: date) -> Fraction | None:
    equity = _equity(market, account, day)
    if equity is None or equity <= 0:
        return None
    return share(total(market.of("account_days", account, [day]), "margin"), equity)


def _leverage(market: Market, account: str, day: date, held: list[Row]) -> Fraction | None:
    equity = _equity(market, account, day)
    if not held or equity is None or equity <= 0:
        return None
    value = Decimal(0)
    for row in held:
        contract = market.contract(row)
        if contract is None:
            return None
        if contract["kind"] in FUTURES:
            settlement = market.contract_day(row, "settlement_price")
            if settlement is None:
                return None
            value += row["volume"] * abs(settlement) * contract["multiplier"]
    return share(value, equity)


def _largest_share(held: list[Row]) -> Fraction | None:
    by_contract: Counter[tuple[str, str]] = Counter()
    for row in held:
        by_contract[row["exchange"], row["contract"]] += row["volume"]
    return share(max(by_contract.values()), by_contract.total()) if by_contract else None


def _limit_use(market: Market, held: list[Row]) -> Fraction | None:
    lots: Counter[tuple[object, ...]] = Counter()
    limits: dict[tuple[object, ...], int] = {}
    for row in held:
        place = (row["trading_day"], row["exchange"], row["contract"], row["side"])
        lots[place] += row["volume"]
        limit = market.position_limit(row)
        if limit is not None and limit["limit"] > 0:
            limits[place] = limit["limit"]
    return max((Fraction(lots[place], limit) for place, limit in limits.items()), default=None)
