"""Whose counts a question is about: an account's own, or those of the declared group that it is in on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.after_close.closing import trading_days
from rules_baseline.ids_named import is_named
from rules_baseline.memberships import Memberships

_COUNTED = "SELECT trading_day FROM orders UNION SELECT trading_day FROM trades"
_GROUPS = "SELECT account_id, group_id, valid_from, valid_to FROM memberships WHERE account_id = ?"


@dataclass(frozen=True, slots=True)
class Whose:
    """The trading day that counts are of (None: the data hold none), and whose they are.

    ``subject`` is None for everybody; ``group`` is the declared group that this account is in on the day.
    """

    day: date | None
    subject: str | None
    group: str | None = None


def days_held(events: Any) -> list[date]:
    """The days, in order, of which anything can be counted: orders, trades, or a trading day that screens judge."""
    return sorted(_counted(events) | set(trading_days(events)))


def latest_day(events: Any) -> date | None:
    """The last day with orders or trades, without any the last trading day that screens judge; None: no day."""
    days = _counted(events) or set(trading_days(events))
    return max(days, default=None)


def standing(events: Any, subject: str | None = None, day: date | None = None) -> Whose:
    """Who is counted on ``day`` (None: the latest) of ``features.events.load.Events`` for a subject.

    Raises ``AlertError`` for a day on which nothing can be counted: no orders, no trades, no trading day of screens.
    """
    if day is None:
        day = latest_day(events)
    elif day not in (held := days_held(events)):
        raise AlertError(
            f"--day {day} is no trading day of the data",
            f"the data hold those from {held[0]} to {held[-1]}" if held else "the data hold those of no day",
            "ask for such a day",
        )
    if subject is None or day is None:
        return Whose(day, subject)
    rows = events.backend.con.execute(_GROUPS, [subject]).fetchall()
    return Whose(day, subject, Memberships.of_rows(rows).group_of(subject, day))


def refuse_stranger(events: Any, whose: Whose) -> None:
    """Raise ``AlertError`` where no raw table names the subject; to be asked only where nothing was counted of it.

    Screens judge pairs and clusters of accounts too, whose ids stand in no table.
    """
    if whose.subject is not None and not is_named(events.backend.con, whose.subject):
        raise AlertError(
            f"--subject {whose.subject}: nothing is counted of it, and the data know no such account or group",
            "wanted an id of the tables, or a subject that `rules status` lists",
        )


def _counted(events: Any) -> set[date]:
    return {day for (day,) in events.backend.con.execute(_COUNTED).fetchall()}
