"""What an answer's ``degraded`` says of the features it was made of, where the model can still grade."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from features.catalogue import FAMILIES, STORED
from serving.timed_reader import FeatureRow

Values = Mapping[str, float | None]
INTRADAY_BEHIND = timedelta(seconds=60)
_INTRADAY = FAMILIES["intraday"]
_DAILY = tuple(name for name in STORED if name not in _INTRADAY)


def of_daily(row: FeatureRow, at: datetime) -> list[str]:
    """Notes on the daily families for an alert raised ``at``: from its future, behind, or of nobody known.

    A weekday without a build counts as behind even where it was a holiday: the store cannot tell the two apart.
    """
    notes = []
    if row.as_of is not None and row.as_of > at:
        notes.append(f"features_newer_than_alert: as of {row.as_of.isoformat()}")
    if not row.stale and row.age_days is not None and row.age_days >= 1:
        notes.append(f"features_behind: {row.age_days} weekdays")
    if all(row.values.get(name) is None for name in _DAILY):
        notes.append("unknown_account: the feature store has nothing of it")
    return notes


def of_intraday(stored: Values, intraday_at: datetime | None, given: Values | None, at: datetime) -> list[str]:
    """Notes on the day so far; ``given`` (the request's) replaces ``stored``, which speaks of ``intraday_at``."""
    if given is not None:
        empty = all(value is None for value in given.values())
        return ["no_intraday_row: the request's day so far holds no value"] if empty else []
    if all(stored.get(name) is None for name in _INTRADAY):
        return ["no_intraday_row: neither the request nor the feature store has the day so far"]
    if intraday_at is not None and at - intraday_at > INTRADAY_BEHIND:
        return [f"intraday_behind: the day so far is as of {intraday_at.isoformat()}"]
    return []
