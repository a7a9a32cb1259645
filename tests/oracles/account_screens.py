"""The after-close screens that look at one account's own rows over a window: five sums."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.oracles.counting import Screen, hit
from tests.oracles.limits import Limits
from tests.oracles.market import Market, Row, Subject


def large_loss(market: Market, day: date, limits: Limits) -> list[Screen]:
    """AT00 大额亏损: the loss, and the loss to the mean equity of the same rows."""
    least, share, days = limits.after_close.large_loss
    found = []
    for account, rows in _by_account(market.on("account_days", market.window(day, days))).items():
        loss = -sum((Fraction(row["net_pnl"]) for row in rows), Fraction(0))
        equity = sum((Fraction(row["equity"]) for row in rows), Fraction(0))
        ratio_met = equity <= 0 or loss * len(rows) >= share * equity
        found.append(_screen("large_loss", day, account, hit(loss >= least and ratio_met), loss, least))
    return found


def frequent_trading(market: Market, day: date, limits: Limits) -> list[Screen]:
    """AT01 交易频繁: trade rows and lots over all contracts."""
    least, lots, days = limits.after_close.frequent_trading
    found = []
    for account, rows in _by_account(market.on("trades", market.window(day, days))).items():
        met = len(rows) >= least and sum(row["volume"] for row in rows) >= lots
        found.append(_screen("frequent_trading", day, account, hit(met), Fraction(len(rows)), least))
    return found


def high_fee(market: Market, day: date, limits: Limits) -> list[Screen]:
    """AT02 高手续费: what the broker took to what the exchange took, and what the broker took."""
    times, least, days = limits.after_close.high_fee
    found = []
    for account, rows in _by_account(market.on("account_days", market.window(day, days))).items():
        fee = sum((Fraction(row["fee"] or 0) for row in rows), Fraction(0))
        own = sum((Fraction(row["exchange_fee"] or 0) for row in rows), Fraction(0))
        if own == 0:
            found.append(_screen("high_fee", day, account, "UNKNOWN", None, times))
        else:
            met = fee >= times * own and fee >= least
            found.append(_screen("high_fee", day, account, hit(met), fee / own, times))
    return found


def margin_lending(market: Market, day: date, limits: Limits) -> list[Screen]:
    """AT06 疑似配资: many machines and many changes of the password."""
    machines, changes, days = limits.after_close.margin_lending
    found = []
    looked_at = [r for r in market.on("logins", market.window(day, days)) if r["event"] in {"login", "password_change"}]
    for account, rows in _by_account(looked_at).items():
        macs = {row["mac"] for row in rows if row["event"] == "login" and row["mac"] is not None}
        changed = sum(1 for row in rows if row["event"] == "password_change")
        if not market.given("logins.mac"):
            found.append(_screen("margin_lending", day, account, "UNKNOWN", None, machines))
            continue
        met = len(macs) >= machines and changed >= changes
        found.append(_screen("margin_lending", day, account, hit(met), Fraction(len(macs)), machines))
    return found


def funding_jump(market: Market, day: date, limits: Limits) -> list[Screen]:
    """异常出入金: the day's flows to the mean of the preceding trading days that have an account_days row."""
    times, least, days = limits.after_close.funding_jump
    found = []
    for account, rows in _by_account(market.on("cash_flows", [day])).items():
        flow = _sum(rows)
        history = [d for d in market.preceding(day, days) if market.account_day(account, d) is not None]
        before = _sum([r for r in market.on("cash_flows", history) if r["account_id"] == account])
        measured = None if before == 0 else flow * len(history) / before
        if len(history) < 5:
            found.append(_screen("funding_jump", day, account, "UNKNOWN", None, times))
        else:
            met = flow * len(history) >= times * before and flow >= least
            found.append(_screen("funding_jump", day, account, hit(met), measured, times))
    return found


def _sum(rows: list[Row]) -> Fraction:
    return sum((Fraction(Decimal(row["amount"])) for row in rows), Fraction(0))


def _by_account(rows: list[Row]) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append(row)
    return found


def _screen(rule: str, day: date, account: str, answer: str, measured: Fraction | None, limit: int) -> Screen:
    return Screen(rule, day, Subject(account, "account"), answer, measured, Fraction(limit))
