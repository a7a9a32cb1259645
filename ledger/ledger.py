"""The ledger: one door to write what happened and to read it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger import group, history
from ledger.chain import GENESIS, Entry, canonical_json, instant_text
from ledger.database import Database
from ledger.desk_reading import DeskReader
from ledger.errors import EntryConflict
from ledger.group import Known, NewScore
from ledger.key_changes import KeyChanges
from ledger.of_day import Key
from ledger.outbox_door import OutboxDoor
from ledger.reading import LedgerReader
from ledger.schema import HEAD
from ledger.workflow.terms import Terms


class Ledger(KeyChanges, LedgerReader, DeskReader, OutboxDoor):
    """Append-only, hash-chained record at a SQLAlchemy ``url``; ``clock`` gives aware instants.

    SQLite by default: write-ahead log, ``synchronous=FULL``, a writer waits ``busy_timeout_ms`` for another.
    ``terms`` are those of the desk. Any number of processes may hold one. Every method raises ``LedgerUnavailable``
    when the store cannot answer.

    >>> from datetime import UTC
    >>> ledger = Ledger("sqlite:///:memory:", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    >>> ledger.append("promotion", "v1", {"approver": "governor-1"}).seq
    1
    >>> ledger.verify().intact
    True
    """

    def __init__(
        self, url: str, clock: Callable[[], datetime], *, busy_timeout_ms: int = 5000, terms: Terms | None = None
    ) -> None:
        self._clock = clock
        self._terms = Terms() if terms is None else terms
        self._database = Database(url, busy_timeout_ms)

    def close(self) -> None:
        """Give the store back."""
        self._database.close()

    def compact(self) -> None:
        """Give the room of what was deleted back to the disk, and its bytes with it."""
        self._database.compact()

    def append(self, kind: str, key: str, payload: Mapping[str, Any]) -> Entry:
        """Record one thing of ``kind`` (promotion, rule_change, policy_change, ...) under a key new to that kind."""
        with self.appending() as (_, appending):
            return appending.append(kind, key, payload)

    def append_all(self, kind: str, entries: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """``append`` of many, each a key and a payload, in one transaction."""
        with self.appending() as (_, appending):
            for key, payload in entries:
                appending.append(kind, key, payload)

    def record_score(
        self,
        trigger: Mapping[str, Any],
        answer: Mapping[str, Any],
        evidence: Mapping[str, Any],
        account: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Record an alert and its grade in one transaction and return the answer that is on record.

        ``trigger`` and ``answer`` are JSON objects of a trigger record and a graded alert; ``evidence`` is what
        else it takes to make the grade again (features, the day's other alerts); ``account`` as in ``NewScore``.
        An alert recorded already with the same trigger keeps its first answer, which is returned; another trigger
        raises ``EntryConflict``.
        """
        (recorded,) = self.record_scores([NewScore(trigger, answer, canonical_json(answer), evidence, account or {})])
        if isinstance(recorded, EntryConflict):
            raise recorded
        return dict(json.loads(recorded))

    def recall(
        self, triggers: Sequence[Mapping[str, Any]], looks: Sequence[Collection[Key]], table: str | None = None
    ) -> list[Known]:
        """What is known of alerts about to be graded, in one read: recorded answers, and the alerts of their days.

        ``looks`` are the keys under which each finds the alerts that count for it: ("account", id) of accounts, pairs
        and clusters, ("group", id), and ("attributed", account id) of a group's. ``table`` names the table of baseline
        grades in force (``NewScore.alone``), which spares the reading of most.
        """
        with self._database.read() as connection:
            return group.recall(connection, triggers, looks, table)

    def record_scores(self, scores: Sequence[NewScore]) -> list[str | EntryConflict]:
        """``record_score`` of many in one transaction: the answers on record as canonical JSON, conflicts in place.

        Nothing is recorded where any other error is raised.
        """
        with self.appending() as (connection, appending):
            return group.record(connection, appending, self._terms, scores)

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
        record stays, and a case that somebody has acted on is left to the desk (one that waits for its review, say).
        What was decided after ``decided_until`` is left for a later import. All or nothing.
        """
        until = None if decided_until is None else instant_text(decided_until)
        with self.appending() as (connection, appending):
            return history.import_rows(connection, appending, alerts, dispositions, until)

    def ready(self) -> None:
        """Raise ``LedgerUnavailable`` unless an entry could be written now."""
        with self._database.write() as connection:
            # A real write, of a row that nobody sees: a full disk gives the lock without a word, and SQLite does not
            # write what is the same as before.
            connection.execute(HEAD.insert().values(id=0, seq=0, hash=GENESIS))
            connection.execute(HEAD.delete().where(HEAD.c.id == 0))
