"""The desk's side of the ledger: acting on cases and registers, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.errors import LedgerError, LedgerUnavailable
from ledger.rows import Row
from ledger.workflow import registers
from ledger.workflow.actions import perform
from ledger.workflow.person import Person
from ledger.workflow.terms import Terms
from ledger.writing import LedgerWriter


class Desk(LedgerWriter):
    """What people do; every method raises ``LedgerUnavailable`` when the store cannot record it."""

    _terms: Terms

    def act(self, action: str, case_id: str, person: Person, body: Mapping[str, Any]) -> Row:
        """Do one of ``workflow.table.ACTIONS`` to a case and return it; errors as ``workflow.actions.perform``."""
        with self.appending() as (connection, appending):
            return perform(connection, appending, self._terms, action, case_id, person, body)

    def act_on_many(
        self, action: str, case_ids: Sequence[str], person: Person, body: Mapping[str, Any]
    ) -> list[Row | LedgerError]:
        """``act`` on each in one transaction: the case or the error, in order; one refused keeps no other back."""
        done: list[Row | LedgerError] = []
        with self.appending() as (connection, appending):
            for case_id in case_ids:
                try:
                    done.append(perform(connection, appending, self._terms, action, case_id, person, body))
                except LedgerUnavailable:
                    raise
                except LedgerError as error:
                    done.append(error)
        return done

    def record_filing(self, case_id: str, person: Person, told: Mapping[str, Any]) -> None:
        """Put on record that a document was made of a case, with its hash."""
        with self.appending() as (_, appending):
            payload = {"case_id": case_id, "by": person.name, **told}
            appending.append("filing", f"{case_id}:{appending.seq + 1}", payload)

    def restrict(self, person: Person, body: Mapping[str, Any]) -> Row:
        """Register a restriction."""
        with self.appending() as (_, appending):
            return registers.restrict(appending, person, body)

    def lift_restriction(self, person: Person, restriction_id: str, reason: str) -> Row:
        """End a restriction before its last day."""
        with self.appending() as (_, appending):
            return registers.lift(appending, person, restriction_id, reason)

    def receive_notice(self, person: Person, body: Mapping[str, Any]) -> Row:
        """Record an exchange's notice."""
        with self.appending() as (_, appending):
            return registers.receive(appending, person, body)

    def deliver_notice(self, person: Person, notice_id: str, body: Mapping[str, Any]) -> Row:
        """Record that the client has the notice, with the proof."""
        with self.appending() as (_, appending):
            return registers.deliver(appending, person, notice_id, body)

    def propose_strategy(self, person: Person, body: Mapping[str, Any]) -> Row:
        """Propose a known strategy."""
        with self.appending() as (_, appending):
            return registers.propose(appending, person, body)

    def approve_strategy(self, person: Person, strategy_id: str) -> Row:
        """Put a proposed strategy into force."""
        with self.appending() as (_, appending):
            return registers.approve(appending, person, strategy_id)

    def end_strategy(self, person: Person, strategy_id: str, reason: str) -> Row:
        """Take a strategy off the list."""
        with self.appending() as (_, appending):
            return registers.end(appending, person, strategy_id, reason)
