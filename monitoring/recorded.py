"""Reports on record: each summary is a ``report`` entry of the ledger, which the service shows as it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from ledger.chain import canonical_json, instant_text

REPORT_KINDS = ("drift", "outcomes", "effectiveness", "disagreement", "monthly", "halfyear", "market", "backtest")


class EntryLog(Protocol):
    """The two verbs of the ledger that reports need."""

    def append(self, kind: str, key: str, payload: Mapping[str, Any]) -> Any:
        """Record one thing."""

    def latest(self, kinds: tuple[str, ...], *, key_prefix: str = "") -> Sequence[Any]:
        """The newest entry of ``kinds`` whose key begins so, if there is one."""


def record_report(log: EntryLog, kind: str, summary: Mapping[str, Any], made_at: datetime) -> dict[str, Any]:
    """Put one summary on record and return the payload: the summary with kind, made_at and its SHA-256.

    The hash is that of the summary's canonical JSON, so that a report sent by mail can be held against the record.
    """
    if kind not in REPORT_KINDS:
        raise ValueError(f"saw the report kind {kind!r}; wanted one of {', '.join(REPORT_KINDS)}")
    text = canonical_json(summary)
    payload = {**summary, "kind": kind, "made_at": instant_text(made_at)}
    payload["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    log.append("report", f"{kind}:{payload['made_at']}", payload)
    return payload


def latest_report(log: EntryLog, kind: str) -> dict[str, Any] | None:
    """The newest payload of ``kind``; null where none was made."""
    found = log.latest(("report",), key_prefix=f"{kind}:")
    return dict(json.loads(found[0].payload)) if found else None
