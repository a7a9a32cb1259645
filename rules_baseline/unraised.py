"""Why an alert is not there: what the finding beside the alerts file answers for the same rule, day and subject."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from rules_baseline.alerts import findings_file
from rules_baseline.findings import FINDINGS_SCHEMA

_NONE = "-"


def finding_instead(alert_id: str, alerts: Path) -> dict[str, Any] | None:
    """The finding (columns of ``FINDINGS_SCHEMA``) of what an alert_id names, from the file beside ``alerts``.

    None where the id is none, where there is no such file or it cannot be read, and where nobody looked.
    """
    parts = alert_id.split(":", 4)
    if len(parts) < 5:
        return None
    rule_id, _, day, place, subject = parts
    exchange, _, contract = place.partition(".")
    wanted = {"rule_id": rule_id, "exchange": exchange, "contract": contract, "subject_id": subject}
    for row in _of_subject(findings_file(alerts), subject):
        named = {name: row[name] or _NONE for name in wanted}
        if named == wanted and row["trading_day"].isoformat() == day:
            return row
    return None


def _of_subject(file: Path, subject: str) -> list[dict[str, Any]]:
    try:
        if file.suffix == ".csv":
            types = csv.ConvertOptions(column_types=FINDINGS_SCHEMA, strings_can_be_null=True)
            table = csv.read_csv(file, convert_options=types)
            rows = [row for row in table.to_pylist() if row["subject_id"] == subject]
        else:
            rows = pq.read_table(file, filters=[("subject_id", "=", subject)]).to_pylist()
    except (OSError, pa.ArrowException):  # the error of the missing alert is said all the same
        return []
    return rows if not rows or set(FINDINGS_SCHEMA.names) <= set(rows[0]) else []
