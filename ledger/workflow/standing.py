"""What the registers say of an alert when it is recorded: a restriction in force, a known strategy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, literal, select, union_all

from ledger.desk_schema import RESTRICTIONS, STRATEGIES

_DAY: BindParameter[str] = bindparam("trading_day")
_RESTRICTED = select(literal("restriction_id").label("what"), RESTRICTIONS.c.restriction_id.label("id")).where(
    RESTRICTIONS.c.subject_id.in_([bindparam("subject_id"), bindparam("account_id")]),
    RESTRICTIONS.c["from"] <= _DAY,
    RESTRICTIONS.c.until >= _DAY,
    RESTRICTIONS.c.lifted_at.is_(None),
)
_KNOWN = select(literal("strategy_id"), STRATEGIES.c.strategy_id).where(
    STRATEGIES.c.account_id == bindparam("account_id"),
    STRATEGIES.c.rule_id == bindparam("rule_id"),
    STRATEGIES.c.status == "approved",
    STRATEGIES.c.until >= _DAY,
)
_STANDING = union_all(_RESTRICTED, _KNOWN)  # built once: asked for every new alert


def standing(connection: Connection, trigger: Mapping[str, Any]) -> dict[str, str]:
    """``restriction_id`` and ``strategy_id`` where there is one; the earliest where there are several.

    A restriction counts when it is on the alert's subject or on its account.
    """
    names = ("subject_id", "account_id", "rule_id", "trading_day")
    found = connection.execute(_STANDING, {name: trigger[name] for name in names})
    return {row[0]: row[1] for row in sorted(map(tuple, found), reverse=True)}
