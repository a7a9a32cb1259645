"""Bearer tokens of the broker's own sign-in (OpenID Connect): checked against the issuer's published keys."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from alertgrade.errors import AlertError
from ledger.keys import ROLES, ApiKey

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LONGEST = 8_192  # characters of a token
_BODY = 1_000_000  # bytes of an issuer's answer
_TIMEOUT_S = 3.0


class IssuerUnavailable(AlertError):
    """The issuer's keys cannot be had, so that nobody can tell who the caller is."""


class TokenRefused(AlertError):
    """A token that is not for us, not valid now, or gives no role."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are taken; ``role_claim`` may be a dotted path, ``roles`` maps its values to ours, best first."""

    url: str
    audience: str
    roles: Mapping[str, str]
    role_claim: str = "roles"
    leeway_s: int = 60
    algorithms: tuple[str, ...] = ALGORITHMS

    def __post_init__(self) -> None:
        unknown = sorted(set(self.roles.values()) - set(ROLES))
        if unknown or not self.roles:
            raise AlertError(f"roles {unknown or 'none'}", f"wanted some of {', '.join(ROLES)}", "mend the OIDC roles")
        if not self.audience:
            raise AlertError("an issuer without an audience", "wanted whom its tokens are for", "set the OIDC audience")


@dataclass(slots=True)
class Tokens:
    """Checks tokens of one issuer; its keys are fetched when first needed, again after ``keep_s``, and for a key id
    that is new, then at most every ``again_s`` seconds: a flood of made-up ids reaches the issuer once.
    """

    issuer: Issuer
    fetch: Callable[[str], bytes] = field(default_factory=lambda: _fetched)
    now: Callable[[], float] = time.time
    keep_s: float = 600.0
    again_s: float = 30.0
    _keys: KeySet | None = None
    _fetched_at: float = 0.0
    _tried_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ready_for(self, token: str) -> bool:
        """Whether the token's key is at hand, so that ``who`` asks nobody."""
        fresh = self._keys is not None and self.now() - self._fetched_at < self.keep_s
        waiting = self.now() - self._tried_at < self.again_s
        return (fresh and self._has(_key_id(token))) or waiting

    def who(self, token: str) -> ApiKey:
        """Whom the token stands for; ``TokenRefused``, or ``IssuerUnavailable`` where its key cannot be had."""
        if len(token) > LONGEST:
            raise TokenRefused("a token that is too long", f"wanted at most {LONGEST} characters")
        if not self.ready_for(token):
            self._refresh()
        if self._keys is None:
            raise IssuerUnavailable("the issuer of tokens does not answer", "wanted its keys", "try again")
        return self._caller(self._claims(token, self._keys))

    def _has(self, key_id: str | None) -> bool:
        keys = self._keys.keys if self._keys is not None else []
        return len(keys) == 1 if key_id is None else any(key.kid == key_id for key in keys)

    def _refresh(self) -> None:
        with self._lock:
            if self.now() - self._tried_at < self.again_s:
                return  # another thread was first
            self._tried_at = self.now()
            try:
                base = self.issuer.url.rstrip("/")
                said = json.loads(self.fetch(f"{base}/.well-known/openid-configuration"))
                if said["issuer"] == self.issuer.url:  # a document that speaks of another is not believed
                    self._keys = KeySet.import_key_set(json.loads(self.fetch(said["jwks_uri"])))
                    self._fetched_at = self.now()
            except (OSError, URLError, ValueError, KeyError, TypeError, JoseError):
                return  # keys from before are still good; without any, who() says so

    def _claims(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            now=int(self.now()),
            leeway=self.issuer.leeway_s,
            iss={"essential": True, "value": self.issuer.url},
            aud={"essential": True, "value": self.issuer.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            read = jwt.decode(token, keys, algorithms=list(self.issuer.algorithms))
            registry.validate(read.claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            # The error's name and no more: a token is a secret, and so is what it holds.
            raise TokenRefused(
                f"a token that is not valid ({type(error).__name__})", "wanted one of our issuer"
            ) from None
        return read.claims

    def _caller(self, claims: Mapping[str, Any]) -> ApiKey:
        found: Any = claims
        for part in self.issuer.role_claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        held = set(found) if isinstance(found, list) else {found}
        role = next((ours for theirs, ours in self.issuer.roles.items() if theirs in held), None)
        if role is None:
            raise TokenRefused("a token that gives no role here", f"wanted one of {', '.join(self.issuer.roles)}")
        name = claims.get("preferred_username") or claims["sub"]
        return ApiKey(f"oidc:{claims['sub']}"[:200], str(name)[:200], role)


def is_token(secret: str) -> bool:
    """Whether it has the form of a signed token; our own keys have no dots."""
    return secret.count(".") == 2


def _key_id(token: str) -> str | None:
    from joserfc.jws import extract_compact

    try:
        key_id = extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        return "-"  # what is no token has no key, and who() says so
    return None if key_id is None else str(key_id)


def _fetched(url: str) -> bytes:
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:", "http://[::1]:")):
        raise ValueError("keys are fetched over TLS or from this machine")
    asked = Request(url, headers={"Accept": "application/json"})  # noqa: S310  # checked above
    with urlopen(asked, timeout=_TIMEOUT_S) as answer:  # noqa: S310
        body: bytes = answer.read(_BODY)
    return body
