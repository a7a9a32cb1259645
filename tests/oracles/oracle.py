"""The whole rules page, a second time: all alerts and findings of a market."""

from __future__ import annotations

from datetime import date

from tests.oracles import account_screens, position_screens
from tests.oracles.benefit_transfer import benefit_transfer
from tests.oracles.counting import Alert, Finding, Screen
from tests.oracles.frequent_cancel import frequent_cancel
from tests.oracles.group_trade import group_trade
from tests.oracles.intraday_open import intraday_open
from tests.oracles.large_cancel import large_cancel
from tests.oracles.limit_price_cancel import limit_price_cancel
from tests.oracles.limits import Limits
from tests.oracles.market import Market
from tests.oracles.matched_orders import matched_orders
from tests.oracles.missing_tables import left_open, of_everyone, unreadable
from tests.oracles.occurrences import with_occurrences
from tests.oracles.programme_reporting import programme_reporting
from tests.oracles.self_trade import self_trade
from tests.oracles.shared_address import shared_address
from tests.oracles.spoofing import spoofing
from tests.oracles.synchronous_trading import synchronous_trading

INTRADAY = {
    "self_trade": self_trade,
    "group_trade": group_trade,
    "frequent_cancel": frequent_cancel,
    "large_cancel": large_cancel,
    "limit_price_cancel": limit_price_cancel,
    "intraday_open": intraday_open,
    "programme_reporting": programme_reporting,
}
AFTER_CLOSE = {
    "large_loss": account_screens.large_loss,
    "frequent_trading": account_screens.frequent_trading,
    "high_fee": account_screens.high_fee,
    "shared_address": shared_address,
    "synchronous_trading": synchronous_trading,
    "benefit_transfer": benefit_transfer,
    "margin_lending": account_screens.margin_lending,
    "spoofing": spoofing,
    "matched_orders": matched_orders,
    "funding_jump": account_screens.funding_jump,
    "position_concentration": position_screens.position_concentration,
    "position_limit": position_screens.position_limit,
    "leverage": position_screens.leverage,
}


def intraday(market: Market, limits: Limits | None = None) -> tuple[list[Alert], list[Finding]]:
    limits = limits or Limits()
    alerts, findings = [], []
    for rule in INTRADAY.values():
        raised, found = rule(market, limits)
        alerts += raised
        findings += found
    return in_file_order(with_occurrences(alerts, market, limits)), findings


def screens(market: Market, limits: Limits | None = None) -> list[Screen]:
    limits = limits or Limits()
    return [
        found for day in market.trading_days() for rule in AFTER_CLOSE for found in _screened(market, rule, day, limits)
    ]


def _screened(market: Market, rule: str, day: date, limits: Limits) -> list[Screen]:
    if unreadable(market, rule):
        return of_everyone(market, rule, day)
    return left_open(market, rule, day, AFTER_CLOSE[rule](market, day, limits))


def after_close(market: Market, limits: Limits | None = None) -> tuple[list[Alert], list[Finding]]:
    found = screens(market, limits)
    alerts = [screen.as_alert() for screen in found if screen.answer == "HIT"]
    return in_file_order(alerts), [screen.as_finding() for screen in found]


def oracle(market: Market, limits: Limits | None = None) -> tuple[list[Alert], list[Finding]]:
    """Both, in the order of the alerts file."""
    during, during_findings = intraday(market, limits)
    after, after_findings = after_close(market, limits)
    return in_file_order(during + after), during_findings + after_findings


def in_file_order(alerts: list[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda found: (found.triggered_at, found.alert_id))
