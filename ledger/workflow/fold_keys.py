"""API keys as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.rows import Projections
from ledger.workflow.events import Fold


def _key(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    row = {name: payload[name] for name in ("key_id", "name", "role", "sha256")} | {"revoked": False}
    at.put_key(row | {name: payload.get(name) for name in ("expires_at", "rate")})


def _key_revoked(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    key = at.key(payload["key_id"])
    if key is not None:
        at.put_key(key | {"revoked": True})


def _key_expires(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    key = at.key(payload["key_id"])
    if key is not None:
        at.put_key(key | {"expires_at": payload["expires_at"]})


HANDLERS: Mapping[str, Fold] = {"key": _key, "key_revoked": _key_revoked, "key_expires": _key_expires}
