"""A small random market, written as raw tables: enough days for windows to fill, fall out and stand empty."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from tests.features.market_moments import moment, trading_calendar
from tests.features.market_money import add_money
from tests.features.market_reference import reference_tables, relation_tables


def random_market(folder: Path, seed: int = 0, days: int = 45, accounts: int = 14) -> Path:
    """Raw tables with silent spells, night sessions, shared match ids, alerts and dispositions."""
    rng = np.random.default_rng(seed)
    calendar = trading_calendar(days)
    names = [f"A{i:02d}" for i in range(accounts)]
    orders, trades, logins, alerts, dispositions = [], [], [], [], []
    for i, account in enumerate(names):
        # account 0 is silent in the middle for longer than 20 days, account 1 never trades
        active = [d for n, d in enumerate(calendar) if rng.random() < 0.5 and not (i == 0 and 8 <= n < 38)]
        for day in active:
            _orders_of_day(rng, account, day, orders, trades if i != 1 else [])
            _logins_of_day(rng, account, day, logins)
            if rng.random() < 0.3:
                _alert_of_day(rng, account, day, alerts, dispositions)
    folder.mkdir(parents=True, exist_ok=True)
    frames = {"orders": orders, "trades": trades, "logins": logins, "alerts": alerts, "dispositions": dispositions}
    for name, rows in frames.items():
        frame = pd.DataFrame(rows)
        for column in ("event_time", "triggered_at", "alerted_at", "decided_at"):
            if column in frame:
                frame[column] = pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    reference_tables(folder, names, calendar)
    add_money(folder, names, calendar, seed)
    relation_tables(np.random.default_rng(seed + 1_000), folder, names, calendar)
    return folder


def _orders_of_day(rng: np.random.Generator, account: str, day: pd.Timestamp, orders: list, trades: list) -> None:
    for n in range(int(rng.integers(1, 12))):
        order_id = f"{account}-{day:%m%d}-{n}"
        at = moment(rng, day)
        common = {
            "trading_day": day.date(),
            "exchange": str(rng.choice(["SHFE", "DCE"])),
            "contract": str(rng.choice(["cu2605", "m2605", "p2605"])),
            "account_id": account,
            "order_id": order_id,
            "side": str(rng.choice(["buy", "sell"])),
            "offset": str(rng.choice(["open", "close"])),
            "hedge": str(rng.choice(["speculation", "hedging", "market_making", "arbitrage"])),
        }
        terms = {
            "order_type": "limit",
            "time_in_force": str(rng.choice(["GFD", "FAK", "FOK"])),
            "price": 100.0,
            "volume": int(rng.integers(1, 50)),
            "cancelled_by": None,
        }
        first = "rejected" if rng.random() < 0.1 else "accepted"
        orders.append({"event_time": at, **common, "event": first, **terms})
        if first == "accepted" and rng.random() < 0.5:
            later = at + timedelta(milliseconds=int(rng.integers(0, 1500)))
            orders.append({"event_time": later, **common, "event": "cancelled", **terms, "cancelled_by": "client"})
        if first == "accepted" and rng.random() < 0.6:
            # few match ids, so that some accounts meet themselves
            match = f"T{int(rng.integers(0, 3))}"
            trades.append(
                {
                    "event_time": at + timedelta(seconds=int(rng.integers(0, 900))),
                    **common,
                    "trade_id": match,
                    "price": 100.0,
                    "volume": int(rng.integers(1, 20)),
                }
            )


def _logins_of_day(rng: np.random.Generator, account: str, day: pd.Timestamp, logins: list) -> None:
    for _ in range(int(rng.integers(0, 4))):
        logins.append(
            {
                "event_time": moment(rng, day),
                "trading_day": day.date(),
                "account_id": account,
                "event": str(rng.choice(["login", "login_failed", "password_change"], p=[0.7, 0.2, 0.1])),
                "ip": str(rng.choice(["10.0.0.1", "10.0.0.2", "10.0.0.3"])) if rng.random() < 0.9 else None,
                "mac": str(rng.choice(["m1", "m2", "m3", "m4"])) if rng.random() < 0.8 else None,
                "app_id": "terminal",
                "via_relay": bool(rng.random() < 0.3),
            }
        )


def _alert_of_day(rng: np.random.Generator, account: str, day: pd.Timestamp, alerts: list, decided: list) -> None:
    at = moment(rng, day)
    rule, level = str(rng.choice(["self_trade", "frequent_cancel"])), str(rng.choice(["warning", "breach"]))
    alert_id = f"{rule}:{level}:{day.date()}:SHFE.cu2605:{account}"
    alerts.append(
        {
            "alert_id": alert_id,
            "rule_id": rule,
            "level": level,
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": day.date(),
            "subject_type": "account",
            "subject_id": account,
            "account_id": account,
            "triggered_at": at,
            "measured": 5.0,
            "threshold": 5.0,
            "occurrence": 1,
            "parameters_version": "test",
            "evidence": "{}",
        }
    )
    if rng.random() < 0.7:
        decided.append(
            {
                "alert_id": alert_id,
                "account_id": account,
                "rule_id": rule,
                "alerted_at": at,
                "decided_at": at + timedelta(hours=float(rng.integers(2, 200))),
                "outcome": str(rng.choice(["no_action", "educated", "enhanced_review", "restricted", "referred"])),
                "decided_by": "r1",
                "note": None,
            }
        )
