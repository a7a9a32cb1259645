"""Who may call what: API keys, hashed at rest in the ledger, each with one role."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from ledger.keys import ApiKey, hash_secret
from ledger.ledger import Ledger
from serving.requests import Refused

DESK = ("investigator", "reviewer", "data_scientist", "governor", "admin")
_BEARER = HTTPBearer(auto_error=False, description="Authorization: Bearer KEY")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False)
_LONGEST = 200  # characters; ours have 46
_REMEMBERED = 1_000


class Keyring:
    """Looks keys up in the ledger and remembers an answer for ``remember_s`` seconds: a revocation's longest delay."""

    def __init__(self, ledger: Ledger, remember_s: float = 2.0, now: Callable[[], float] = time.monotonic) -> None:
        self._ledger, self._remember, self._now = ledger, remember_s, now
        self._found: dict[str, tuple[float, ApiKey | None]] = {}

    def who(self, secret: str) -> ApiKey | None:
        """Whom the key stands for; ``None`` where unknown or revoked; ``LedgerUnavailable`` where nobody can tell."""
        if len(secret) > _LONGEST:
            return None
        digest, now = hash_secret(secret), self._now()
        found = self._found.get(digest)
        if found is None or now - found[0] > self._remember:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[digest] = (now, self._ledger.find_key(secret))
        return found[1]


def caller(*roles: str) -> Any:
    """A dependency that admits keys of these roles and gives the key: 401 without a valid one, 403 for others."""

    async def _caller(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        header: Annotated[str | None, Security(_HEADER)],
    ) -> ApiKey:
        secret = bearer.credentials if bearer else header
        keyring: Keyring = request.app.state.parts.keyring
        key = keyring.who(secret) if secret else None
        if key is None:
            challenge = {"WWW-Authenticate": "Bearer"}
            seen = "a key that is unknown or revoked" if secret else "no API key"
            raise Refused(401, seen, "wanted Authorization: Bearer KEY or X-API-Key", headers=challenge)
        if key.role not in roles:
            raise Refused(403, f"a key of role {key.role}", f"wanted one of {', '.join(roles)}")
        return key

    return Security(_caller)


def roles_note(*roles: str) -> dict[str, Any]:
    """What OpenAPI says of a route's roles."""
    return {"x-roles": list(roles)}
