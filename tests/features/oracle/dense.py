"""A small synthetic market dense around every bound of the catalogue: a random one, given as raw rows.

Windows fill, fall out and stand empty; amounts lie just below, at and just above their bounds; whatever may be null or
missing sometimes is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from features.availability import available_at
from tests.features.oracle.dense_money import money
from tests.features.oracle.dense_said import said
from tests.features.oracle.dense_terms import CONTRACTS, terms
from tests.features.oracle.rows import Row, Tables, typed

REQUIRED = ("contracts", "orders", "trades")
MICRO, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
AFTER = (-MICRO, 0 * SECOND, SECOND, SECOND + MICRO, 10 * SECOND, 10 * SECOND + MICRO, timedelta(milliseconds=700))
HEDGES = ("speculation", "speculation", "arbitrage", "hedging", "market_making")
IPS, MACS = (
    ("x", "10.0.0.2", "10.0.0.3", None),
    ("x", "m1", "m2", "m3", "m4", "m5", None),
)  # an ip that looks like a mac
ORDER_IDS = ("o1", "o2", "o3", "o10", "é", "z", "\uff5e", "\U0001f600")  # in UTF-8 order other than in UTF-16


def calendar(days: int) -> list[date]:
    """Weekdays with a week of holidays after the 13th."""
    weekdays = [d for n in range(3 * days) if (d := date(2026, 1, 5) + timedelta(days=n)).weekday() < 5]
    return [*weekdays[:13], *weekdays[18:]][:days]


def dense(seed: int, *, days: int = 72, accounts: int = 12, without: Collection[str] = ()) -> Tables:
    """Every table but those left out; the last accounts have no accounts row, or nothing but one."""
    rng = Random(seed)
    dates, names = calendar(days), [f"A{i:02d}" for i in range(accounts)]
    tables: Tables = {name: [] for name in ("orders", "trades", "logins")}
    habits = {name: rng.choice((0.15, 0.3, 0.6)) for name in names}
    for n, day in enumerate(dates):
        crowd = [a for a in names if rng.random() < habits[a] and not (a == names[0] and 8 <= n < 38)]
        for account in crowd:
            if account != names[1]:  # who never trades
                _trades_of_day(rng, account, day, tables["trades"])
            if account != names[2]:  # who never logs in
                _logins_of_day(rng, account, day, tables["logins"])
            if rng.random() < 0.8:
                _orders_of_day(rng, account, day, tables["orders"])
        if len(crowd) > 1 and rng.random() < 0.5:
            _in_step(rng, rng.sample(crowd, 2), day, tables["trades"])
    for made in (terms(rng, dates), money(rng, dates, names), said(rng, dates, names)):
        tables |= made
    _at_events(rng, dates, tables)
    tables["orders"] += tables["orders"][:3]  # exact duplicates count once
    return typed({name: rows for name, rows in tables.items() if name not in without or name in REQUIRED})


def _at_events(rng: Random, days: list[date], tables: Tables) -> None:
    """Every other alert falls on an event of its account's day, as alerts of rules do."""
    for alert in tables["alerts"][::2]:
        day, account = alert["trading_day"], alert["account_id"]
        if day in days[1:]:
            begins, ends = available_at(days[days.index(day) - 1]), available_at(day)
            own = [
                r
                for t in ("orders", "trades")
                for r in tables[t]
                if (r["account_id"], r["trading_day"]) == (account, day)
            ]
            times = [r["event_time"] for r in own if begins <= r["event_time"] < ends]
            alert["triggered_at"] = rng.choice(times or [alert["triggered_at"]])


def moment(rng: Random, day: date) -> datetime:
    """By day, or by night at and around the bounds of the night session."""
    eve = datetime.combine(day - timedelta(days=3 if day.weekday() == 0 else 1), time(), UTC)
    bounds = [eve + timedelta(hours=h) + step for h in (12, 19) for step in (-MICRO, 0 * MICRO)]
    by_day = datetime.combine(day, time(1), UTC) + timedelta(
        seconds=rng.randrange(0, 20000), microseconds=rng.choice((0, 1, 999_999))
    )
    return rng.choice(
        (
            by_day,
            by_day,
            by_day,
            eve + timedelta(hours=13, seconds=rng.randrange(600)),
            *bounds[:2],
            rng.choice(bounds[2:]),
        )
    )


