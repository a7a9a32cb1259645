"""What the registers say of alerts when they are recorded: a restriction in force, a known strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, union_all

from ledger.desk_schema import RESTRICTIONS, STRATEGIES
from ledger.statements import Statement

_RESTRICTED = select(
    literal("restriction_id").label("what"),
    RESTRICTIONS.c.restriction_id.label("id"),
    RESTRICTIONS.c.subject_id.label("whose"),
    literal("").label("rule_id"),
    RESTRICTIONS.c["from"].label("first"),
    RESTRICTIONS.c.until.label("last"),
).where(
    RESTRICTIONS.c.subject_id == bindparam("of"),
    RESTRICTIONS.c.until >= bindparam("earliest"),
    RESTRICTIONS.c.lifted_at.is_(None),
)
_KNOWN = select(
    literal("strategy_id"),
    STRATEGIES.c.strategy_id,
    STRATEGIES.c.account_id,
    STRATEGIES.c.rule_id,
    literal(""),
    STRATEGIES.c.until,
).where(
    STRATEGIES.c.account_id == bindparam("of"),
    STRATEGIES.c.until >= bindparam("earliest"),
    STRATEGIES.c.status == "approved",
)
_STANDING = Statement(union_all(_RESTRICTED, _KNOWN))


class Standing:
    """The registers' entries that may bind any of some alerts, read once."""

    def __init__(self, connection: Connection, triggers: Sequence[Mapping[str, Any]]) -> None:
        ids = {trigger[name] for trigger in triggers for name in ("subject_id", "account_id")}
        earliest = min((trigger["trading_day"] for trigger in triggers), default="")
        found = [row for one in ids for row in _STANDING.rows(connection, {"of": one, "earliest": earliest})]
        self._rows = sorted(found, reverse=True)

    def of(self, trigger: Mapping[str, Any]) -> dict[str, str]:
        """``restriction_id`` and ``strategy_id`` where there is one; the earliest where there are several.

        A restriction counts when it is on the alert's subject or on its account.
        """
        standing: dict[str, str] = {}
        for what, name, whose, rule_id, first, last in self._rows:
            ours = (trigger["account_id"],) if rule_id else (trigger["subject_id"], trigger["account_id"])
            if whose in ours and rule_id in ("", trigger["rule_id"]) and first <= trigger["trading_day"] <= last:
                standing[what] = name
        return standing
