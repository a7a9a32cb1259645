"""The outbox from outside: each call a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger import outbox
from ledger.chain import instant_text
from ledger.desk import Desk
from ledger.errors import NotInLedger, NotNow
from ledger.rows import Row
from ledger.workflow.person import Person


class OutboxDoor(Desk):
    """Every method raises ``LedgerUnavailable`` when the store cannot do it."""

    def notify(self, kind: str, key: str, payload: Mapping[str, Any], *, grade: int | None = None) -> bool:
        """Put an alarm or another message down, once a ``key``; ``False`` where it is there already."""
        with self._database.write() as connection:
            at = instant_text(self._clock())
            return outbox.put(connection, at, kind=kind, key=key, payload=payload, grade=grade)

    def notify_overdue(self) -> int:
        """Put down every open case past its time; returns how many are new."""
        now = self._clock()
        with self._database.write() as connection:
            return outbox.put_overdue(connection, instant_text(now), self._terms.blind_due_before(now))

    def outbox(self, status: str | None = None, case_id: str | None = None, limit: int = 100) -> list[Row]:
        """What is in the outbox, newest first."""
        with self._database.read() as connection:
            return outbox.listed(connection, status, case_id, limit)

    def take_outbox(self, until: datetime, limit: int = 50) -> list[Row]:
        """What is due now, leased until ``until``."""
        with self._database.write() as connection:
            return outbox.take(connection, instant_text(self._clock()), instant_text(until), limit)

    def outbox_delivered(self, row: Row, channels: Sequence[str]) -> None:
        """Put a delivery on record."""
        with self.appending() as (connection, appending):
            outbox.delivered(appending, connection, row, channels)

    def outbox_later(self, row: Row, next_at: datetime, **values: Any) -> bool:
        """Try ``row`` again at ``next_at``; ``values`` are columns that change (step, attempts, last_error, ...).

        ``False``, and nothing changes, where its status is no longer the one that was read: somebody refused it,
        acknowledged it or delivered it meanwhile.
        """
        with self._database.write() as connection:
            now = outbox.found(connection, row["outbox_id"])
            if now["status"] != row["status"]:
                return False
            values |= {"status": outbox.WAITING, "next_at": instant_text(next_at)}
            outbox.change(connection, row["outbox_id"], **values)
            return True

    def outbox_failed(self, row: Row, error: str) -> None:
        """Every channel refused it: on record, and left to people."""
        with self.appending() as (connection, appending):
            told = {"outbox_id": row["outbox_id"], "about": row["key"], "error": error}
            appending.append("outbox_failed", f"{row['outbox_id']}:{appending.seq + 1}", told)
            outbox.change(connection, row["outbox_id"], status=outbox.FAILED, last_error=error)

    def retry_outbox(self, outbox_id: int) -> Row:
        """Begin again with what failed; ``NotNow`` for anything else."""
        with self._database.write() as connection:
            row = outbox.found(connection, outbox_id)
            if row["status"] != outbox.FAILED:
                raise NotNow(f"outbox {outbox_id} is {row['status']}", "wanted one that failed")
            fresh = {"status": outbox.WAITING, "step": outbox.FIRST, "attempts": 0}
            outbox.change(connection, outbox_id, next_at=instant_text(self._clock()), **fresh)
            return outbox.found(connection, outbox_id)

    def acknowledge_outbox(self, outbox_id: int, by: str) -> Row:
        """Somebody has seen it."""
        with self.appending() as (connection, appending):
            return outbox.acknowledge(appending, connection, outbox_id, by)

    def request_action(self, case_id: str, person: Person, body: Mapping[str, Any]) -> Row:
        """Ask for an action outside on a case's account."""
        with self.appending() as (connection, appending):
            case = appending.projections.case(case_id)
            if case is None:
                raise NotInLedger(f"no case {case_id!r}")
            return outbox.request_action(appending, connection, case, person, dict(body))

    def approve_action(self, outbox_id: int, person: Person) -> Row:
        """One more person agrees."""
        with self.appending() as (connection, appending):
            return outbox.approve(appending, connection, outbox_id, person)

    def refuse_action(self, outbox_id: int, person: Person, reason: str) -> Row:
        """Turn an action down."""
        with self.appending() as (connection, appending):
            return outbox.refuse(appending, connection, outbox_id, person, reason)
