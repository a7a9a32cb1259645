"""The alerts of a day by whom they concern, and which of them may decide the baseline grade of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, select

from ledger.schema import ALERT_ACCOUNTS, ALERTS
from ledger.statements import Statement

Key = tuple[str, str]


class OfDay(NamedTuple):
    """An alert as its projection has it; ``grade`` is what the ``table`` gave for it alone, null: none did."""

    seq: int
    alert_id: str
    at: datetime  # when it was raised
    grade: int | None
    table: str | None


# No payload: a busy account has hundreds of alerts a day, and one decides.
_ROWS = select(ALERTS.c.seq, ALERTS.c.alert_id, ALERTS.c.triggered_at, ALERTS.c.alone_grade, ALERTS.c.alone_table)
_DAY = ALERTS.c.trading_day == bindparam("day")
_GROUP = ALERTS.c.subject_type == "group"
_AT_ONCE = (1, 8, 64, 512)  # keys of a kind that one statement asks; a group or a cluster has more than one


@lru_cache(maxsize=len(_AT_ONCE))
def _statements(many: int) -> Mapping[str, Sequence[Statement]]:
    """By kind of key (``rules_baseline.related``), asked of what is on record for ``many`` of them."""
    who: list[BindParameter[Any]] = [bindparam(f"who{place}") for place in range(many)]
    # From the accounts to the alerts and not by the alerts' day, which would read all alerts of it.
    named = _ROWS.join_from(ALERT_ACCOUNTS, ALERTS, ALERT_ACCOUNTS.c.alert_id == ALERTS.c.alert_id).where(
        ALERT_ACCOUNTS.c.account_id.in_(who), ALERT_ACCOUNTS.c.trading_day == bindparam("day")
    )
    return {
        "account": (Statement(_ROWS.where(_DAY, ~_GROUP, ALERTS.c.subject_id.in_(who))), Statement(named)),
        "attributed": (Statement(_ROWS.where(_DAY, _GROUP, ALERTS.c.account_id.in_(who))),),
        "group": (Statement(_ROWS.where(_DAY, _GROUP, ALERTS.c.subject_id.in_(who))),),
    }


def found_under(connection: Connection, keys: Iterable[Key], trigger: Mapping[str, Any]) -> list[OfDay]:
    """The recorded alerts of the trigger record's day under any of ``keys``, not itself and none raised after it."""
    by_kind: dict[str, list[str]] = {}
    for kind, who in keys:
        by_kind.setdefault(kind, []).append(who)
    rows = set()
    for kind, ids in by_kind.items():
        many = next((size for size in _AT_ONCE if size >= len(ids)), _AT_ONCE[-1])
        for first in range(0, len(ids), many):
            part = ids[first : first + many]
            given = {f"who{place}": part[min(place, len(part) - 1)] for place in range(many)}
            for statement in _statements(many)[kind]:
                rows.update(statement.rows(connection, {"day": trigger["trading_day"], **given}))
    # Compared as instants: JSON writes a whole second without its fraction, so text order would lie.
    at = datetime.fromisoformat(trigger["triggered_at"])
    found = [OfDay(seq, alert_id, datetime.fromisoformat(text), *alone) for seq, alert_id, text, *alone in rows]
    return [one for one in found if one.alert_id != trigger["alert_id"] and one.at <= at]


def may_decide(found: Sequence[OfDay], table: str | None) -> list[int]:
    """Entries of those that may decide the baseline grade by ``table``, in chain order.

    Of all that this table graded alone the worst, the earliest of equals; and every one that it did not.
    """
    graded = [one for one in found if one.grade is not None and one.table == table is not None]
    first = min(graded, key=lambda one: (one.grade, one.at, one.alert_id), default=None)
    others = {one.seq for one in found} - {one.seq for one in graded}
    return sorted(others if first is None else others | {first.seq})
