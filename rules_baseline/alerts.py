"""The alerts file: its columns, its order, and how it is written byte for byte the same every time."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from alertgrade.errors import AlertError
from features.events.one_file import read_file
from rules_baseline.trigger import TriggerRecord

ALERTS_SCHEMA = pa.schema(
    [
        pa.field("alert_id", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("exchange", pa.string()),
        pa.field("contract", pa.string()),
        pa.field("trading_day", pa.date32(), nullable=False),
        pa.field("subject_type", pa.string(), nullable=False),
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("triggered_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("measured", pa.float64()),
        pa.field("threshold", pa.float64()),
        pa.field("occurrence", pa.int64()),
        pa.field("parameters_version", pa.string()),
        pa.field("evidence", pa.string()),
    ]
)
_FINDINGS = "findings"
_CSV = (".csv", ".csv.gz")


def alert_id(rule_id: str, level: str, day: str, exchange: str | None, contract: str | None, subject_id: str) -> str:
    """The stable id of an alert; ``-`` stands for a part the rule does not have.

    >>> alert_id("programme_reporting", "breach", "2025-10-09", "SHFE", None, "A017")
    'programme_reporting:breach:2025-10-09:SHFE.-:A017'
    """
    return f"{rule_id}:{level}:{day}:{exchange or '-'}.{contract or '-'}:{subject_id}"


def to_arrow(records: Iterable[TriggerRecord]) -> pa.Table:
    """Records as a table in the order of the alerts file: by (triggered_at, alert_id)."""
    rows = sorted(records, key=lambda record: (record.triggered_at, record.alert_id))
    return pa.Table.from_pylist([row.model_dump() for row in rows], schema=ALERTS_SCHEMA)


def findings_file(out: Path) -> Path:
    """The findings of an alerts file: beside ``alerts.parquet`` ``findings.parquet``, else named after the file.

    They are of the same kind, so that two alerts files never share one.

    >>> findings_file(Path("out/june.parquet")).name, findings_file(Path("alerts.csv")).name
    ('june-findings.parquet', 'findings.csv')
    """
    out = Path(out)
    return out.with_name((_FINDINGS if out.stem == "alerts" else f"{out.stem}-{_FINDINGS}") + out.suffix)


def is_findings_file(path: Path) -> bool:
    """Whether a name is one that ``findings_file`` gives, and so none for alerts."""
    return Path(path).stem.endswith(_FINDINGS)


def write_alerts(records: Iterable[TriggerRecord], path: Path) -> None:
    """Write the alerts file, whole or not at all."""
    write_parquet(to_arrow(records), path)


def read_alerts(path: Path) -> list[TriggerRecord]:
    """Read an alerts file (parquet, or CSV by its name) in (triggered_at, alert_id) order; see ``ALERTS_SCHEMA``.

    Columns that a trigger may lack may be missing. Raises ``AlertError`` where the file is missing, not of its kind,
    lacks a column, repeats an alert_id or breaks the contract, naming the row.
    """
    path = Path(path)
    rows = _csv_rows(path) if path.name.endswith(_CSV) else _parquet_rows(path)
    records = [_record(path, number, row) for number, row in enumerate(rows, 1)]
    if len({record.alert_id for record in records}) < len(records):
        raise AlertError(f"{path} repeats an alert_id", "wanted one row an alert", "drop the repeated rows")
    return sorted(records, key=lambda record: (record.triggered_at, record.alert_id))


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise AlertError(
            f"{path} cannot be read as parquet ({error})", "wanted an alerts file", "make one: alertgrade rules EVENTS"
        ) from error
    needed = [name for name, field in TriggerRecord.model_fields.items() if field.is_required()]
    missing = [name for name in needed if name not in table.column_names]
    if missing:
        raise AlertError(f"{path} has no column {', '.join(missing)}", "wanted the columns of the alerts file")
    rows: list[dict[str, Any]] = table.select([n for n in ALERTS_SCHEMA.names if n in table.column_names]).to_pylist()
    return rows


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    """By the loader's own reading of the raw table ``alerts``; a file that names alerts may not lose one."""
    rows, broken = read_file(path, "alerts")
    if broken:
        first = f"line {broken[0].line}: {broken[0].reason}"
        raise AlertError(f"{path} has {len(broken):,} broken rows, {first}", "wanted the columns of the alerts file")
    return rows


def _record(path: Path, number: int, row: dict[str, Any]) -> TriggerRecord:
    # A file that went through pandas holds NaN for null and a double for a whole number.
    clean = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
    count = clean.get("occurrence")
    if isinstance(count, float) and count.is_integer():
        clean["occurrence"] = int(count)
    try:
        return TriggerRecord.model_validate(clean)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise AlertError(f"row {number} of {path}: {wrong}", "wanted the columns of the alerts file") from error


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a parquet file atomically; equal tables give equal bytes (fixed row groups, codec and encodings)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        pq.write_table(
            table.combine_chunks(), draft, compression="zstd", row_group_size=65_536, version="2.6", store_schema=True
        )
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
