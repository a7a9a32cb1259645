"""Past dispositions from files of their own: good rows taken, bad ones named with their lines, nothing taken twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from features.events.one_file import read_file
from ledger.errors import NotInLedger
from ledger.ledger import Ledger
from rules_baseline.trigger import TriggerRecord


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was not taken: file, line (null where only its alert is known), why, and the row as it stood."""

    source: str
    line: int | None
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were read, how many alerts got an outcome, how many had one already, and what was set aside."""

    read: int
    taken: int
    known: int
    aside: tuple[SetAside, ...]


def import_dispositions(ledger: Ledger, file: Path, alerts: Path | None) -> Imported:
    """Put the dispositions of ``file`` on record; columns as the raw table ``dispositions``, CSV or parquet.

    An alert that is not on record yet is taken from ``alerts`` (columns of the raw table ``alerts``). Set aside are
    rows that break the contract, whose alert is known to neither, that were decided before their alert, the later one
    of two dispositions of one alert, and those of a case that the desk is at work on. An outcome on record stays.
    Raises ``AlertError`` where a file cannot be read or lacks a column.
    """
    dispositions, aside = _read(file, "dispositions")
    given, more = _read(alerts, "alerts") if alerts is not None else ([], [])
    read = len(dispositions) + len(aside)
    triggers, aside = _triggers(given, alerts), aside + more
    records = {t.alert_id: t for t in triggers if isinstance(t, TriggerRecord)}
    aside += [t for t in triggers if isinstance(t, SetAside)]
    kept: dict[str, dict[str, Any]] = {}
    asked, known = [], 0
    for row in sorted(dispositions, key=lambda row: (row["decided_at"], row["alert_id"])):
        on_record = _on_record(ledger, row["alert_id"])
        reason = _why_not(row, kept, records, on_record) or _at_the_desk(ledger, on_record)
        if reason is not None:
            aside.append(SetAside(file.name, None, reason, str(row["alert_id"])))
            continue
        kept[row["alert_id"]] = row
        known += on_record is not None and on_record["outcome"] is not None
        asked.append({"alert_id": row["alert_id"]} if on_record else records[row["alert_id"]].model_dump(mode="json"))
    rows = [{k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()} for row in kept.values()]
    return Imported(read, ledger.import_dispositions(asked, rows), known, tuple(aside))


def _why_not(
    row: dict[str, Any], kept: dict[str, Any], records: dict[str, TriggerRecord], on_record: dict[str, Any] | None
) -> str | None:
    alert_id = row["alert_id"]
    if alert_id in kept:
        return f"decided again: a disposition of {kept[alert_id]['decided_at']:%Y-%m-%d %H:%M} UTC comes before it"
    if row["decided_at"] < row["alerted_at"]:
        return "decided before the alert"
    if on_record is None and alert_id not in records:
        return "its alert is not on record, and no file of alerts holds it"
    return None


def _at_the_desk(ledger: Ledger, on_record: dict[str, Any] | None) -> str | None:
    if on_record is None or on_record["outcome"] is not None or on_record["case_id"] is None:
        return None
    acted = ledger.case(on_record["case_id"])["first_action_at"] is not None
    return f"the desk is at work on its case {on_record['case_id']}, and decides" if acted else None


def _on_record(ledger: Ledger, alert_id: str) -> dict[str, Any] | None:
    try:
        return ledger.alert(alert_id)
    except NotInLedger:
        return None


def _triggers(rows: Sequence[dict[str, Any]], file: Path | None) -> list[TriggerRecord | SetAside]:
    found: list[TriggerRecord | SetAside] = []
    for row in rows:
        try:
            found.append(TriggerRecord(**row))
        except ValidationError as error:
            first = error.errors()[0]
            reason = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
            found.append(SetAside("" if file is None else file.name, None, reason, str(row["alert_id"])))
    return found


def _read(file: Path, table: str) -> tuple[list[dict[str, Any]], list[SetAside]]:
    rows, broken = read_file(file, table)
    return rows, [SetAside(one.source, one.line, one.reason, one.row) for one in broken]
