"""Rows of trading days that are closed for good: too late to be counted, and set aside row by row."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

import pyarrow as pa

from alertgrade.watch.door import REFUSED
from alertgrade.watch.holding import Tables
from rules_baseline.folding import beyond, days_in


def beyond_rows(rows: Tables, folded: Collection[tuple[str, date]]) -> pa.Table:
    """Those rows (columns ``REFUSED``) whose exchange and trading day are in ``folded``, with the reason."""
    found = []
    for name, table in rows.items():
        days = days_in(table) & set(folded) if folded else set()
        for row in table.filter(beyond(table, days)).to_pylist() if days else []:
            reason = (
                f"trading day {row['trading_day']} of {row['exchange']} is beyond the kept days: its counts are closed"
            )
            text = json.dumps(row, ensure_ascii=False, default=str)
            found.append({"table": name, "source": None, "line": None, "reason": reason, "row": text})
    return pa.Table.from_pylist(found, schema=REFUSED)
