"""What alerts are written with, and how a crossing becomes the record that is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

import pyarrow as pa

from rules_baseline.alerts import alert_id
from rules_baseline.evidence import Measured, evidence_of
from rules_baseline.limits import Limits
from rules_baseline.occurrence import Occurrences
from rules_baseline.terms import Term
from rules_baseline.trigger import TriggerRecord

NO_PART = "-"  # the contract of a unit that has none
Unit = tuple[str, str, str, date, str, str]  # rule, exchange, contract, trading day, subject's type and id
_RANK = {"warning": 0, "breach": 1, "severe": 2}


@dataclass(frozen=True, slots=True)
class Crossing:
    """A unit reaching a level: its sums at that event, and its counted events up to and with it, in order."""

    unit: Unit
    level: str
    term_id: int
    amount: int
    lots: int
    events: pa.Table

    @property
    def at(self) -> Any:
        """The time of the event that crosses, UTC without zone."""
        return self.events.column("event_time")[-1].as_py()

    def measured(self) -> Measured:
        """What was counted, as the evidence says it."""
        amounts, ids = self.events.column("amount").to_pylist(), self.events.column("event_id").to_pylist()
        notes = sorted({note for note in self.events.column("note").to_pylist() if note is not None})
        counted = [one for one, amount in zip(ids, amounts, strict=True) if amount > 0]
        measured = self.lots if self.level == "severe" else self.amount
        return Measured(self.level, measured, self.amount, len(counted), counted, notes)

    def members(self) -> dict[str, int]:
        """Each account's own count: its weights, of a severe level its lots; a match counts for both its accounts."""
        own = self.events.column("lots" if self.level == "severe" else "weight").to_pylist()
        accounts = zip(*(self.events.column(n).to_pylist() for n in ("account_id", "other_account_id")), strict=True)
        found: Counter[str] = Counter()
        for (account, other), count in zip(accounts, own, strict=True):
            found[account] += count
            if other is not None and other != account:
                found[other] += count
        return dict(found)


@dataclass(frozen=True, slots=True)
class Book:
    """What alerts are written with: the terms, the limits' version and choices, the past, and what was emitted."""

    terms: Mapping[int, Term]
    limits: Limits
    occurrences: Occurrences
    emitted: dict[Unit, dict[str, int | None]] = field(default_factory=dict)  # occurrence by level
    pending: dict[Unit, dict[str, int | None]] = field(default_factory=dict)  # of the batch in hand, until committed

    def settle(self, *, committed: bool) -> None:
        """Take over what the batch in hand emitted, or forget it."""
        if committed:
            for unit, levels in self.pending.items():
                self.emitted.setdefault(unit, {}).update(levels)
        self.pending.clear()

    def forget(self, closed: Iterable[tuple[str, date]]) -> None:
        """Let go of the units of (exchange, trading day) that are closed; their breaches stay known."""
        gone = set(closed)
        for unit in [unit for unit in self.emitted if (unit[1], unit[3]) in gone]:
            del self.emitted[unit]

    def records(self, crossings: Iterable[Crossing]) -> list[TriggerRecord]:
        """The alerts of crossings, by (triggered_at, alert_id); their breaches are known from now on."""
        ordered = sorted(crossings, key=lambda one: _RANK[one.level])
        for one in ordered:
            if one.level == "breach":
                rule_id, exchange, _, day, _, subject_id = one.unit
                self.occurrences.add((exchange, rule_id, subject_id), day, one.at)
        return sorted(map(self._record, ordered), key=lambda record: (record.triggered_at, record.alert_id))

    def _record(self, one: Crossing) -> TriggerRecord:
        unit: Any = one.unit  # of the rows' own words, which the record checks
        level: Any = one.level
        rule_id, exchange, contract, day, subject_type, subject_id = unit
        term, part, at = self.terms[one.term_id], None if contract == NO_PART else contract, one.at
        members, measured = one.members(), one.measured()
        first = min(members, key=lambda member: (-members[member], member.encode()))
        pending = self.pending.setdefault(one.unit, {})
        pending[one.level] = (
            (self.emitted.get(one.unit, {}) | pending)["breach"]  # emitted before it, or in this very batch
            if one.level == "severe"
            else self.occurrences.of((exchange, rule_id, subject_id), one.level, day, at)
        )
        threshold = term.severe_at if one.level == "severe" else term.limit
        return TriggerRecord(
            alert_id=alert_id(rule_id, one.level, day.isoformat(), exchange, part, subject_id),
            rule_id=rule_id,
            level=level,
            exchange=exchange,
            contract=part,
            trading_day=day,
            subject_type=subject_type,
            subject_id=subject_id,
            account_id=first,
            triggered_at=at.replace(tzinfo=UTC),
            measured=float(measured.measured),
            threshold=None if threshold is None else float(threshold),
            occurrence=pending[one.level],
            parameters_version=self.limits.version,
            evidence=evidence_of(measured, members, term, self.limits),
        )
