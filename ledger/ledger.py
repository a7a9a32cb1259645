"""The ledger: one door to write what happened and to read it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from ledger import history, queries
from ledger.chain import Entry, instant_text
from ledger.database import Database
from ledger.episodes import case_to_join
from ledger.errors import CaseClosed, LedgerError, NotInLedger
from ledger.key_changes import KeyChanges
from ledger.projection import OUTCOMES, Row
from ledger.reading import LedgerReader, check_same_trigger
from ledger.schema import ENTRIES
from ledger.transaction import Appending


class Ledger(KeyChanges, LedgerReader):
    """Append-only, hash-chained record at a SQLAlchemy ``url``; ``clock`` gives aware instants.

    SQLite by default: write-ahead log, ``synchronous=FULL``, a writer waits ``busy_timeout_ms`` for another.
    Any number of processes may hold one. Every method raises ``LedgerUnavailable`` when the store cannot answer.

    >>> from datetime import UTC
    >>> ledger = Ledger("sqlite:///:memory:", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    >>> ledger.append("promotion", "v1", {"approver": "governor-1"}).seq
    1
    >>> ledger.verify().intact
    True
    """

    def __init__(self, url: str, clock: Callable[[], datetime], *, busy_timeout_ms: int = 5000) -> None:
        self._clock = clock
        self._database = Database(url, busy_timeout_ms)

    def close(self) -> None:
        """Give the store back."""
        self._database.close()

    @contextmanager
    def appending(self) -> Iterator[tuple[Connection, Appending]]:
        """One write transaction: what is appended in it is recorded together at its end, or not at all."""
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            yield connection, appending
            appending.finish()

    def compact(self) -> None:
        """Give the room of what was deleted back to the disk, and its bytes with it."""
        self._database.compact()

    def append(self, kind: str, key: str, payload: Mapping[str, Any]) -> Entry:
        """Record one thing of ``kind`` (promotion, rule_change, policy_change, ...) under a key new to that kind."""
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            entry = appending.append(kind, key, payload)
            appending.finish()
        return entry

    def record_score(
        self, trigger: Mapping[str, Any], answer: Mapping[str, Any], evidence: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Record an alert and its grade in one transaction and return the answer that is on record.

        ``trigger`` and ``answer`` are JSON objects of a trigger record and a graded alert; ``evidence`` is what
        else it takes to make the grade again (features, the day's earlier alerts). An alert recorded already with
        the same trigger keeps its first answer, which is returned; another trigger raises ``EntryConflict``.
        """
        alert_id = str(trigger["alert_id"])
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            at = appending.projections
            known = at.alert(alert_id)
            if known is None:
                open_cases = at.open_cases_of(trigger["subject_type"], trigger["subject_id"])
                case_id = case_to_join(open_cases, trigger["trading_day"])
                case_id = case_id or f"C{appending.seq + 1:08d}"
                payload = {"trigger": trigger, "case_id": case_id, "origin": "service"}
                appending.append("alert", alert_id, payload)
            else:
                seqs = [seq for seq in (known["seq"], known["score_seq"]) if seq is not None]
                stored = queries.payloads(connection, seqs)
                check_same_trigger(stored[known["seq"]]["trigger"], trigger)
                if known["score_seq"] is not None:
                    return dict(stored[known["score_seq"]]["answer"])
            score = {"alert_id": alert_id, "answer": answer, "evidence": evidence}
            appending.append("score", str(answer["score_id"]), score)
            appending.finish()
        return dict(answer)

    def record_disposition(
        self,
        case_id: str,
        *,
        outcome: str,
        conclusion: str,
        decided_by: str,
        note: str | None = None,
        grade_seen: int | None = None,
    ) -> Row:
        """Close a case with its outcome, which its alerts take over, and return the case.

        The grade the reviewer was shown is kept with it: ``grade_seen`` where the page said so, else the case's
        grade now. Raises ``NotInLedger``, or ``CaseClosed`` where a disposition is on record.
        """
        if outcome not in OUTCOMES:
            raise LedgerError(f"outcome {outcome!r}", f"wanted one of {', '.join(OUTCOMES)}")
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            case = appending.projections.case(case_id)
            if case is None:
                raise NotInLedger(f"no case {case_id!r}")
            if case["status"] != "open":
                raise CaseClosed(f"case {case_id} is closed with {case['outcome']}", "wanted an open case")
            payload = {
                "case_id": case_id,
                "outcome": outcome,
                "conclusion": conclusion,
                "note": note,
                "decided_by": decided_by,
                "grade_shown": case["grade"] if grade_seen is None else grade_seen,
            }
            appending.append("disposition", f"case:{case_id}", payload)
            appending.finish()
            return dict(appending.projections.case(case_id) or {})

    def import_dispositions(
        self,
        alerts: Iterable[Mapping[str, Any]],
        dispositions: Iterable[Mapping[str, Any]],
        *,
        decided_until: datetime | None = None,
    ) -> int:
        """Record past alerts with their past dispositions, once each; returns how many alerts got an outcome.

        ``alerts`` are trigger records as JSON objects, ``dispositions`` rows of the raw table as JSON objects. An
        alert without a disposition, and a disposition without its alert, are left out. An alert on record without
        an outcome takes it, and a case closes when its last alert has one, with the most severe; an outcome on
        record stays. What was decided after ``decided_until`` is left for a later import. All or nothing.
        """
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            until = None if decided_until is None else instant_text(decided_until)
            imported = history.import_rows(connection, appending, alerts, dispositions, until)
            appending.finish()
        return imported

    def ready(self) -> None:
        """Raise ``LedgerUnavailable`` unless an entry could be written now."""
        with self._database.write() as connection:
            connection.execute(select(func.max(ENTRIES.c.seq)))
