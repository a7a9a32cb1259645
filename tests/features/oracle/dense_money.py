"""Accounts' days, positions and cash flows for the dense market: without equity, below zero, at a limit, in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tests.features.oracle.dense_terms import CONTRACTS
from tests.features.oracle.rows import Row, Tables

EQUITIES = ("1000.1234", "1000.1234", "250000", "99999999999.9999", "0", "-500.5")
AMOUNTS = ("0", "10", "10", "20.5", "1000000.0001")


def money(rng: Random, days: list[date], accounts: list[str]) -> Tables:
    """``account_days``, ``positions`` and ``cash_flows``."""
    tables: Tables = {"account_days": [], "positions": [], "cash_flows": []}
    rates = {account: rng.choice((0.0, 0.1, 0.5, 0.9)) for account in accounts}
    for day in days:
        for account in accounts:
            if rng.random() < rates[account]:
                tables["account_days"] += [_account_day(rng, account, day) for _ in range(rng.choice((1, 1, 1, 2)))]
            if rng.random() < 0.3:
                tables["positions"] += [_position(rng, account, day) for _ in range(rng.randrange(1, 5))]
            if rng.random() < rates[account] / 4:
                tables["cash_flows"] += [_flow(rng, account, day) for _ in range(rng.randrange(1, 4))]
    return tables


def _account_day(rng: Random, account: str, day: date) -> Row:
    return {
        "trading_day": day,
        "account_id": account,
        "equity": rng.choice(EQUITIES),
        "margin": rng.choice(("0", "100.05", "2000")),
        "net_pnl": rng.choice(("0", "0.0001", "-0.0001", "-1000.5", "12345.6789")),
        "fee": rng.choice(("0", "3.3333", "50")),
        "exchange_fee": rng.choice(("0", "0", "1.1111")),
    }


def _position(rng: Random, account: str, day: date) -> Row:
    exchange, contract = rng.choice(CONTRACTS)
    return {
        "trading_day": day,
        "account_id": account,
        "exchange": exchange,
        "contract": contract,
        "side": rng.choice(("long", "short")),
        "hedge": rng.choice(("speculation", "hedging")),
        "volume": rng.choice((0, 0, 1, 3, 4, 7, 20)),
    }


def _flow(rng: Random, account: str, day: date) -> Row:
    return {
        "event_time": datetime.combine(day, time(2), UTC) + timedelta(seconds=rng.randrange(3)),
        "trading_day": day,
        "account_id": account,
        "direction": rng.choice(("deposit", "withdrawal")),
        "amount": rng.choice(AMOUNTS),
        "bank_account": rng.choice((None, "b1", "b2", "b3", f"b-{account}")),
        "cross_border": rng.random() < 0.2,
    }
