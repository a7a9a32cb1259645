"""Intraday, from the words of features/specs/intraday.py: the day so far, as of the account's latest alert up to t."""

from __future__ import annotations

from datetime import date, datetime

from features.catalogue import FAMILIES
from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, lots, most, of, share
from tests.features.oracle.words import (
    BURST,
    EXEMPT,
    filled_orders,
    ioc,
    making,
    messages,
    one_sided_lots,
    per_second,
    resting_cancels,
    self_matches,
)


def intraday(market: Market, account: str, t: datetime, trading_day: date) -> Values:
    alerts = [r for r in market.by("alerts", "account_id").get((account,), ()) if r["triggered_at"] <= t]
    last = max(alerts, key=lambda r: r["triggered_at"], default=None)
    if last is None or last["trading_day"] != trading_day:
        return dict.fromkeys(FAMILIES["intraday"])  # only alerts make intraday rows, and one of another day is not used
    moment = last["triggered_at"]
    orders = [r for r in market.of("orders", account, [trading_day]) if r["event_time"] <= moment]
    trades = [r for r in market.of("trades", account, [trading_day]) if r["event_time"] <= moment]
    sent, cancels = of(orders, "accepted"), of(orders, "cancelled")
    spoken = [r for r in messages(orders) if not making(r)]
    return {
        "orders_today": len(sent),
        "cancels_today": len(cancels),
        "cancel_ratio_today": share(len(cancels), len(sent)),
        "cancelled_lots_today": lots(cancels),
        "max_cancelled_lots_today": most(r["volume"] for r in cancels),
        "ioc_cancel_share_today": share(sum(map(ioc, cancels)), len(cancels)),
        "exempt_hedge_share_today": share(sum(r["hedge"] in EXEMPT for r in sent), len(sent)),
        "max_messages_per_second_today": most(per_second(orders).values()),
        "trades_today": len(trades),
        "traded_lots_today": lots(trades),
        "self_matches_today": self_matches(trades),
        "distinct_contracts_today": distinct(orders, "exchange", "contract"),
        "open_lots_today": lots(r for r in trades if r["offset"] == "open"),
        "cancelled_contracts_today": distinct(cancels, "exchange", "contract"),
        "market_order_share_today": share(sum(r["order_type"] == "market" for r in sent), len(sent)),
        "burst_seconds_today": sum(n >= BURST for n in per_second(orders).values()),
        "otr_today": share(len(spoken), max(filled_orders(trades), 1)) - 1 if spoken else None,
        "one_sided_cancel_share_today": share(
            sum(one_sided_lots(orders, trades).values()), lots(resting_cancels(orders))
        ),
    }
