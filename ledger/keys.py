"""API keys: shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

ROLES = ("scorer", "investigator", "reviewer", "data_scientist", "governor", "admin")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who a key stands for; ``rate`` in requests a second (null: the service's own limit)."""

    key_id: str
    name: str
    role: str
    revoked: bool = False
    expires_at: str | None = None
    rate: int | None = None


def new_secret() -> str:
    """A fresh key: 256 random bits, recognisable by its prefix to secret scanners."""
    return f"ag_{secrets.token_urlsafe(32)}"


def hash_secret(secret: str) -> str:
    """What is kept of a key. Plain SHA-256 suffices: a key is random, not a password to be guessed.

    >>> hash_secret("ag_x")[:8]
    '367235b4'
    """
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
