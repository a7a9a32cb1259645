"""Strategy, from the words of features/specs/strategy.py, the styles as they are said there to be shipped."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction

from features.catalogue import FAMILIES
from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, lots, nine, of

HALF, DAY_TRADER, HOLDER = Fraction(1, 2), Fraction(Decimal("0.7")), Fraction(Decimal("0.2"))


def strategy(market: Market, account: str, day: date) -> Values:
    trades = market.of("trades", account, market.days(day, 20))
    orders = market.of("orders", account, market.days(day, 20))
    if not trades:
        return dict.fromkeys(FAMILIES["strategy"])
    volume = lots(trades)
    counted: Counter[tuple[object, ...]] = Counter()  # lots of each contract and day, by offset and by side
    for row in trades:
        for word in (row["offset"], row["side"]):
            counted[row["trading_day"], row["exchange"], row["contract"], word] += row["volume"]
    places = {place[:3] for place in counted}
    day_trade = nine(Fraction(2 * sum(min(counted[*p, "open"], counted[*p, "close"]) for p in places), volume))
    two_sided = nine(Fraction(2 * sum(min(counted[*p, "buy"], counted[*p, "sell"]) for p in places), volume))
    hedges = {
        h: nine(Fraction(lots(r for r in trades if r["hedge"] == h), volume))
        for h in ("market_making", "hedging", "arbitrage")
    }
    order_days = distinct(orders, "trading_day")
    per_day = nine(Fraction(len(of(orders, "accepted")), order_days)) if order_days else Fraction(0)
    styles = (
        (1, hedges["market_making"] >= HALF),
        (2, hedges["hedging"] >= HALF),
        (3, hedges["arbitrage"] >= HALF),
        (4, per_day >= 500),
        (0, distinct(trades, "trading_day") <= 2),
        (5, day_trade >= DAY_TRADER),
        (6, day_trade <= HOLDER),
        (7, True),
    )
    return {
        "strategy_type_code": next(code for code, holds in styles if holds),
        "day_trade_share_20d": day_trade,
        "two_sided_share_20d": two_sided,
    }
