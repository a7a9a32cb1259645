"""From running counts to alerts: which units crossed a level with this batch, and at which event."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from rules_baseline.alerts import alert_id
from rules_baseline.limits import Limits
from rules_baseline.occurrence import Occurrences
from rules_baseline.state import UNIT_SQL
from rules_baseline.terms import Term
from rules_baseline.trigger import TriggerRecord

ORDER = "event_time, seq NULLS LAST, event_rank, event_id, order_id"  # RULES: the order of events
_CROSSED = f"""
WITH counted AS (
    SELECT {UNIT_SQL}, max(term_id) AS term_id, sum(total) AS after,
           coalesce(sum(total) FILTER (WHERE sequence < $sequence), 0) AS before
    FROM tallies SEMI JOIN (SELECT * FROM tallies WHERE sequence = $sequence AND total > 0) AS here
         USING ({UNIT_SQL})
    GROUP BY {UNIT_SQL}
),
levels AS (
    SELECT counted.*, unnest(['warning', 'breach']) AS level, unnest([warning_at, breach_at]) AS reaches
    FROM counted JOIN term_levels USING (term_id) WHERE after >= least(warning_at, breach_at)
)
SELECT {UNIT_SQL}, term_id, level, reaches FROM levels WHERE before < reaches AND after >= reaches
"""
_PLACED = f"""
CREATE OR REPLACE TEMP TABLE placed AS
SELECT {UNIT_SQL}, account_id, other_account_id, event_id, event_time, amount,
       row_number() OVER running AS place, sum(amount) OVER running AS total
FROM events SEMI JOIN crossed USING ({UNIT_SQL})
WINDOW running AS (PARTITION BY {UNIT_SQL} ORDER BY {ORDER} ROWS UNBOUNDED PRECEDING)
"""
_TRIGGERED = f"""
CREATE OR REPLACE TEMP TABLE triggered AS
SELECT {UNIT_SQL}, level, any_value(term_id) AS term_id, min(place) AS last
FROM crossed JOIN placed USING ({UNIT_SQL}) WHERE total >= reaches GROUP BY {UNIT_SQL}, level
"""
_MEASURED = f"""
SELECT {UNIT_SQL}, level, any_value(term_id), max(total), max(event_time), count(*),
       list(event_id ORDER BY place) FILTER (WHERE place <= $ids)
FROM triggered JOIN placed USING ({UNIT_SQL}) WHERE place <= last GROUP BY {UNIT_SQL}, level
"""
_MEMBERS = f"""
SELECT {UNIT_SQL}, level, member, sum(amount)
FROM (SELECT *, unnest(CASE WHEN other_account_id IS NULL OR other_account_id = account_id
                            THEN [account_id] ELSE [account_id, other_account_id] END) AS member
      FROM triggered JOIN placed USING ({UNIT_SQL}) WHERE place <= last)
GROUP BY {UNIT_SQL}, level, member
"""

Crossing = tuple[str, str, str, date, str, str, str]  # the unit and the level


@dataclass(frozen=True, slots=True)
class Book:
    """What alerts are written with: the terms, the limits' version and choices, and the past."""

    terms: Mapping[int, Term]
    limits: Limits
    occurrences: Occurrences


def new_alerts(con: Any, sequence: int, book: Book) -> list[TriggerRecord]:
    """The alerts of batch ``sequence``, by (triggered_at, alert_id); its tallies and events are in the state already.

    Every event of a crossing unit is put in order again, so a late row gives the alert one batch would have given.
    """
    if not con.execute(_CROSSED, {"sequence": sequence}).fetchall():  # nearly every batch
        return []
    con.execute(f"CREATE OR REPLACE TEMP TABLE crossed AS {_CROSSED}", {"sequence": sequence})
    con.execute(_PLACED)
    con.execute(_TRIGGERED)
    members: dict[Crossing, dict[str, int]] = defaultdict(dict)
    for *crossing, member, amount in con.execute(_MEMBERS).fetchall():
        members[tuple(crossing)][member] = int(amount)
    rows = con.execute(_MEASURED, {"ids": book.limits.evidence_ids}).fetchall()
    for row in rows:
        if row[6] == "breach":
            book.occurrences.add((row[1], row[0], row[5]), row[3], row[9])
    found = [_record(row, members[tuple(row[:7])], book) for row in rows]
    return sorted(found, key=lambda record: (record.triggered_at, record.alert_id))


def _record(row: Sequence[Any], members: Mapping[str, int], book: Book) -> TriggerRecord:
    rule_id, exchange, contract, day, subject_type, subject_id, level, term_id, measured, at, events, ids = row
    term, part = book.terms[term_id], None if contract == "-" else contract
    first = min(members, key=lambda member: (-members[member], member.encode()))
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
        measured=float(measured),
        threshold=None if term.limit is None else float(term.limit),
        occurrence=book.occurrences.of((exchange, rule_id, subject_id), level, day, at),
        parameters_version=book.limits.version,
        evidence=_evidence(events, ids, members, term, book.limits),
    )


def _evidence(events: int, ids: Sequence[str], members: Mapping[str, int], term: Term, limits: Limits) -> str:
    """Sorted keys, no spaces: the same evidence is the same text."""
    content = {
        "events": events,
        "event_ids": list(ids),
        "limit": term.limit,
        "members": dict(members),
        "parameter": None if term.entry is None else term.entry.evidence(),
        "warn_fraction": str(limits.warn_fraction),
        "warning_at": term.warning_at,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
