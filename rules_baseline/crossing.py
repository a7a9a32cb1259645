"""From running counts to alerts: which units crossed a level with this batch, and at which event."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from rules_baseline.alerts import alert_id
from rules_baseline.evidence import Measured, evidence_of
from rules_baseline.limits import Limits
from rules_baseline.occurrence import Occurrences
from rules_baseline.state import UNIT_SQL
from rules_baseline.terms import Term
from rules_baseline.trigger import TriggerRecord

ORDER = "event_time, seq NULLS LAST, event_rank, event_id, order_id"  # RULES: the order of events
NO_PART = "-"  # the contract of a unit that has none
_EVENT = "account_id, other_account_id, event_time, seq, event_rank, event_id, order_id, amount, weight, lots, note"
_HERE = f"""SELECT DISTINCT {UNIT_SQL}, unit, term_id FROM events
WHERE sequence = $sequence AND counts AND unit IN (SELECT unnest($units::UBIGINT[]))"""
_LEVELS = f"""
CREATE OR REPLACE TEMP TABLE crossed AS
SELECT {UNIT_SQL}, unit, term_id, level, reaches, lots_at FROM (
    SELECT {UNIT_SQL}, unit, max(term_id) AS term_id, sum(amount * sign) AS amount, sum(lots * sign) AS lots
    FROM events WHERE counts AND unit IN (SELECT unnest($units::UBIGINT[])) GROUP BY ALL
) AS now ANTI JOIN exempt USING (rule_id, trading_day, subject_type, subject_id)
JOIN (SELECT term_id, unnest(['warning', 'breach', 'severe']) AS level,
             unnest([warning_at, breach_at, CASE WHEN severe_at IS NOT NULL THEN breach_at END]) AS reaches,
             unnest([0, 0, severe_at]) AS lots_at FROM term_levels) AS l USING (term_id)
WHERE amount >= reaches AND lots >= lots_at
"""
# An event that a late row took back cancels out with the row that takes it back: nothing of either is left.
NETTED = f"""
SELECT {UNIT_SQL}, {_EVENT} FROM (
    SELECT {UNIT_SQL}, {_EVENT}, sign, row_number() OVER (PARTITION BY {UNIT_SQL}, {_EVENT}, sign) AS copy
    FROM events SEMI JOIN {{units}} AS crossed USING (unit, {UNIT_SQL}) WHERE counts
) GROUP BY {UNIT_SQL}, {_EVENT}, copy HAVING sum(sign) > 0
"""
# Where no row came late there is no row that takes another back, and nothing to cancel out.
_AS_THEY_ARE = f"SELECT {UNIT_SQL}, {_EVENT} FROM events SEMI JOIN crossed USING (unit, {UNIT_SQL}) WHERE counts"
_PLACED = f"""
CREATE OR REPLACE TEMP TABLE placed AS
SELECT *, row_number() OVER running AS place, sum(amount) OVER running AS total, sum(lots) OVER running AS total_lots
FROM ({{rows}})
WINDOW running AS (PARTITION BY {UNIT_SQL} ORDER BY {ORDER} ROWS UNBOUNDED PRECEDING)
"""
_TRIGGERED = f"""
CREATE OR REPLACE TEMP TABLE triggered AS
SELECT {UNIT_SQL}, level, any_value(term_id) AS term_id, min(place) AS last
FROM crossed JOIN placed USING ({UNIT_SQL}) WHERE total >= reaches AND total_lots >= lots_at GROUP BY {UNIT_SQL}, level
"""
_MEASURED = f"""
SELECT {UNIT_SQL}, level, any_value(term_id), max(total) FILTER (WHERE place = last),
       max(total_lots) FILTER (WHERE place = last), max(event_time), count(*) FILTER (WHERE amount > 0),
       list(event_id ORDER BY place) FILTER (WHERE amount > 0), list(DISTINCT note ORDER BY note)
           FILTER (WHERE note IS NOT NULL)
FROM triggered JOIN placed USING ({UNIT_SQL}) WHERE place <= last GROUP BY {UNIT_SQL}, level
"""
_MEMBERS = f"""
SELECT {UNIT_SQL}, level, member, sum(CASE level WHEN 'severe' THEN lots ELSE weight END)
FROM (SELECT *, unnest(CASE WHEN other_account_id IS NULL OR other_account_id = account_id
                            THEN [account_id] ELSE [account_id, other_account_id] END) AS member
      FROM triggered JOIN placed USING ({UNIT_SQL}) WHERE place <= last)
