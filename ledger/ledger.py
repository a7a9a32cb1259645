"""The ledger: one door to write what happened and to read it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from ledger import history, queries
from ledger.chain import Entry, canonical_json, instant_text
from ledger.database import Database
from ledger.episodes import case_to_join
from ledger.errors import CaseClosed, EntryConflict, LedgerError, NotInLedger
from ledger.export import read_entries
from ledger.history import LabelledAlert, LoggedScore
from ledger.keys import ROLES, ApiKey, hash_secret, new_secret
from ledger.projection import Row
from ledger.queries import Page
from ledger.schema import ALERTS, ENTRIES, KEYS
from ledger.transaction import Appending
from ledger.verify import Verdict, verify

OUTCOMES = ("no_action", "educated", "enhanced_review", "restricted", "referred")


class Ledger:
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

    # --- writing

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
                case_id = case_to_join(at.open_cases_of(trigger["subject_id"]), trigger["trading_day"])
                case_id = case_id or f"C{appending.seq + 1:08d}"
                payload = {"trigger": trigger, "case_id": case_id, "origin": "service"}
                appending.append("alert", alert_id, payload)
            else:
                seqs = [seq for seq in (known["seq"], known["score_seq"]) if seq is not None]
                stored = queries.payloads(connection, seqs)
                _same_trigger(stored[known["seq"]]["trigger"], trigger)
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
        self, alerts: Iterable[Mapping[str, Any]], dispositions: Iterable[Mapping[str, Any]]
    ) -> int:
        """Record past alerts with their past dispositions, once each; returns how many alerts were new.

        ``alerts`` are trigger records as JSON objects, ``dispositions`` rows of the raw table as JSON objects. An
        alert without a disposition, and a disposition without its alert, are left out; what is recorded already
        stays as it is. All or nothing.
        """
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            imported = history.import_rows(connection, appending, alerts, dispositions)
            appending.finish()
        return imported

    def create_key(self, name: str, role: str) -> tuple[str, str]:
        """Make an API key of ``role`` and return its id and the key itself, which is kept nowhere."""
        if role not in ROLES:
            raise LedgerError(f"role {role!r}", f"wanted one of {', '.join(ROLES)}")
        secret = new_secret()
        sha256 = hash_secret(secret)
        key_id = f"K{sha256[:12]}"
        self.append("key", key_id, {"key_id": key_id, "name": name, "role": role, "sha256": sha256})
        return key_id, secret

    def revoke_key(self, key_id: str) -> None:
        """End a key; ``NotInLedger`` where it never was, nothing new where it is ended already."""
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            key = appending.projections.key(key_id)
            if key is None:
                raise NotInLedger(f"no key {key_id!r}", "wanted an id that 'keys create' printed")
            if not key["revoked"]:
                appending.append("key_revoked", key_id, {"key_id": key_id})
            appending.finish()

    # --- reading

    def find_key(self, secret: str) -> ApiKey | None:
        """Whom a key stands for; ``None`` where it is unknown or revoked."""
        query = select(KEYS.c.key_id, KEYS.c.name, KEYS.c.role, KEYS.c.revoked)
        with self._database.read() as connection:
            row = connection.execute(query.where(KEYS.c.sha256 == hash_secret(secret))).mappings().first()
        return None if row is None or row["revoked"] else ApiKey(**row)

    def find_score(self, alert_id: str, trigger: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The recorded answer for an alert, ``None`` where none is; another ``trigger`` raises ``EntryConflict``."""
        query = select(ALERTS.c.seq, ALERTS.c.score_seq).where(ALERTS.c.alert_id == alert_id)
        with self._database.read() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            found = queries.payloads(connection, [seq for seq in row if seq is not None])
        if trigger is not None:
            _same_trigger(found[row.seq]["trigger"], trigger)
        return None if row.score_seq is None else dict(found[row.score_seq]["answer"])

    def score(self, score_id: str) -> dict[str, Any]:
        """The answer recorded under ``score_id``; ``NotInLedger`` where none is."""
        query = select(ALERTS.c.score_seq).where(ALERTS.c.score_id == score_id)
        with self._database.read() as connection:
            seq = connection.execute(query).scalar()
            if seq is None:
                raise NotInLedger(f"no score {score_id!r}")
            return dict(queries.payloads(connection, [seq])[seq]["answer"])

    def alert(self, alert_id: str) -> dict[str, Any]:
        """One alert: its index row, trigger, answer, evidence and case (each ``None`` where there is none)."""
        with self._database.read() as connection:
            row = connection.execute(select(ALERTS).where(ALERTS.c.alert_id == alert_id)).mappings().first()
            if row is None:
                raise NotInLedger(f"no alert {alert_id!r}")
            found = queries.payloads(connection, [seq for seq in (row["seq"], row["score_seq"]) if seq is not None])
            case = queries.case(connection, row["case_id"])
        score = found.get(row["score_seq"], {})
        return {
            **row,
            "trigger": found[row["seq"]]["trigger"],
            "answer": score.get("answer"),
            "evidence": score.get("evidence"),
            "case": case,
        }

    def alerts(self, filters: Mapping[str, Any] | None = None, cursor: str | None = None, limit: int = 100) -> Page:
        """Alerts, newest first; filters by ``queries.ALERT_FILTERS``."""
        with self._database.read() as connection:
            return queries.alerts_page(connection, filters or {}, cursor, limit)

    def cases(self, filters: Mapping[str, Any] | None = None, cursor: str | None = None, limit: int = 100) -> Page:
        """Cases, worst grade first; filters by ``queries.CASE_FILTERS``."""
        with self._database.read() as connection:
            return queries.cases_page(connection, filters or {}, cursor, limit)

    def case(self, case_id: str) -> dict[str, Any]:
        """One case with the rows of its alerts and its disposition (``None`` while open)."""
        members = select(ALERTS).where(ALERTS.c.case_id == case_id).order_by(ALERTS.c.triggered_at, ALERTS.c.alert_id)
        with self._database.read() as connection:
            case = queries.case(connection, case_id)
            if case is None:
                raise NotInLedger(f"no case {case_id!r}")
            alerts = [dict(alert) for alert in connection.execute(members).mappings()]
        return {**case, "members": alerts}

    def triggers_of_day(
        self, *, account_id: str, subject_id: str, trading_day: str, until: str
    ) -> list[dict[str, Any]]:
        """Trigger records of one day that concern the account or the subject, ``triggered_at`` not after ``until``."""
        query = select(ENTRIES.c.payload).join_from(ALERTS, ENTRIES, ALERTS.c.seq == ENTRIES.c.seq)
        concerns = or_(ALERTS.c.account_id == account_id, ALERTS.c.subject_id == subject_id)
        query = query.where(concerns, ALERTS.c.trading_day == trading_day).order_by(ALERTS.c.seq)
        with self._database.read() as connection:
            triggers = [json.loads(text)["trigger"] for text in connection.execute(query).scalars()]
        # Compared as instants: JSON writes a whole second without its fraction, so text order would lie.
        latest = datetime.fromisoformat(until)
        return [found for found in triggers if datetime.fromisoformat(found["triggered_at"]) <= latest]

    def counts(self) -> dict[str, list[Row]]:
        """How many alerts and cases there are, by status and grade."""
        with self._database.read() as connection:
            return queries.counts(connection)

    def labelled_alerts(self, until: datetime) -> Iterator[LabelledAlert]:
        """Alerts whose outcome was decided at or before ``until``, in the order of their entries."""
        with self._database.read() as connection:
            yield from history.labelled(connection, instant_text(until))

    def score_log(self, since: datetime, until: datetime) -> Iterator[LoggedScore]:
        """Scores recorded in ``[since, until)``, oldest first, with the outcome where it is known by now."""
        with self._database.read() as connection:
            yield from history.score_log(connection, instant_text(since), instant_text(until))

    def entries(self, *, kinds: Sequence[str] = (), after: int = 0) -> Iterator[Entry]:
        """Entries in chain order, of the given kinds (all when none is given), beyond ``after``."""
        with self._database.read() as connection:
            yield from read_entries(connection, kinds, after)

    def export(self) -> Iterator[dict[str, Any]]:
        """The whole chain as JSON objects, hashes included."""
        for entry in self.entries():
            yield asdict(entry)

    def verify(self) -> Verdict:
        """Recompute the chain and the projections and say what disagrees; 0 entries are intact."""
        with self._database.read() as connection:
            return verify(connection)

    def ready(self) -> None:
        """Raise ``LedgerUnavailable`` unless an entry could be written now."""
        with self._database.write() as connection:
            connection.execute(select(func.max(ENTRIES.c.seq)))


def _same_trigger(stored: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    if canonical_json(stored) == canonical_json(given):
        return
    names = sorted(name for name in {*stored, *given} if stored.get(name) != given.get(name))
    raise EntryConflict(
        f"alert {stored['alert_id']!r} is recorded with another trigger record ({', '.join(names)} differ)",
        "wanted the recorded one",
        "send a new alert under a new alert_id",
    )
