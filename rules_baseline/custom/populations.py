"""Who a custom rule looks at: a population by the accounts table of the day, or by a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import ibis
import pyarrow as pa

from rules_baseline.after_close.closing import Closing

NAMES = ("all", "employees", "introduced", "programmatic")
ACCOUNT_TYPES = ("individual", "institution", "product")


@dataclass(frozen=True, slots=True)
class Population:
    """全部 all, 员工 employees, 居间人 introduced, 程序化 programmatic, one account type, or a list of accounts."""

    kind: Literal["all", "employees", "introduced", "programmatic", "account_type", "list"]
    account_type: str | None = None
    accounts: tuple[str, ...] = field(default=(), repr=False)
    source: str | None = None  # file of the list; None: written in the rule
    sha256: str | None = None  # of that file

    def evidence(self) -> dict[str, Any]:
        """What an alert says of it."""
        told: dict[str, Any] = {
            "kind": self.kind,
            "account_type": self.account_type,
            "file": self.source,
            "sha256": self.sha256,
        }
        if self.kind == "list":
            told["accounts"] = len(self.accounts)
        return {name: value for name, value in told.items() if value is not None}

    def of_day(self, closing: Closing, rows: Any) -> Any:
        """``rows`` (account_id, day_no) that belong, or may belong, with ``member``: true, or null where not known.

        Read on the row's trading day. Without a row of ``accounts`` that day an account is not programmatic, and
        whether it belongs to any other population of that table is not known; without the table nothing is.
        """
        if self.kind == "all":
            return rows.mutate(member=ibis.literal(True))
        if self.kind == "list":
            listed = closing.put(pa.table({"account_id": pa.array(self.accounts, pa.string())}))
            return rows.semi_join(listed, "account_id").mutate(member=ibis.literal(True))
        if not closing.has("accounts"):
            return rows.mutate(member=ibis.null("boolean"))
        known, days = closing.session.raw("accounts"), closing.days
        in_force = [
            known.valid_from <= days.trading_day,
            known.valid_to.isnull() | (days.trading_day < known.valid_to),
        ]
        dated = known.join(days, in_force)
        of_day = dated.select(known_account="account_id", known_no="day_no", member=self._belongs(dated))
        joined = rows.left_join(of_day, [rows.account_id == of_day.known_account, rows.day_no == of_day.known_no])
        absent = ibis.literal(False) if self.kind == "programmatic" else ibis.null("boolean")
        member = ibis.ifelse(joined.known_account.isnull(), absent, joined.member)
        found = joined.mutate(member=member).drop("known_account", "known_no")
        return found.filter(found.member.isnull() | found.member)

    def _belongs(self, rows: Any) -> Any:
        if self.kind == "employees":
            return rows.is_employee
        if self.kind == "programmatic":
            return rows.is_programmatic
        if self.kind == "introduced":
            return rows.channel == "introducing_broker"
        return rows.account_type == self.account_type
