"""One round of deliveries: what is due is tried, what fails waits longer each time and goes another way in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from alertgrade.outbox.config import OutboxConfig, Route
from alertgrade.outbox.message import words_of
from alertgrade.outbox.senders import Call, Send
from ledger.chain import instant_text
from ledger.ledger import Ledger
from ledger.outbox import DELIVERED, ESCALATION, UNAPPROVED

_LEASE = timedelta(minutes=5)  # longer than every channel of a row may take
_MANY = 10_000


class Deliverer:
    """Delivers at least once: a crash between sending and putting it on record sends again."""

    def __init__(
        self, ledger: Ledger, config: OutboxConfig, send: Send, call: Call, clock: Callable[[], datetime]
    ) -> None:
        self._ledger, self._config, self._send, self._call, self._clock = ledger, config, send, call, clock

    def round(self) -> Counter[str]:
        """Do what is due; returns how many were delivered, put off, failed and escalated."""
        done: Counter[str] = Counter(overdue=self._ledger.notify_overdue())
        self._release_approved()
        done["escalated"] = self._escalate()
        for row in self._ledger.take_outbox(self._clock() + _LEASE):
            done[self._act(row) if row["kind"] == "action" else self._tell(row)] += 1
        return +done

    def _release_approved(self) -> None:
        for row in self._ledger.outbox(UNAPPROVED, limit=_MANY):
            webhook = self._config.actions.get(row["payload"]["action"])
            if webhook is not None and len(row["approved_by"]) >= webhook.approvals:
                self._ledger.outbox_later(row, self._clock())

    def _escalate(self) -> int:
        escalated = 0
        if not self._config.escalates:  # what was delivered and not acknowledged may be thousands of rows, every round
            return escalated
        for row in self._ledger.outbox(DELIVERED, limit=_MANY):
            route = self._config.route(row["kind"], row["grade"]) if row["kind"] != "action" else None
            if route is None or not route.escalate or row["step"] == ESCALATION or not self._ignored(row, route):
                continue
            now = self._clock()
            again = {"step": ESCALATION, "attempts": 0, "escalated_at": instant_text(now)}
            escalated += self._ledger.outbox_later(row, now, **again)
        return escalated

    def _ignored(self, row: dict[str, Any], route: Route) -> bool:
        if route.acknowledge_minutes is None:
            return False
        waited = self._clock() - datetime.fromisoformat(row["delivered_at"])
        return waited >= timedelta(minutes=route.acknowledge_minutes)

    def _tell(self, row: dict[str, Any]) -> str:
        route = self._config.route(row["kind"], row["grade"])
        if route is None:
            self._ledger.outbox_failed(row, f"no route for {row['kind']} {row['grade'] or ''}".rstrip())
            return "failed"
        title, text = words_of(row)
        said = {name: self._send(self._config.channels[name], title, text) for name in route.steps[row["step"]]}
        taken = [name for name, error in said.items() if error is None]
        if taken:
            self._ledger.outbox_delivered(row, taken)
            return "delivered"
        return self._put_off(row, "; ".join(f"{name}: {error}" for name, error in said.items()), route)

    def _act(self, row: dict[str, Any]) -> str:
        webhook = self._config.actions.get(row["payload"]["action"])
        if webhook is None:  # it was configured when it was approved; others must not wait for it
            self._ledger.outbox_failed(row, f"no address for {row['payload']['action']}")
            return "failed"
        payload = row["payload"] | {"requested_by": row["requested_by"], "approved_by": row["approved_by"]}
        error = self._call(webhook, row["key"], payload, self._clock())
        if error is None:
            self._ledger.outbox_delivered(row, [row["payload"]["action"]])
            return "delivered"
        return self._put_off(row, error, None)

    def _put_off(self, row: dict[str, Any], error: str, route: Route | None) -> str:
        attempts, now = row["attempts"] + 1, self._clock()
        if attempts < self._config.retry.attempts:
            later = now + timedelta(seconds=self._config.retry.after(attempts))
            self._ledger.outbox_later(row, later, attempts=attempts, last_error=error)
            return "put off"
        steps = () if route is None else route.steps
        further = [step for step in range(row["step"] + 1, len(steps)) if steps[step]]
        if not further:
            self._ledger.outbox_failed(row, error)
            return "failed"
        self._ledger.outbox_later(row, now, step=further[0], attempts=0, last_error=error)
        return "rerouted"
