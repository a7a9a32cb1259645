"""Rows as they came to typed tables: every row is checked against the contract, broken ones are set aside."""

# The SQL below is put together from names of ours only.

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from alertgrade.watch.clean import clean_parquet
from alertgrade.watch.intake import TABLES, Delivery
from features.events import schema
from features.events.sources import Source
from features.events.stage import create_quarantine, stage
from features.events.workspace import OFFLINE
from rules_baseline.batches import arrow_schema
from rules_baseline.trigger import MAX_DAYS_APART

REFUSED = pa.schema(
    [
        ("table", pa.string()),
        ("source", pa.string()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("row", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Good rows by table (contract types), rows set aside (``REFUSED``), and how many exact duplicates were dropped.

    Duplicates within a file that was clean as it came are still there: ``seen.unseen`` drops them.
    """

    tables: Mapping[str, pa.Table]
    refused: pa.Table
    duplicates: int


class Door:
    """Checks deliveries by the same code that checks a folder of raw tables (``features.events``)."""

    def __init__(self) -> None:
        self._con: Any = ibis.duckdb.connect(":memory:", **OFFLINE).con
        self._con.execute("SET TimeZone = 'UTC'")
        self._con.execute("SET enable_progress_bar = false")
        self._con.execute("SET threads = 1")  # a batch is small: handing work to threads costs more
        self._scratch = tempfile.TemporaryDirectory(prefix="alertgrade-watch-")

    def admit(self, delivery: Delivery) -> Admitted:
        """Type and check; never raises for what a delivery holds: a file that cannot be read is set aside whole."""
        create_quarantine(self._con)
        refused: list[dict[str, Any]] = [
            {"source": source, "reason": why, "row": text} for source, why, text in delivery.faults
        ]
        tables, duplicates = {name: arrow_schema(name).empty_table() for name in TABLES}, 0
        for name, file in self._files(delivery):
            clean = clean_parquet(name, file)
            if clean is not None:
                tables[name] = clean
                continue
            folder = delivery.folder if name in delivery.files else None
            source = Source(schema.TABLES[name], folder or file.parent, (file,))
            try:
                staged = stage(self._con, source, b"")
            except (AlertError, OSError) as error:
                refused.append({"table": name, "source": source.name_of(file), "reason": str(error), "row": None})
                continue
            duplicates += staged.duplicates
            tables[name] = self._con.sql(f"FROM {name}").to_arrow_table().cast(arrow_schema(name))
        for name in TABLES:
            tables[name], far = without_far(name, tables[name])
            refused += far
        broken = self._con.sql("FROM quarantine").to_arrow_table().cast(REFUSED)
        return Admitted(tables, pa.concat_tables([broken, pa.Table.from_pylist(refused, schema=REFUSED)]), duplicates)

    def close(self) -> None:
        """Let go of memory and scratch files."""
        self._con.close()
        self._scratch.cleanup()

    def _files(self, delivery: Delivery) -> list[tuple[str, Path]]:
        found = list(delivery.files.items())
        for name, rows in delivery.rows.items():
            file = Path(self._scratch.name) / f"{delivery.offsets[0]}-{name}.parquet"
            pq.write_table(as_text(name, rows), file)
            found.append((name, file))
        return found


def without_far(name: str, table: pa.Table) -> tuple[pa.Table, list[dict[str, Any]]]:
    """The rows whose time may belong to their trading day, and the others (as ``REFUSED``).

    One row of next year would make every later row of its exchange late, and no alert can speak of it.
    """
    dates = [table[column].cast(pa.date32()).cast(pa.int32()) for column in ("event_time", "trading_day")]
    near = pc.less_equal(pc.abs(pc.subtract(*dates)), MAX_DAYS_APART)
    if not table.num_rows or pc.all(near).as_py():
        return table, []
    reason = f"event_time and trading_day are more than {MAX_DAYS_APART} days apart"
    far = table.filter(pc.invert(near)).to_pylist()
    rows = [json.dumps(row, ensure_ascii=False, default=str) for row in far]
    return table.filter(near), [{"table": name, "reason": reason, "row": row} for row in rows]


def as_text(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of JSON values as text, for the check to type: a required column that is missing is the fault of its row.

    >>> as_text("orders", [{"volume": 3, "via_relay": True}]).select(["event", "volume", "via_relay"]).to_pylist()
    [{'event': None, 'volume': '3', 'via_relay': 'true'}]
    """
    names = schema.TABLES[table].column_names
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
