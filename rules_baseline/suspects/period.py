"""The trading days that are looked back at, and whom each account stands for: its declared group, or itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.after_close.choices import Choice, Choices
from rules_baseline.after_close.closing import Closing, trading_days


@dataclass(frozen=True, slots=True)
class Period:
    """The last ``days`` trading days up to ``last`` (fewer where the data has fewer), as the screens see them.

    ``closing`` answers for the last day. ``group_of`` are the declared groups of that day, by account; they hold for
    the whole period, as in the screens.
    """

    closing: Closing
    days: tuple[date, ...]
    group_of: dict[str, str]

    @property
    def length(self) -> int:
        """How many days there really are."""
        return len(self.days)

    def choice(self, screen_id: str, days: int | None = None) -> Choice | None:
        """The entry of a screen in force on the last day, looking back over the period (or ``days``); None: none."""
        held = [choice for choice, _ in self.closing.periods(screen_id)]
        values = {"days": days or self.length}
        return replace(held[0], values={**held[0].values, **values}) if held else None

    def subject(self, account: str) -> str:
        """Declared group of an account, or the account."""
        return self.group_of.get(account, account)

    def accounts(self, subject: str) -> list[str]:
        """Accounts of a subject, in order."""
        return sorted(account for account, group in self.group_of.items() if group == subject) or [subject]


def period_of(events: Any, choices: Choices, days: int, last: date | None = None) -> Period:
    """The ``days`` trading days of ``features.events.load.Events`` up to ``last`` (None: the last there is).

    Raises ``AlertError`` without a trading day. The caller forgets what ``closing.session`` holds.
    """
    if days < 1:
        raise AlertError(f"--days {days}", "wanted 1 or more")
    calendar = [day for day in trading_days(events) if last is None or day <= last]
    if not calendar:
        raise AlertError(
            f"no trading day up to {last}" if last else "no trading day in the data", "wanted one at least"
        )
    closing = Closing(events, choices, calendar, calendar[-1:])
    return Period(closing, tuple(calendar[-days:]), _groups(events, calendar[-1]))


def _groups(events: Any, day: date) -> dict[str, str]:
    query = (
        "SELECT account_id, group_id FROM memberships "
        "WHERE valid_from <= $day AND (valid_to IS NULL OR $day < valid_to) ORDER BY account_id"
    )
    return dict(events.backend.con.execute(query, {"day": day}).fetchall())
