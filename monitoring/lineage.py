"""Lineage (溯源): from any grade to its data, its model and code, and the people behind both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from alertgrade.errors import AlertError
from monitoring.changes import Change, changes

_CASE_KINDS = ("claim", "proposal", "review", "override", "reopen", "terminate", "call_back", "filing", "case_note")


class EntrySource(Protocol):
    """Whatever yields entries in chain order: the ledger."""

    def entries(self, *, kinds: Sequence[str], after: int) -> Iterable[Any]:
        """Entries of ``kinds`` beyond ``after``."""


def lineage(source: EntrySource, score_id: str, manifest_of: Any) -> dict[str, Any]:
    """Everything a grade stands on, JSON-ready; ``manifest_of(digest)`` gives a bundle's signed facts, or null.

    Keys: score, alert, features, model (manifest, promotions with author and approver), case (what people did, by seq).
    Each part names its entry (seq, hash), so that it can be found in an export. Unknown ``score_id``: ``AlertError``.
    """
    score = next((e for e in source.entries(kinds=("score",), after=0) if e.key == score_id), None)
    if score is None:
        raise AlertError(f"no score {score_id!r} on record", "wanted a score_id", "take one from an answer of the API")
    payload = json.loads(score.payload)
    alert_id, answer = payload["alert_id"], payload["answer"]
    alert = next(e for e in source.entries(kinds=("alert",), after=0) if e.key == alert_id)
    raised = json.loads(alert.payload)
    digest = answer["versions"]["digest"]
    return {
        "score": {**_place(score), **{name: answer[name] for name in ("grade", "decided_by", "versions", "degraded")}},
        "alert": {**_place(alert), "trigger": raised["trigger"], "origin": raised.get("origin")},
        "features": {
            "as_of": answer["features_as_of"],
            "service": answer["versions"]["feature_service"],
            "values": payload["evidence"].get("features") or {},
            "baseline_read": payload["evidence"].get("baseline_read", []),
            "baseline_among": payload["evidence"].get("baseline_among"),  # null: recorded with all that were read
        },
        "model": {
            "digest": digest,
            "manifest": None if digest is None else manifest_of(digest),
            "changes": [one.to_dict() for one in _of_model(changes(source), digest)],
        },
        "case": _case(source, raised.get("case_id"), alert_id),
    }


def _of_model(found: list[Change], digest: str | None) -> list[Change]:
    return [one for one in found if digest is not None and one.facts.get("digest") == digest]


def _case(source: EntrySource, case_id: str | None, alert_id: str) -> dict[str, Any]:
    acts = []
    for entry in source.entries(kinds=("disposition", *_CASE_KINDS), after=0):
        payload: Mapping[str, Any] = json.loads(entry.payload)
        mine = payload.get("case_id") == case_id if case_id and payload.get("case_id") else False
        if mine or payload.get("alert_id") == alert_id:
            by = payload.get("by") or payload.get("decided_by")
            acts.append({**_place(entry), "kind": entry.kind, "by": by, "reviewed_by": payload.get("reviewed_by")})
            acts[-1] |= {
                name: payload[name] for name in ("outcome", "grade_shown", "approve", "grade") if name in payload
            }
    return {"case_id": case_id, "acts": acts}


def _place(entry: Any) -> dict[str, Any]:
    return {"seq": entry.seq, "hash": entry.hash, "recorded_at": entry.recorded_at}
