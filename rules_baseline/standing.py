"""Whose counts a question is about: an account's own, or those of the declared group that it is in on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from alertgrade.errors import AlertError

_DAYS = "SELECT trading_day FROM orders UNION SELECT trading_day FROM trades ORDER BY trading_day"
_GROUP = """
SELECT group_id FROM memberships
WHERE account_id = ? AND valid_from <= ? AND (valid_to IS NULL OR ? < valid_to)"""
_KNOWN = " UNION ALL ".join(
    f"SELECT 1 FROM {table} WHERE {column} = $subject"  # noqa: S608 -- names of ours
    for table, column in (
        ("orders", "account_id"),
        ("trades", "account_id"),
        ("accounts", "account_id"),
        ("account_days", "account_id"),
        ("control_groups", "account_id"),
        ("control_groups", "group_id"),
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The trading day that counts are of (None: the data hold none), and whose they are.

    ``subject`` is None for everybody; ``group`` is the declared group that this account is in on the day.
    """

    day: date | None
    subject: str | None
    group: str | None = None


def standing(events: Any, subject: str | None = None, day: date | None = None) -> Standing:
    """Who is counted on ``day`` (None: the latest) of ``features.events.load.Events`` for an account or group.

    Raises ``AlertError`` for a day without orders and trades, and for a subject that the data do not know.
    """
    connection = events.backend.con
    days = [found for (found,) in connection.execute(_DAYS).fetchall()]
    if day is not None and day not in days:
        held = f"from {days[0]} to {days[-1]}" if days else "of no day"
        raise AlertError(
            f"--day {day} has no orders and no trades", f"the data hold those {held}", "ask for such a day"
        )
    shown = day or (days[-1] if days else None)
    if subject is None:
        return Standing(shown, None)
    if not connection.execute(f"{_KNOWN} LIMIT 1", {"subject": subject}).fetchall():
        raise AlertError(f"--subject {subject}: the data know no such account or group", "wanted an id of the tables")
    groups = connection.execute(_GROUP, [subject, shown, shown]).fetchall() if shown else []
    return Standing(shown, subject, groups[0][0] if groups else None)
