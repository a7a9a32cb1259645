"""What stands beside a random market: accounts and contracts that change, control groups, notices."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from features.events.schema import TABLES
from tests.features.market_moments import moment


def reference_tables(folder: Path, names: list[str], calendar: list[pd.Timestamp]) -> None:
    half = calendar[len(calendar) // 2].date()
    accounts = []
    for i, name in enumerate(names):
        base = {
            "account_id": name,
            "branch": "B1",
            "channel": "introducing_broker" if i % 3 == 0 else "direct",
            "is_employee": i % 5 == 0,
            "is_programmatic": i % 2 == 0,
            "is_market_maker": i % 7 == 0,
            "opened_on": calendar[0].date(),
            "name": None,
        }
        first = {**base, "account_type": "individual", "valid_from": calendar[0].date() - timedelta(days=30)}
        if i % 4 == 0:  # changes type half way
            accounts.append({**first, "valid_to": half})
            accounts.append({**base, "account_type": "product", "valid_from": half, "valid_to": None})
        elif i % 4 == 1:  # ends half way
            accounts.append({**first, "valid_to": half})
        else:
            accounts.append({**first, "valid_to": None})
    pd.DataFrame(accounts).to_parquet(folder / "accounts.parquet", index=False)
    contracts = [
        {
            "exchange": exchange,
            "contract": contract,
            "product": contract[:-4],
            "kind": "future",
            "multiplier": 5.0,
            "tick": 1.0,
            "max_order_volume": 50,
            "has_order_fee": True,
            "option_month": None,
            "valid_from": calendar[0].date() - timedelta(days=300),
            "valid_to": None,
        }
        for exchange in ("SHFE", "DCE")
        for contract in ("cu2605", "m2605", "p2605")
    ]
    copper, meal, palm = contracts[0], contracts[1], contracts[5]
    copper["valid_to"], meal["valid_to"] = half, half  # smaller orders from then on; and no longer known
    contracts.append({**copper, "max_order_volume": 30, "multiplier": 10.0, "valid_from": half, "valid_to": None})
    palm |= {"kind": "option", "option_month": "2605", "max_order_volume": None}
    pd.DataFrame(contracts).to_parquet(folder / "contracts.parquet", index=False)


def relation_tables(rng: np.random.Generator, folder: Path, names: list[str], calendar: list[pd.Timestamp]) -> None:
    """Control groups that begin and end, notices to accounts and to a group."""
    groups = [("G1", 2, True, 0, None), ("G1", 3, True, 5, 30), ("G1", 4, True, 12, None), ("G2", 4, True, 0, 20)]
    groups += [("G2", 5, True, 0, None), ("G3", 6, False, 10, None), ("G3", 7, False, 10, 26)]
    rows = [
        {
            "group_id": group,
            "account_id": names[place],
            "declared": declared,
            "valid_from": calendar[first].date(),
            "valid_to": None if end is None or end >= len(calendar) else calendar[end].date(),
        }
        for group, place, declared, first, end in groups
        if place < len(names) and first < len(calendar)
    ]
    columns = ["group_id", "account_id", "declared", "valid_from", "valid_to"]
    pd.DataFrame(rows, columns=columns).to_parquet(folder / "control_groups.parquet", index=False)
    told = [
        _notice_of_day(rng, subject, day)
        for subject in (*names[:4], *names[5:6], "G1", "G2")
        for day in calendar
        if rng.random() < 0.06
    ]
    notices = pd.DataFrame(told, columns=list(TABLES["notices"].column_names))
    _instants(notices, "received_at").to_parquet(folder / "notices.parquet", index=False)


def _instants(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.assign(**{column: pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")})


def _notice_of_day(rng: np.random.Generator, subject: str, day: pd.Timestamp) -> dict[str, object]:
    received = moment(rng, day) + timedelta(hours=float(rng.integers(2, 90)))
    until = (day + timedelta(days=int(rng.integers(0, 25)))).date() if rng.random() < 0.6 else None
    return {
        "exchange": "SHFE",
        "rule_id": str(rng.choice(["self_trade", "frequent_cancel"])),
        "subject_id": subject,
        "trading_day": day.date(),
        "occurrence": int(rng.integers(1, 4)),
        "received_at": received,
        "delivered_at": None,
        "restricted_until": until,
    }