GROUP BY {UNIT_SQL}, level, member
"""

Unit = tuple[str, str, str, date, str, str]
_RANK = {"warning": 0, "breach": 1, "severe": 2}


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


def new_alerts(
    con: Any, sequence: int, standing: Mapping[int, tuple[int, int]], book: Book, *, late: bool
) -> list[TriggerRecord]:
    """The alerts of the batch in hand, by (triggered_at, alert_id); its events are in the state already.

    ``standing`` holds the hashes that may have crossed, with amount and lots now (or more: see ``Totals``).
    ``late`` says whether a row came late, in this batch or before. Every event of a crossing unit is put in order
    again, so a late row gives the alert that one batch would have given.
    """
    units = list(standing)
    if not units:
        return []
    here = con.execute(_HERE, {"sequence": sequence, "units": units}).fetchall()
    units = sorted({row[6] for row in here if _open(row, standing[row[6]], book)})
    if not units:
        return []
    con.execute(_LEVELS, {"units": units})
    if not _drop_emitted(con, book):
        return []
    con.execute(_PLACED.format(rows=NETTED.format(units="crossed") if late else _AS_THEY_ARE))
    con.execute(_TRIGGERED)
    members: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for *crossing, member, amount in con.execute(_MEMBERS).fetchall():
        members[tuple(crossing)][member] = int(amount)
    rows = sorted(con.execute(_MEASURED).fetchall(), key=lambda row: _RANK[row[6]])
    for row in rows:
        if row[6] == "breach":
            book.occurrences.add((row[1], row[0], row[5]), row[3], row[10])
    found = [_record(row, members[tuple(row[:7])], book) for row in rows]
    return sorted(found, key=lambda record: (record.triggered_at, record.alert_id))


def _open(row: Sequence[Any], standing: tuple[int, int], book: Book) -> bool:
    """Whether a unit may stand at a level that it has not emitted."""
    *unit, _, term_id = row
    amount, lots = standing
    term, emitted = book.terms[term_id], book.emitted.get(tuple(unit), {})
    wanted = {
        "warning": (term.warning_at, 0),
        "breach": (term.breach_at, 0),
        "severe": (term.breach_at if term.severe_at is not None else None, term.severe_at or 0),
    }
    reached = {name for name, (at, and_lots) in wanted.items() if at is not None and amount >= at and lots >= and_lots}
    return not reached <= emitted.keys()


def _drop_emitted(con: Any, book: Book) -> int:
    """Leave in ``crossed`` only what was not emitted before; how many are left."""
    rows = con.execute(f"SELECT {UNIT_SQL}, level FROM crossed").fetchall()
    old = [row for row in rows if row[6] in book.emitted.get(tuple(row[:6]), {})]
    if old and len(old) < len(rows):
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * len(old))
        con.execute(
            f"DELETE FROM crossed WHERE ({UNIT_SQL}, level) IN ({marks})", [value for row in old for value in row]
        )
    return len(rows) - len(old)


def _record(row: Sequence[Any], members: Mapping[str, int], book: Book) -> TriggerRecord:
    rule_id, exchange, contract, day, subject_type, subject_id, level = row[:7]
    term_id, total, lots, at, events, ids, notes = row[7:]
    unit: Unit = (rule_id, exchange, contract, day, subject_type, subject_id)
    term, part = book.terms[term_id], None if contract == NO_PART else contract
    first = min(members, key=lambda member: (-members[member], member.encode()))
    pending = book.pending.setdefault(unit, {})
    pending[level] = (
        (book.emitted.get(unit, {}) | pending)["breach"]  # emitted before it, or in this very batch
        if level == "severe"
        else book.occurrences.of((exchange, rule_id, subject_id), level, day, at)
    )
    threshold = term.severe_at if level == "severe" else term.limit
    measured = Measured(level, int(lots if level == "severe" else total), int(total), events, ids, notes or [])
    return TriggerRecord(
        alert_id=alert_id(rule_id, level, day.isoformat(), exchange, part, subject_id),
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
        occurrence=pending[level],
        parameters_version=book.limits.version,
        evidence=evidence_of(measured, members, term, book.limits),
    )
