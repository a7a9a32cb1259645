"""Reading the ledger: records, queues, labels, the score log."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ledger import case_queries, history, queries
from ledger.case_queries import Viewer
from ledger.chain import Entry, instant_text
from ledger.database import Database
from ledger.errors import EntryConflict, NotInLedger
from ledger.export import Wanted, read_entries, read_wanted
from ledger.heads import Head
from ledger.history import LabelledAlert, LoggedScore
from ledger.keys import ApiKey, hash_secret
from ledger.latest import LatestReader
from ledger.pages import Page
from ledger.rows import Row
from ledger.schema import ALERTS, ENTRIES, KEYS
from ledger.verify import Verdict, verify

_ACCOMPANYING = ("parameters_version", "evidence")
_AT_ONCE = 500  # keys in one statement
# Built once: asked for every alert, and building them costs as much as running them.
_SEQS = select(ALERTS.c.seq, ALERTS.c.score_seq).where(ALERTS.c.alert_id == bindparam("alert_id"))


class LedgerReader(LatestReader):
    """What ``ledger.ledger.Ledger`` answers; every method raises ``LedgerUnavailable`` when the store cannot."""

    _database: Database
    _clock: Callable[[], datetime]

    def find_key(self, secret: str) -> ApiKey | None:
        """Whom a key stands for; ``None`` where it is unknown, revoked or expired."""
        query = select(*(KEYS.c[name] for name in ApiKey.__slots__))
        with self._database.read() as connection:
            row = connection.execute(query.where(KEYS.c.sha256 == hash_secret(secret))).mappings().first()
        if row is None or row["revoked"] or (row["expires_at"] or "9") <= instant_text(self._clock()):
            return None
        return ApiKey(**row)

    def all_keys(self) -> list[Row]:
        """Every key ever made, without anything that could be used as one."""
        query = select(*(KEYS.c[name] for name in ApiKey.__slots__)).order_by(KEYS.c.name, KEYS.c.key_id)
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def find_score(self, alert_id: str, trigger: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The recorded answer for an alert, ``None`` where none is; another ``trigger`` raises ``EntryConflict``."""
        with self._database.read() as connection:
            row = connection.execute(_SEQS, {"alert_id": alert_id}).first()
            if row is None:
                return None
            found = queries.payloads(connection, [seq for seq in row if seq is not None])
        if trigger is not None:
            check_same_trigger(found[row.seq]["trigger"], trigger)
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
            case = case_queries.case(connection, row["case_id"])
        score = found.get(row["score_seq"], {})
        return {
            **row,
            "trigger": found[row["seq"]]["trigger"],
            "answer": score.get("answer"),
            "evidence": score.get("evidence"),
            "case": case,
        }

    def alerts(
        self,
        filters: Mapping[str, Any] | None = None,
        cursor: str | None = None,
        limit: int = 100,
        *,
        sees_blind: bool = True,
    ) -> Page:
        """Alerts, newest first; filters by ``queries.ALERT_FILTERS``."""
        with self._database.read() as connection:
            return queries.alerts_page(connection, filters or {}, cursor, limit, sees_blind)

    def cases(
        self,
        filters: Mapping[str, Any] | None = None,
        cursor: str | None = None,
        limit: int = 100,
        *,
        sort: str = "grade",
        viewer: Viewer | None = None,
    ) -> Page:
        """Cases, worst grade first unless ``sort`` says otherwise; filters by ``case_queries.CASE_FILTERS``."""
        with self._database.read() as connection:
            return case_queries.cases_page(connection, filters or {}, cursor, limit, sort, viewer or Viewer())

    def case(self, case_id: str) -> dict[str, Any]:
        """One case with the rows of its alerts and its disposition (``None``: open, or closed by imports)."""
        members = select(ALERTS).where(ALERTS.c.case_id == case_id).order_by(ALERTS.c.triggered_at, ALERTS.c.alert_id)
        with self._database.read() as connection:
            case = case_queries.case(connection, case_id)
            if case is None:
                raise NotInLedger(f"no case {case_id!r}")
            alerts = [dict(alert) for alert in connection.execute(members).mappings()]
        return {**case, "members": alerts}

    def triggers(self, alert_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Trigger records by alert_id; those that are not there, or pruned, are left out."""
        found: dict[str, dict[str, Any]] = {}
        with self._database.read() as connection:
            for first in range(0, len(alert_ids), _AT_ONCE):
                wanted = alert_ids[first : first + _AT_ONCE]
                query = select(ENTRIES.c.payload).where(ENTRIES.c.kind == "alert", ENTRIES.c.key.in_(wanted))
                triggers = [json.loads(text)["trigger"] for text in connection.execute(query).scalars()]
                found |= {trigger["alert_id"]: trigger for trigger in triggers}
        return found

    def counts(self, *, sees_blind: bool = True) -> dict[str, list[Row]]:
        """How many alerts and cases there are, by status and grade; ``queries.counts``."""
        with self._database.read() as connection:
            return queries.counts(connection, sees_blind)

    def branches(self) -> list[str]:
        """Every branch (营业部) that the queues can be filtered by."""
        with self._database.read() as connection:
            return queries.branches(connection)

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

    def entry(self, kind: str, key: str) -> Entry | None:
        """The entry of this kind and key; ``None`` where there is none."""
        with self._database.read() as connection:
            return self.entry_in(connection, kind, key)

    def entry_in(self, connection: Connection, kind: str, key: str) -> Entry | None:
        """The same within a transaction."""
        query = select(*(ENTRIES.c[name] for name in Entry.__slots__))
        row = connection.execute(query.where(ENTRIES.c.kind == kind, ENTRIES.c.key == key)).first()
        return None if row is None else Entry(*row)

    def export(self, wanted: Wanted | None = None) -> Iterator[dict[str, Any]]:
        """The chain, or what is ``wanted`` of it, as JSON objects, hashes included."""
        with self._database.read() as connection:
            for entry in read_wanted(connection, wanted or Wanted()):
                yield asdict(entry)

    def verify(self, heads: Iterable[Head] = (), trusted: Collection[str] = ()) -> Verdict:
        """Recompute the chain and the projections and say what disagrees; 0 entries are intact.

        ``heads`` and ``trusted`` as in ``ledger.verify.verify``.
        """
        with self._database.read() as connection:
            return verify(connection, heads, trusted)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, for the parts of this package that read with queries of their own."""
        with self._database.read() as connection:
            yield connection

    def last_of(self, connection: Connection, kind: str) -> Entry | None:
        """The last entry of a kind."""
        query = select(*(ENTRIES.c[name] for name in Entry.__slots__)).where(ENTRIES.c.kind == kind)
        row = connection.execute(query.order_by(ENTRIES.c.seq.desc()).limit(1)).first()
        return None if row is None else Entry(*row)


def check_same_trigger(stored: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise ``EntryConflict`` where two trigger records of one alert differ, naming the fields.

    ``parameters_version`` and ``evidence`` accompany an alert: one of two records may lack them.
    """
    names = sorted(name for name in {*stored, *given} if _differs(name, stored.get(name), given.get(name)))
    if names:
        raise EntryConflict(
            f"alert {stored['alert_id']!r} is recorded with another trigger record ({', '.join(names)} differ)",
            "wanted the recorded one",
            "send a new alert under a new alert_id",
        )


def _differs(name: str, stored: Any, given: Any) -> bool:
    return stored != given and not (name in _ACCOMPANYING and None in (stored, given))
