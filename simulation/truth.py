"""The true intent of every synthetic account and day: for the synthetic investigator and for tests, for nobody else."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from simulation.accounts import Account
from simulation.calendar import MINUTE, midnight
from simulation.seeds import Stream, child
from simulation.turn import Intent, Market
from simulation.writer import moments

TRUTH = ("_truth", "intent.parquet")  # below the folder of the events, where no loader looks
_NOTICE_SHARE = 0.06
_RULES = {  # which exchange rule a kind of misconduct would break
    "self_trading": ("self_trade", 5),
    "cancel_flooding": ("frequent_cancel", 0),
    "fak_flooding": ("frequent_cancel", 0),
    "large_order_cancelling": ("large_cancel", 0),
}


def acting(intents: list[Intent], accounts: int, days: int) -> npt.NDArray[np.float64]:
    """Strength of misconduct, shape (accounts, days); 0 on days without any, and for the innocent."""
    found = np.zeros((accounts, days))
    for intent in intents:
        found[intent.account, intent.day] = max(found[intent.account, intent.day], intent.strength)
    return found


def truth_table(market: Market, accounts: tuple[Account, ...], intents: list[Intent]) -> Any:
    """One row an account, day and kind: account_id, trading_day, kind, strength in [0, 1], innocent_look_alike."""
    rows = sorted(intents, key=lambda i: (i.day, i.account, i.kind))
    return pa.table(
        {
            "account_id": pa.array([accounts[i.account].account_id for i in rows], pa.string()),
            "trading_day": pa.array([market.days[i.day] for i in rows], pa.date32()),
            "kind": pa.array([i.kind for i in rows], pa.string()),
            "strength": pa.array([round(i.strength, 4) for i in rows], pa.float64()),
            "innocent_look_alike": pa.array([i.look_alike for i in rows], pa.bool_()),
        }
    )


def notice_columns(market: Market, accounts: tuple[Account, ...], intents: list[Intent]) -> dict[str, Any]:
    """The `notices` table: now and then the exchange writes, the evening after a clear breach."""
    rows = []
    for intent in sorted(intents, key=lambda i: (i.day, i.account, i.kind)):
        rule, limit = _RULES.get(intent.kind, ("", 0))
        terms = market.contracts[intent.contract]
        limit = limit or (terms.large_limit if rule == "large_cancel" else terms.cancel_limit)
        rng = child(market.seed, Stream.NOTICE, intent.account, intent.day)
        if rule and intent.planned >= 1.1 * limit and rng.random() < _NOTICE_SHARE:
            rows.append((terms.exchange, rule, accounts[intent.account].account_id, market.days[intent.day]))
    received = np.array([midnight(row[3]) + 1110 * MINUTE for row in rows], dtype=np.int64)  # 18:30
    return {
        "exchange": [row[0] for row in rows],
        "rule_id": [row[1] for row in rows],
        "subject_id": [row[2] for row in rows],
        "trading_day": pa.array([row[3] for row in rows], pa.date32()),
        "occurrence": pa.array([1] * len(rows), pa.int64()),
        "received_at": moments(received),
        "delivered_at": moments(received + 45 * MINUTE),
        "restricted_until": pa.array([None] * len(rows), pa.date32()),
    }
