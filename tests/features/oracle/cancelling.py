"""Cancelling, from the words of features/specs/cancelling.py; a cancel is any row with event cancelled."""

from __future__ import annotations

from collections import Counter
from datetime import date

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, lots, most, of, share
from tests.features.oracle.words import EXEMPT, contract, ioc


def cancelling(market: Market, account: str, day: date) -> Values:
    five = market.of("orders", account, market.days(day, 5))
    twenty = market.of("orders", account, market.days(day, 20))
    sent, cancels = of(twenty, "accepted"), of(twenty, "cancelled")
    week: Values = {
        "orders_5d": len(of(five, "accepted")),
        "cancels_5d": len(of(five, "cancelled")),
        "cancel_ratio_5d": share(len(of(five, "cancelled")), len(of(five, "accepted"))),
    }
    month: Values = {
        "orders_20d": len(sent),
        "cancels_20d": len(cancels),
        "cancel_ratio_20d": share(len(cancels), len(sent)),
        "order_days_20d": distinct(twenty, "trading_day"),
        "ioc_cancel_share_20d": share(sum(map(ioc, cancels)), len(cancels)),
        "mean_cancelled_lots_20d": share(lots(cancels), len(cancels)),
        "max_cancels_contract_day_20d": most(Counter((r["trading_day"], *contract(r)) for r in cancels).values()),
        "exempt_hedge_share_20d": share(sum(r["hedge"] in EXEMPT for r in sent), len(sent)),
        "rejects_20d": len(of(twenty, "rejected")),
        "cancelled_lots_20d": lots(cancels),
        "max_cancelled_lots_20d": most(r["volume"] for r in cancels),
    }
    return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))
