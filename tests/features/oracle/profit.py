"""Profit and fees, from the words of features/specs/profit.py."""

from __future__ import annotations

from datetime import date

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, share, total


def profit(market: Market, account: str, day: date) -> Values:
    five = market.of("account_days", account, market.days(day, 5))
    twenty = market.of("account_days", account, market.days(day, 20))
    pnl, fee, equity = (total(twenty, column) for column in ("net_pnl", "fee", "equity"))
    recorded = distinct(twenty, "trading_day")
    by_day = [
        total((r for r in twenty if r["trading_day"] == d), "net_pnl") for d in {r["trading_day"] for r in twenty}
    ]
    exchange_fee = total(twenty, "exchange_fee")
    week: Values = {"net_pnl_5d": total(five, "net_pnl"), "fee_5d": total(five, "fee")}
    month: Values = {
        "net_pnl_20d": pnl,
        "loss_days_20d": sum(of_day < 0 for of_day in by_day),
        "worst_day_pnl_20d": min(by_day, default=None),
        "fee_20d": fee,
        "fee_over_exchange_fee_20d": share(fee, exchange_fee) if exchange_fee > 0 else None,
        "fee_over_abs_pnl_20d": share(fee, abs(pnl)),
        "mean_equity_20d": share(equity, recorded),
        "pnl_over_mean_equity_20d": share(pnl * recorded, equity) if equity > 0 else None,
        "fee_over_mean_equity_20d": share(fee * recorded, equity) if equity > 0 else None,
    }
    return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))
