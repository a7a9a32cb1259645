"""Counts against limits as a table of one shape, whoever counted: a batch run or the watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

COUNTERS = pa.schema(
    [
        *((name, pa.string()) for name in ("rule_id", "exchange", "contract", "subject_type", "subject_id")),
        ("trading_day", pa.date32()),
        *((name, pa.float64()) for name in ("count", "limit", "share")),
        ("answer", pa.string()),
    ]
)


def counters_table(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Rows of ``RulesEngine.status`` or ``status_of``, their order kept: nearest to a breach first.

    >>> counters_table([{"rule_id": "frequent_cancel", "subject_id": "A1", "count": 417, "limit": 500}]).num_rows
    1
    """
    return pa.Table.from_pylist([{name: row.get(name) for name in COUNTERS.names} for row in rows], schema=COUNTERS)
