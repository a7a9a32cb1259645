"""What a random market needs beside orders: money, positions, limits, addresses, bursts; by a seed of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

CONTRACTS = [(exchange, contract) for exchange in ("SHFE", "DCE") for contract in ("cu2605", "m2605", "p2605")]


def add_money(folder: Path, names: list[str], calendar: list[pd.Timestamp], seed: int) -> None:
    """Write account_days, cash_flows, positions, contract_days and position_limits, and fill in the orders' columns."""
    rng = np.random.default_rng([seed, 1])
    tables: dict[str, list[dict[str, Any]]] = {"account_days": [], "cash_flows": [], "positions": []}
    for i, account in enumerate(names):
        for n, day in enumerate(calendar):
            if (i == 0 and 8 <= n < 38) or rng.random() < 0.4:  # account 0 is silent here too
                continue
            key = {"trading_day": day.date(), "account_id": account}
            tables["account_days"].append(key | _money(rng))
            if rng.random() < 0.2:
                tables["cash_flows"] += [key | _flow(rng, day) for _ in range(int(rng.integers(1, 4)))]
            if rng.random() < 0.6:
                tables["positions"] += [key | _position(rng) for _ in range(int(rng.integers(1, 4)))]
    tables["contract_days"] = [_contract_day(rng, day, n) for day in calendar for n in range(len(CONTRACTS))]
    half = calendar[len(calendar) // 2].date()
    tables["position_limits"] = [
        {"exchange": "SHFE", "contract": "cu2605", "limit": limit, "valid_from": begins, "valid_to": ends}
        for limit, begins, ends in ((40, calendar[0].date(), half), (0, half, None))
    ] + [{"exchange": "DCE", "contract": "m2605", "limit": 30, "valid_from": half, "valid_to": None}]
    for name, rows in tables.items():
        pd.DataFrame(rows).drop_duplicates().to_parquet(folder / f"{name}.parquet", index=False)
    _fill_orders(rng, folder / "orders.parquet")


def _money(rng: np.random.Generator) -> dict[str, float]:
    return {
        "equity": float(rng.integers(-2, 40)) * 1000,
        "margin": float(rng.integers(0, 20)) * 1000,
        "net_pnl": float(rng.integers(-5000, 5000)) / 4,
        "fee": float(rng.integers(0, 400)) / 8,
        "exchange_fee": float(rng.integers(0, 3)) * 5,
    }


def _flow(rng: np.random.Generator, day: pd.Timestamp) -> dict[str, Any]:
    return {
        "event_time": pd.Timestamp(day, tz="UTC") + timedelta(hours=2, seconds=int(rng.integers(0, 9000))),
        "direction": str(rng.choice(["deposit", "withdrawal"])),
        "amount": float(rng.integers(0, 900)) * 100,
        "bank_account": str(rng.choice(["b1", "b2", "b3"])) if rng.random() < 0.9 else None,
        "cross_border": bool(rng.random() < 0.2),
    }


def _position(rng: np.random.Generator) -> dict[str, Any]:
    exchange, contract = CONTRACTS[int(rng.integers(0, len(CONTRACTS)))]
    return {
        "exchange": exchange,
        "contract": contract,
        "side": str(rng.choice(["long", "short"])),
        "hedge": str(rng.choice(["speculation", "hedging"])),
        "volume": int(rng.integers(0, 50)),
    }


def _contract_day(rng: np.random.Generator, day: pd.Timestamp, n: int) -> dict[str, Any]:
    exchange, contract = CONTRACTS[n]
    return {
        "trading_day": day.date(),
        "exchange": exchange,
        "contract": contract,
        "settlement_price": 100.0 + int(rng.integers(-5, 5)),
        "upper_limit": 103.0 if rng.random() < 0.7 else None,
        "lower_limit": 97.0 if rng.random() < 0.7 else None,
        "high_price": None,
        "low_price": None,
    }


def _fill_orders(rng: np.random.Generator, file: Path) -> None:
    """Prices, types, addresses and lives of the orders that are there; an order keeps its terms on all its rows."""
    orders = pd.read_parquet(file)
    ids = sorted(set(orders["order_id"]))
    drawn = {
        "price": rng.choice([97.0, 97.5, 98.0, 102.5, 103.0, None], len(ids)),
        "order_type": rng.choice(["limit", "market", "stop"], len(ids), p=[0.8, 0.1, 0.1]),
        "time_in_force": rng.choice(["GFD", "GTC", "FAK", "FOK"], len(ids), p=[0.6, 0.1, 0.2, 0.1]),
        "ip": rng.choice(["10.0.0.1", "10.0.0.2", "10.0.0.3", None], len(ids)),
        "mac": rng.choice(["m1", "m2", "m3", "m4", None], len(ids)),
        "via_relay": rng.choice([True, False, None], len(ids), p=[0.2, 0.5, 0.3]),
    }
    for column, values in drawn.items():
        orders[column] = orders["order_id"].map(dict(zip(ids, values, strict=True)))
    cancelled = orders["event"] == "cancelled"
    makers = pd.Series(
        rng.choice(["client", "exchange", "broker", None], len(orders)), index=orders.index, dtype=object
    )
    orders["cancelled_by"] = makers.where(cancelled, None)
    slower = pd.to_timedelta(rng.choice([0, 1, 8], len(orders)), unit="s")
    orders["event_time"] = orders["event_time"] + slower.where(cancelled, pd.Timedelta(0))
    pd.concat([orders, *_bursts(rng, orders)]).to_parquet(file, index=False)


def _bursts(rng: np.random.Generator, orders: pd.DataFrame) -> list[pd.DataFrame]:
    """Some orders sent 9 or 10 times more within their second, which makes 10 messages or 11, or splits at its end."""
    accepted = orders[orders["event"] == "accepted"]
    found = []
    for n in rng.choice(len(accepted), len(accepted) // 40, replace=False):
        more = int(rng.integers(9, 11))
        burst = accepted.iloc[[n] * more].copy()
        burst["order_id"] = [f"{accepted.iloc[n]['order_id']}-{i}" for i in range(more)]
        burst["event_time"] += pd.to_timedelta([i * int(rng.choice([1, 150])) for i in range(more)], unit="ms")
        found.append(burst)
    return found
