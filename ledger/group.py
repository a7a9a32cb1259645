"""Alerts that arrive together: looked up in one read, recorded in one transaction, each as if it had come alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ledger.chain import canonical_json
from ledger.errors import EntryConflict
from ledger.of_day import Key, found_under, may_decide
from ledger.reading import check_same_trigger
from ledger.schema import ALERTS, ENTRIES
from ledger.statements import Statement
from ledger.transaction import Appending
from ledger.workflow.intake import follow, opening
from ledger.workflow.standing import Standing
from ledger.workflow.terms import Terms

_SEQS = Statement(select(ALERTS.c.seq, ALERTS.c.score_seq).where(ALERTS.c.alert_id == bindparam("alert_id")))
_PAYLOAD = Statement(select(ENTRIES.c.payload).where(ENTRIES.c.seq == bindparam("wanted")))


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger holds that one alert's grade needs.

    ``answer`` is its recorded answer as canonical JSON (null: none yet) or the conflict with its recorded trigger.
    ``among`` counts the day's other alerts that count for it; ``of_day`` are the trigger records of those of them that
    may decide (``ledger.of_day.may_decide``).
    """

    answer: str | EntryConflict | None
    of_day: list[dict[str, Any]]
    among: int = 0


@dataclass(frozen=True, slots=True)
class NewScore:
    """A grade to record: its trigger record and answer as JSON objects, the answer's canonical text, the evidence.

    ``account`` is what the account was then, as far as known: ``branch`` (营业部) and ``populations``. ``alone`` is the
    ``grade`` that the rules give for this alert by itself and the ``table`` they did it by; ``accounts`` are those of a
    pair or cluster. Empty: not known.
    """

    trigger: Mapping[str, Any]
    answer: Mapping[str, Any]
    answer_text: str
    evidence: Mapping[str, Any]
    account: Mapping[str, Any] = field(default_factory=dict)
    alone: Mapping[str, Any] = field(default_factory=dict)
    accounts: Sequence[str] = ()


def recall(
    connection: Connection, triggers: Sequence[Mapping[str, Any]], looks: Sequence[Collection[Key]], table: str | None
) -> list[Known]:
    """What is known of each trigger record, in order; an answered one is given no alerts of its day.

    ``looks`` are the keys that each one's grade looks under, ``table`` the table of baseline grades in force; without
    it every alert of the day may decide.
    """
    read: dict[int, dict[str, Any]] = {}
    return [_recall_one(connection, one, keys, table, read) for one, keys in zip(triggers, looks, strict=True)]


def _recall_one(
    connection: Connection,
    trigger: Mapping[str, Any],
    keys: Collection[Key],
    table: str | None,
    read: dict[int, dict[str, Any]],
) -> Known:
    """``read`` holds the trigger records that others of the group have brought in, by seq."""
    for seq, score_seq in _SEQS.rows(connection, {"alert_id": trigger["alert_id"]}):
        answer = _recorded(connection, seq, score_seq, trigger)
        if answer is not None:
            return Known(answer, [])
    found = found_under(connection, keys, trigger)
    deciding = may_decide(found, table)
    while gone := [seq for seq in deciding if not _is_there(connection, seq, read)]:
        found = [one for one in found if one.seq not in gone]  # pruned: the row stays, the record is gone
        deciding = may_decide(found, table)
    return Known(None, [read[seq] for seq in deciding], len(found))


def _is_there(connection: Connection, seq: int, read: dict[int, dict[str, Any]]) -> bool:
    if seq not in read:
        for (text,) in _PAYLOAD.rows(connection, {"wanted": seq}):
            read[seq] = json.loads(text)["trigger"]
    return seq in read


def record(
    connection: Connection, appending: Appending, terms: Terms, scores: Sequence[NewScore]
) -> list[str | EntryConflict]:
    """Append an alert and its score each; gives the answers that are on record afterwards, as canonical JSON.

    An alert recorded already with the same trigger keeps its first answer; with another one it is a conflict, which
    is given in its place and keeps no other from its record.
    """
    standing = Standing(connection, [score.trigger for score in scores])
    return [_record_one(connection, appending, terms, standing, score) for score in scores]


def _record_one(
    connection: Connection, appending: Appending, terms: Terms, standing: Standing, score: NewScore
) -> str | EntryConflict:
    trigger, alert_id = score.trigger, str(score.trigger["alert_id"])
    at = appending.projections
    known = at.alert(alert_id)
    if known is None:
        beside = {"account": score.account, "alone": score.alone, "accounts": score.accounts}
        appending.append("alert", alert_id, opening(appending, terms, standing, trigger, beside))
    else:
        stored = _recorded(connection, known["seq"], known["score_seq"], trigger)
        if stored is not None:
            return stored
    payload = {"alert_id": alert_id, "answer": score.answer, "evidence": score.evidence}
    # The answer's text is made once, for the caller and for the chain; keys stand in canonical order.
    text = f'{{"alert_id":{canonical_json(alert_id)},"answer":{score.answer_text},'
    due_at = terms.due_at(score.answer["grade"], appending.recorded_at)
    if due_at is not None:
        payload["due_at"] = due_at
        text += f'"due_at":"{due_at}",'
    text += f'"evidence":{canonical_json(score.evidence)}}}'
    appending.append("score", str(score.answer["score_id"]), payload, text)
    follow(connection, appending, terms, alert_id, score.answer["grade"])
    return score.answer_text


def _recorded(
    connection: Connection, seq: int, score_seq: int | None, trigger: Mapping[str, Any]
) -> str | EntryConflict | None:
    """The answer on record as canonical JSON, null where there is none, or the conflict with the trigger on record."""
    try:
        check_same_trigger(_payload(connection, seq)["trigger"], trigger)
    except EntryConflict as conflict:
        return conflict
    return None if score_seq is None else canonical_json(_payload(connection, score_seq)["answer"])


def _payload(connection: Connection, seq: int) -> dict[str, Any]:
    ((text,),) = _PAYLOAD.rows(connection, {"wanted": seq})
    return dict(json.loads(text))
