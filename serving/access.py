"""Who may call what: API keys, hashed at rest in the ledger, or tokens of an issuer; each stands for one role."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers

from ledger.keys import ApiKey, hash_secret
from ledger.ledger import Ledger
from serving.oidc import IssuerUnavailable, TokenRefused, Tokens, is_token
from serving.rates import Rates
from serving.requests import Refused

DESK = ("investigator", "reviewer", "data_scientist", "governor", "admin")
_BEARER = HTTPBearer(auto_error=False, description="Authorization: Bearer KEY")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_LONGEST = 200  # characters; ours have 46
_REMEMBERED = 1_000


class Keyring:
    """Looks keys up in the ledger and remembers an answer for ``remember_s`` seconds: a revocation's longest delay."""

    def __init__(
        self,
        ledger: Ledger,
        remember_s: float = 2.0,
        now: Callable[[], float] = time.monotonic,
        *,
        tokens: Tokens | None = None,
        rates: Rates | None = None,
    ) -> None:
        self._ledger, self._remember, self._now = ledger, remember_s, now
        self._tokens, self._rates = tokens, rates or Rates()
        self._found: dict[str, tuple[float, ApiKey | None]] = {}
        self._asking: dict[str, asyncio.Future[ApiKey | None]] = {}

    def who(self, secret: str) -> ApiKey | None:
        """Whom the key stands for; ``None`` where unknown or revoked; ``LedgerUnavailable`` where nobody can tell."""
        if len(secret) > _LONGEST:
            return None
        digest, now = hash_secret(secret), self._now()
        found = self._remembered(digest, now)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[digest] = (now, self._ledger.find_key(secret))
        return found[1]

    async def of_key(self, secret: str) -> ApiKey | None:
        """``who`` for the event loop: what is not remembered is looked up in a thread, once for all who ask for it."""
        if len(secret) > _LONGEST:
            return None
        digest = hash_secret(secret)
        found = self._remembered(digest, self._now())
        if found is not None:
            return found[1]
        asking = self._asking.get(digest)
        if asking is None:
            asking = self._asking[digest] = asyncio.ensure_future(anyio.to_thread.run_sync(self.who, secret))
            asking.add_done_callback(lambda _: self._asking.pop(digest, None))
        return await asyncio.shield(asking)  # one who goes away takes the answer from nobody

    def _remembered(self, digest: str, now: float) -> tuple[float, ApiKey | None] | None:
        found = self._found.get(digest)
        return found if found is not None and now - found[0] <= self._remember else None

    async def of_token(self, token: str) -> ApiKey | None:
        """Whom a token stands for; ``None`` where no issuer is configured; raises as ``Tokens.who`` does."""
        if self._tokens is None:
            return None
        if self._tokens.ready_for(token):
            return self._tokens.who(token)
        return await anyio.to_thread.run_sync(self._tokens.who, token)  # it asks the issuer, and others must not wait

    def check_rate(self, key: ApiKey) -> None:
        """``Refused`` with 429 where the key asks too often."""
        wait = self._rates.take(key.key_id, key.rate)
        if wait is not None:
            headers = {"Retry-After": str(wait)}
            raise Refused(429, "this key asks too often", "wanted fewer requests", "try again later", headers=headers)


def caller(*roles: str) -> Any:
    """A dependency that admits keys of these roles and gives the key: 401 without a valid one, 403 for others."""

    async def _caller(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        header: Annotated[str | None, Security(_HEADER)],
    ) -> ApiKey:
        secret = bearer.credentials if bearer else header
        return await admit(request.app.state.parts.keyring, secret, roles)

    return Security(_caller)


async def admit(keyring: Keyring, secret: str | None, roles: Sequence[str]) -> ApiKey:
    """The key that ``secret`` is, where it has one of these roles and does not ask too often; else ``Refused``."""
    key = await _identified(keyring, secret) if secret else None
    if key is None:
        seen = "a key that is unknown, revoked or expired" if secret else "no API key"
        raise Refused(401, seen, "wanted Authorization: Bearer KEY or X-API-Key", headers=_CHALLENGE)
    keyring.check_rate(key)
    if key.role not in roles:
        raise Refused(403, f"a key of role {key.role}", f"wanted one of {', '.join(roles)}")
    return key


def secret_of(headers: Headers) -> str | None:
    """The key or token of a request, from the headers that ``caller`` documents; ``None`` where there is none."""
    scheme, _, told = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and told.strip():
        return told.strip()
    return headers.get("x-api-key")


async def _identified(keyring: Keyring, secret: str) -> ApiKey | None:
    if not is_token(secret):
        return await keyring.of_key(secret)
    try:
        return await keyring.of_token(secret)
    except TokenRefused as error:
        raise Refused(401, error.seen, error.wanted, headers=_CHALLENGE) from error
    except IssuerUnavailable as error:
        raise Refused(503, error.seen, error.wanted, error.do, headers={"Retry-After": "5"}) from error


def roles_note(*roles: str) -> dict[str, Any]:
    """What OpenAPI says of a route's roles."""
    return {"x-roles": list(roles)}
