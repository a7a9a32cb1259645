"""Alerts gained and lost between two runs, counted by day, exchange, rule and population."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from rules_baseline.trigger import TriggerRecord

POPULATION = ("account_type", "channel", "is_employee", "is_programmatic")
COUNTS = ("before", "after", "gained", "lost", "moved")
CHANGES_SCHEMA = pa.schema(
    [
        ("trading_day", pa.date32()),
        ("exchange", pa.string()),
        ("rule_id", pa.string()),
        ("level", pa.string()),
        ("account_type", pa.string()),
        ("channel", pa.string()),
        ("is_employee", pa.bool_()),
        ("is_programmatic", pa.bool_()),
        *((name, pa.int64()) for name in COUNTS),
    ]
)
KEYS = tuple(name for name in CHANGES_SCHEMA.names if name not in COUNTS)
People = Mapping[str, Sequence[Mapping[str, Any]]]


def population_of(events: Any) -> People:
    """By account the rows of ``accounts`` with their dates; empty where the table was not given."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    columns = ", ".join(("account_id", "valid_from", "valid_to", *POPULATION))
    for row in events.backend.con.sql(f"SELECT {columns} FROM accounts").to_arrow_table().to_pylist():  # noqa: S608
        found.setdefault(row["account_id"], []).append(row)
    return found


def alert_changes(before: Iterable[TriggerRecord], after: Iterable[TriggerRecord], people: People) -> pa.Table:
    """A row (``CHANGES_SCHEMA``) for every day, exchange, rule, level and population with an alert in either run.

    Alerts are told apart by ``alert_id``: ``gained`` are those of ``after`` alone, ``lost`` those of ``before`` alone,
    ``moved`` those of both with another instant, measure, account or occurrence. The population is that of the
    alert's account on its day, null where it is not known; a moved alert counts where it is after. Empty for no alerts.
    """
    old, new = ({alert.alert_id: alert for alert in alerts} for alerts in (before, after))
    counts: dict[str, Counter[tuple[Any, ...]]] = {name: Counter() for name in COUNTS}
    for name, alerts in (
        ("before", old.values()),
        ("after", new.values()),
        ("gained", (alert for alert in new.values() if alert.alert_id not in old)),
        ("lost", (alert for alert in old.values() if alert.alert_id not in new)),
        ("moved", (a for a in new.values() if a.alert_id in old and _content(a) != _content(old[a.alert_id]))),
    ):
        counts[name].update(_key(alert, people) for alert in alerts)
    keys = sorted(counts["before"] | counts["after"], key=_sortable)
    rows = [dict(zip(KEYS, key, strict=True)) | {name: counts[name][key] for name in COUNTS} for key in keys]
    return pa.Table.from_pylist(rows, schema=CHANGES_SCHEMA)


def summed(changes: pa.Table, *by: str) -> list[dict[str, Any]]:
    """The counts summed over everything but ``by``, in order of ``by``; one row of totals without any."""
    totals: dict[tuple[Any, ...], Counter[str]] = {}
    for row in changes.to_pylist():
        found = totals.setdefault(tuple(row[name] for name in by), Counter())
        found.update({name: row[name] for name in COUNTS})
    return [
        dict(zip(by, key, strict=True)) | {name: totals[key][name] for name in COUNTS}
        for key in sorted(totals, key=_sortable)
    ]


def gained_and_lost(before: Iterable[TriggerRecord], after: Iterable[TriggerRecord]) -> pa.Table:
    """A row for every alert of one run alone: ``change`` (gained, lost), alert_id, rule_id, level, day, subject."""
    old, new = ({alert.alert_id: alert for alert in alerts} for alerts in (before, after))
    rows = [
        {"change": change, **{name: getattr(alert, name) for name in _LISTED}}
        for change, alerts, others in (("gained", new, old), ("lost", old, new))
        for key, alert in alerts.items()
        if key not in others
    ]
    schema = pa.schema([("change", pa.string()), *_LISTED.items()])
    return pa.Table.from_pylist(sorted(rows, key=lambda r: (r["trading_day"], r["alert_id"])), schema=schema)


_LISTED = {
    "trading_day": pa.date32(),
    "rule_id": pa.string(),
    "level": pa.string(),
    "exchange": pa.string(),
    "contract": pa.string(),
    "subject_type": pa.string(),
    "subject_id": pa.string(),
    "account_id": pa.string(),
    "measured": pa.float64(),
    "threshold": pa.float64(),
    "alert_id": pa.string(),
}


def _content(alert: TriggerRecord) -> tuple[Any, ...]:
    return alert.triggered_at, alert.measured, alert.account_id, alert.occurrence


def _key(alert: TriggerRecord, people: People) -> tuple[Any, ...]:
    person = _on(people.get(alert.account_id, ()), alert.trading_day)
    return (
        alert.trading_day,
        alert.exchange,
        alert.rule_id,
        alert.level,
        *(person.get(name) for name in POPULATION),
    )


def _on(rows: Sequence[Mapping[str, Any]], day: date) -> Mapping[str, Any]:
    valid = (row for row in rows if row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]))
    return next(valid, {})


def _sortable(key: tuple[Any, ...]) -> tuple[tuple[bool, str], ...]:
    """Nulls first; dates sort as their text."""
    return tuple((value is not None, str(value)) for value in key)
