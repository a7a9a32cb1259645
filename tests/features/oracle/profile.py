"""Profile, from the words of features/specs/profile.py: the accounts row valid on the alert's trading day."""

from __future__ import annotations

from datetime import date

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values

KINDS = ("individual", "institution", "product")


def profile(market: Market, account: str, trading_day: date) -> Values:
    row = market.account_row(account, trading_day)
    return {
        "account_type_code": KINDS.index(row["account_type"]) if row else None,
        "is_programmatic": int(row["is_programmatic"]) if row else None,
        "is_market_maker": int(row["is_market_maker"]) if row else None,
        "is_employee": int(row["is_employee"]) if row else None,
        "via_introducing_broker": int(row["channel"] == "introducing_broker") if row else None,
    }
