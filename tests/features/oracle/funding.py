"""Cash flows, from the words of features/specs/funding.py."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from features.catalogue import FAMILIES
from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, share, total


def funding(market: Market, account: str, day: date) -> Values:
    days = market.days(day, 20)
    flows = market.of("cash_flows", account, days)
    if not flows:
        return dict.fromkeys(FAMILIES["funding"])
    into = {d: _amount(market, account, d, "deposit") for d in days}
    out = {d: _amount(market, account, d, "withdrawal") for d in days}
    gross = sum(into.values()) + sum(out.values())
    recorded = market.of("account_days", account, days)
    equity, e = total(recorded, "equity"), distinct(recorded, "trading_day")
    before = total(market.of("cash_flows", account, market.days_before(day, 20)), "amount")
    today = market.of("cash_flows", account, [day])
    return {
        "deposits_20d": sum(into.values()),
        "withdrawals_20d": sum(out.values()),
        "cash_flows_20d": len(flows),
        "cash_flow_days_20d": distinct(flows, "trading_day"),
        "distinct_bank_accounts_20d": distinct(flows, "bank_account"),
        "cross_border_share_20d": share(total((r for r in flows if r["cross_border"]), "amount"), gross),
        "same_day_in_out_share_20d": share(2 * sum(min(into[d], out[d]) for d in days), gross),
        "gross_flow_over_mean_equity_20d": share(gross * e, equity) if equity > 0 else None,
        "flow_on_day_over_mean_20d": share(total(today, "amount") * 20, before) if today else None,
    }


def _amount(market: Market, account: str, day: date, direction: str) -> Decimal:
    flows = market.of("cash_flows", account, [day])
    return Decimal(total((r for r in flows if r["direction"] == direction), "amount"))
