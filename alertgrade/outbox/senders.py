"""The two ways out: a message through Apprise, a signed call to another system."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from alertgrade.outbox.config import Webhook
from ledger.chain import canonical_json

Send = Callable[[str, str, str], str | None]
Call = Callable[[Webhook, str, dict[str, Any], datetime], str | None]
_PATIENCE_S = 10.0


def send_by_apprise(address: str, title: str, text: str) -> str | None:
    """Send to one Apprise address; what went wrong in words, or ``None``. The address is not in the words."""
    import apprise

    channel = apprise.Apprise()
    if not channel.add(address):
        return "no such kind of channel"
    return None if channel.notify(title=title, body=text) else "the channel refused it or did not answer"


def signature(secret: bytes, message_id: str, timestamp: str, body: str) -> str:
    """HMAC-SHA256 over ``timestamp.id.body``, in hex: the receiver makes it again and refuses an old timestamp.

    >>> signature(b"k", "a", "1", "{}")[:8]
    '5cd2f7f7'
    """
    return hmac.new(secret, f"{timestamp}.{message_id}.{body}".encode(), hashlib.sha256).hexdigest()


def call_webhook(webhook: Webhook, message_id: str, payload: dict[str, Any], now: datetime) -> str | None:
    """Post the payload, signed; what went wrong in words, or ``None`` for an answer of 2xx.

    ``message_id`` is the same at every attempt, so that the receiver acts once.
    """
    import httpx

    try:
        secret = webhook.secret_file.read_bytes().strip()
    except OSError as error:
        return f"the secret cannot be read: {error.strerror}"
    body, timestamp = canonical_json(payload), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-AlertGrade-Id": message_id,
        "X-AlertGrade-Timestamp": timestamp,
        "X-AlertGrade-Signature": f"sha256={signature(secret, message_id, timestamp, body)}",
    }
    try:
        answer = httpx.post(webhook.url, content=body.encode(), headers=headers, timeout=_PATIENCE_S, trust_env=False)
    except httpx.HTTPError as error:
        return type(error).__name__
    return None if answer.is_success else f"answered {answer.status_code}"
