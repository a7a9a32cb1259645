"""The chain: how an entry is written as text and how its hash binds it to the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64  # the previous hash of entry 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger; ``payload`` is canonical JSON text, ``recorded_at`` an ISO instant in UTC."""

    seq: int
    kind: str
    key: str
    recorded_at: str
    payload: str
    prev_hash: str
    hash: str


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: sorted keys, no spaces, no NaN (``ValueError``), no ASCII escapes.

    >>> canonical_json({"b": 1.0, "a": [None, "组"]})
    '{"a":[null,"组"],"b":1.0}'
    """
    return _ENCODER.encode(value)


def instant_text(moment: datetime) -> str:
    """An instant as fixed-width UTC text, so that text order is time order; a naive one is refused.

    >>> instant_text(datetime(2026, 3, 2, 10, tzinfo=UTC))
    '2026-03-02T10:00:00.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_hash(prev_hash: str, seq: int, kind: str, key: str, recorded_at: str, payload: str) -> str:
    """SHA-256 of ``prev_hash|seq|kind|length of key|key|recorded_at|payload``, in hex.

    The length keeps the text unambiguous: keys may hold ``|`` themselves.
    """
    return stored_hash(prev_hash, seq, kind, key, recorded_at, payload.encode())


def stored_hash(prev_hash: str, seq: int, kind: str, key: str, recorded_at: str, payload: bytes) -> str:
    """``entry_hash`` of a payload that is UTF-8 already."""
    digest = hashlib.sha256(f"{prev_hash}|{seq}|{kind}|{len(key)}|{key}|{recorded_at}|".encode())
    digest.update(payload)
    return digest.hexdigest()


def next_entry(seq: int, prev_hash: str, kind: str, key: str, recorded_at: str, payload: str) -> Entry:
    """The entry that follows the head ``(seq, prev_hash)``; the head of an empty chain is ``(0, GENESIS)``."""
    digest = entry_hash(prev_hash, seq + 1, kind, key, recorded_at, payload)
    return Entry(seq + 1, kind, key, recorded_at, payload, prev_hash, digest)
