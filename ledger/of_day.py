"""The alerts of a day by whom they concern, and which of them may decide the baseline grade of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, select

from ledger.schema import ALERT_ACCOUNTS, ALERTS
from ledger.statements import Statement

Key = tuple[str, str]


class OfDay(NamedTuple):
    """An alert as its projection has it; ``grade`` is what the ``table`` gave for it alone, null: none did."""

    seq: int
    alert_id: str
    triggered_at: str
    grade: int | None
    table: str | None

    @property
    def at(self) -> datetime:
        """When it was raised."""
        return datetime.fromisoformat(self.triggered_at)


# No payload: a busy account has hundreds of alerts a day, and one decides.
_ROWS = select(ALERTS.c.seq, ALERTS.c.alert_id, ALERTS.c.triggered_at, ALERTS.c.alone_grade, ALERTS.c.alone_table)
_DAY = ALERTS.c.trading_day == bindparam("day")
_WHO: BindParameter[Any] = bindparam("who")
_GROUP = ALERTS.c.subject_type == "group"
# From the accounts to the alerts and not by the alerts' day, which would read all alerts of it.
_NAMED = _ROWS.join_from(ALERT_ACCOUNTS, ALERTS, ALERT_ACCOUNTS.c.alert_id == ALERTS.c.alert_id).where(
    ALERT_ACCOUNTS.c.account_id == _WHO, ALERT_ACCOUNTS.c.trading_day == bindparam("day")
)
_UNDER: Mapping[str, Sequence[Statement]] = {  # the kinds of keys of rules_baseline.related, asked of what is on record
    "account": (Statement(_ROWS.where(_DAY, ~_GROUP, ALERTS.c.subject_id == _WHO)), Statement(_NAMED)),
    "attributed": (Statement(_ROWS.where(_DAY, _GROUP, ALERTS.c.account_id == _WHO)),),
    "group": (Statement(_ROWS.where(_DAY, _GROUP, ALERTS.c.subject_id == _WHO)),),
}


def found_under(connection: Connection, keys: Iterable[Key], trigger: Mapping[str, Any]) -> list[OfDay]:
    """The recorded alerts of the trigger record's day under any of ``keys``, not itself and none raised after it."""
    day = trigger["trading_day"]
    asked = [(statement, who) for kind, who in keys for statement in _UNDER[kind]]
    rows = {row for statement, who in asked for row in statement.rows(connection, {"day": day, "who": who})}
    # Compared as instants: JSON writes a whole second without its fraction, so text order would lie.
    at = datetime.fromisoformat(trigger["triggered_at"])
    found = [OfDay(*row) for row in rows]
    return [one for one in found if one.alert_id != trigger["alert_id"] and one.at <= at]


def may_decide(found: Sequence[OfDay], table: str | None) -> list[int]:
    """Entries of those that may decide the baseline grade by ``table``, in chain order.

    Of all that this table graded alone the worst, the earliest of equals; and every one that it did not.
    """
    graded = [one for one in found if one.grade is not None and one.table == table is not None]
    first = min(graded, key=lambda one: (one.grade, one.at, one.alert_id), default=None)
    others = {one.seq for one in found} - {one.seq for one in graded}
    return sorted(others if first is None else others | {first.seq})
