"""What ``alertgrade publish`` writes, for one account: acts, counts, links, past alerts; small, and in its schemas."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rules_baseline.counters_table import COUNTERS
from rules_baseline.suspects import tables

AS_OF = "2026-03-06T07:55:00+00:00"


def write_desk_files(folder: Path, account: str, other: str, at: datetime) -> None:
    """Acts of ``account`` in the hour before ``at``, its link with ``other``, two counts, one past alert."""
    folder.mkdir(parents=True, exist_ok=True)
    pair = {"group_id": "S1", "a": account, "b": other, "score": 0.92, "macs": 2, "synchronous": 14}
    group = {"rank": 1, "group_id": "S1", "score": 0.92, "accounts": 2, "account_ids": f"{account} {other}"}
    written = {
        "timeline": pa.Table.from_pylist(_acts(account, at.astimezone(UTC).replace(tzinfo=None))),
        "counters": pa.Table.from_pylist([_count(account, 417.0), _count(other, 640.0)], schema=COUNTERS),
        "suspects": pa.Table.from_pylist([group], schema=tables.GROUPS),
        "suspect_pairs": pa.Table.from_pylist([pair], schema=tables.PAIRS),
        "suspect_counts": pa.Table.from_pylist([], schema=tables.MERGED),
        "control_groups": pa.table({"group_id": ["G1", "G1"], "account_id": [account, "A900"]}),
        "past_alerts": pa.Table.from_pylist([_past(number) for number in range(3)]),
        "published": pa.Table.from_pylist([{"file": "timeline", "rows": 3, "as_of": AS_OF, "events": "d"}]),
    }
    for name, table in written.items():
        pq.write_table(table, folder / f"{name}.parquet")


def _acts(account: str, at: datetime) -> list[dict[str, Any]]:
    order = {"account_id": account, "trading_day": at.date(), "exchange": "SHFE", "contract": "cu2605", "side": "buy"}
    order |= {"offset": "open", "price": 71_230.0, "volume": 3, "amount": None, "detail": "1"}
    quiet = dict.fromkeys(("exchange", "contract", "side", "offset", "price", "volume", "detail"))
    return [
        order | quiet | {"event_time": at - timedelta(minutes=50), "act": "deposit", "amount": 500_000.0},
        order | {"event_time": at - timedelta(minutes=20), "act": "order"},
        order | {"event_time": at - timedelta(minutes=10), "act": "cancel"},
    ]


def _count(account: str, count: float) -> dict[str, Any]:
    known = {"rule_id": "frequent_cancel", "exchange": "SHFE", "contract": "cu2605", "subject_type": "account"}
    hit = "HIT" if count >= 500 else "MISS"
    known |= {"subject_id": account, "trading_day": date(2026, 3, 6), "count": count, "limit": 500.0}
    return known | {"share": count / 500, "answer": hit}


def _past(number: int) -> dict[str, Any]:
    told = {"alert_id": f"past-{number}", "rule_id": "frequent_cancel", "account_id": f"A80{number}"}
    told |= {"triggered_at": datetime(2026, 1, 5, 2, tzinfo=UTC), "decided_at": datetime(2026, 1, 6, 2, tzinfo=UTC)}
    return told | {"outcome": "educated", "orders_20d": 100.0 * number, "cancel_ratio_20d": 0.1 * number}