def _part(rng: Random, account: str, day: date) -> Row:
    exchange, contract = rng.choice(CONTRACTS)
    return {
        "trading_day": day,
        "exchange": exchange,
        "contract": contract,
        "account_id": account,
        "order_id": f"{rng.choice(ORDER_IDS)}-{account if rng.random() < 0.8 else 'shared'}",
        "side": rng.choice(("buy", "sell")),
        "offset": rng.choice(("open", "close")),
        "hedge": rng.choice(HEDGES),
    }


def _orders_of_day(rng: Random, account: str, day: date, orders: list[Row]) -> None:
    burst = moment(rng, day).replace(microsecond=0)
    crowded = rng.random() < 0.3
    for _ in range(rng.randrange(7, 14) if crowded else rng.randrange(1, 7)):
        at = burst + rng.choice((0 * MICRO, MICRO, SECOND - MICRO)) if crowded else moment(rng, day)
        row = _part(rng, account, day) | {
            "event_time": at,
            "event": "rejected" if rng.random() < 0.1 else "accepted",
            "order_type": rng.choice(("limit", "limit", "market", "stop")),
            "time_in_force": rng.choice(("GFD", "GFD", "GTC", "FAK", "FOK")),
            "price": rng.choice(
                ("110", "110.5", "110.499999", "109.5", "109.500001", "90", "90.1", "89.9", "100", None)
            ),
            "volume": rng.choice((1, 2, 3, 4, 7, 8, 9, 40)),
            "ip": rng.choice(IPS),
            "mac": rng.choice(MACS),
            "via_relay": rng.choice((None, False, False, False, False, rng.random() < 0.2)),
        }
        orders.append(row)
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            changes = {
                "event": "cancelled",
                "event_time": at + rng.choice(AFTER),
                "cancelled_by": rng.choice(("client", None, "exchange", "broker")),
            }
            lots = rng.choice((row["volume"], row["volume"], max(row["volume"] - 1, 0), row["volume"] + 1))
            orders.append(row | changes | {"volume": lots} | rng.choice(({}, {}, {}, {"time_in_force": "FAK"})))


def _trades_of_day(rng: Random, account: str, day: date, trades: list[Row]) -> None:
    for _ in range(rng.randrange(0, 5)):
        row = _part(rng, account, day) | {
            "event_time": moment(rng, day),
            "trade_id": f"T{rng.randrange(4)}",  # few, so that accounts meet each other
            "price": rng.choice(("100", "100.2", "99.999999")),
            "volume": rng.randrange(1, 9),
        }
        trades.append(row)
        if rng.random() < 0.2:  # with itself
            trades.append(row | {"side": "sell" if row["side"] == "buy" else "buy", "volume": rng.randrange(1, 9)})


def _in_step(rng: Random, two: list[str], day: date, trades: list[Row]) -> None:
    """Two accounts that trade the same within a second, or just not."""
    base, place = moment(rng, day), _part(rng, two[0], day)
    for n in range(rng.randrange(1, 6)):
        for account in two:
            order = f"{rng.choice(ORDER_IDS)}-{account}"
            at = base + n * timedelta(seconds=rng.choice((1, 2))) + rng.choice(AFTER[:4])
            trades.append(
                place
                | {
                    "account_id": account,
                    "order_id": order,
                    "event_time": at,
                    "trade_id": f"S{len(trades)}",
                    "price": "100",
                    "volume": 1,
                }
            )


def _logins_of_day(rng: Random, account: str, day: date, logins: list[Row]) -> None:
    base = moment(rng, day)
    for _ in range(rng.randrange(0, 4)):
        logins.append(
            {
                "event_time": base + rng.choice(AFTER[:3]),
                "trading_day": day,
                "account_id": account,
                "event": rng.choice(("login", "login", "login", "login_failed", "password_change")),
                "ip": rng.choice(IPS),
                "mac": rng.choice(MACS),
                "via_relay": rng.random() < 0.05,
            }
        )
