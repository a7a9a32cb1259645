"""Bearer tokens against a real issuer on loopback, with its own keys; rates; what every answer's headers say."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from alertgrade.errors import AlertError
from ledger.ledger import Ledger
from serving.access import Keyring
from serving.app import create_app
from serving.metrics import Metrics
from serving.oidc import Issuer, IssuerUnavailable, TokenRefused, Tokens
from serving.openapi import document_issuer
from serving.rates import Rates

NOW = 1_800_000_000


class Provider:
    """An issuer: discovery and keys over HTTP; counts what it is asked."""

    def __init__(self) -> None:
        self.keys = {"r1": RSAKey.generate_key(2048, {"kid": "r1"}), "e1": ECKey.generate_key("P-256", {"kid": "e1"})}
        self.asked: list[str] = []
        self.down = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's name
                provider.asked.append(self.path)
                documents = {"/keys": {"keys": [key.as_dict(private=False) for key in provider.keys.values()]}}
                documents["/.well-known/openid-configuration"] = {
                    "issuer": provider.url,
                    "jwks_uri": f"{provider.url}/keys",
                }
                self.send_response(503 if provider.down else 200)
                self.end_headers()
                self.wfile.write(json.dumps(documents.get(self.path, {})).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, kid: str = "r1", alg: str = "RS256", key: object = None, **changes: object) -> str:
        claims = {
            "iss": self.url,
            "aud": "alertgrade",
            "sub": "u1",
            "preferred_username": "li.reviewer",
            "iat": NOW - 10,
            "exp": NOW + 300,
            "realm_access": {"roles": ["offline", "desk-reviewers"]},
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": alg, "kid": kid}, claims, key or self.keys[kid], algorithms=[alg])


@pytest.fixture(scope="module")
def provider():
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def clock():
    return SimpleNamespace(now=float(NOW))


@pytest.fixture
def issuer(provider):
    provider.asked.clear()
    provider.down = False
    roles = {"desk-reviewers": "reviewer", "desk": "investigator"}
    return Issuer(provider.url, "alertgrade", roles, role_claim="realm_access.roles")


@pytest.fixture
def tokens(issuer, clock):
    return Tokens(issuer, now=lambda: clock.now)


@pytest.mark.parametrize(("kid", "alg"), [("r1", "RS256"), ("r1", "PS256"), ("e1", "ES256")])
def test_a_token_of_the_issuer_stands_for_its_user_and_role(provider, tokens, kid, alg):
    found = tokens.who(provider.token(kid, alg))
    assert (found.key_id, found.name, found.role) == ("oidc:u1", "li.reviewer", "reviewer")


def test_the_keys_are_fetched_once_for_many_tokens(provider, tokens):
    for _ in range(5):
        tokens.who(provider.token())
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"exp": NOW - 61},
        {"nbf": NOW + 61},
        {"sub": None},
        {"realm_access": {"roles": ["offline"]}},
        {"realm_access": "desk-reviewers "},
        {"realm_access": None},
    ],
)
def test_a_token_for_somebody_else_some_other_time_or_without_a_role_is_refused(provider, tokens, changes):
    with pytest.raises(TokenRefused):
        tokens.who(provider.token(**changes))


@pytest.mark.parametrize("changes", [{"exp": NOW - 59}, {"nbf": NOW + 59}, {"aud": ["x", "alertgrade"]}])
def test_a_clock_a_minute_off_and_a_list_of_audiences_are_taken(provider, tokens, changes):
    assert tokens.who(provider.token(**changes)).role == "reviewer"


def test_a_token_signed_by_a_key_the_issuer_does_not_publish_is_refused(provider, tokens):
    stranger = RSAKey.generate_key(2048, {"kid": "r1"})
    with pytest.raises(TokenRefused):
        tokens.who(provider.token(key=stranger))


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(provider, tokens):
    def text(part: bytes) -> bytes:
        return base64.urlsafe_b64encode(part).rstrip(b"=")

    body = provider.token().split(".")[1].encode()
    signed = text(json.dumps({"alg": "HS256", "kid": "r1"}).encode()) + b"." + body
    mac = hmac.new(provider.keys["r1"].as_pem(private=False), signed, hashlib.sha256).digest()
    with pytest.raises(TokenRefused):
        tokens.who((signed + b"." + text(mac)).decode())


@pytest.mark.parametrize("token", ["a.b.c", "..", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSJ9.", "x." * 2 + "y" * 9_000])
def test_what_is_no_token_is_refused(tokens, token):
    with pytest.raises(TokenRefused):
        tokens.who(token)


def test_a_new_key_is_fetched_when_it_is_first_seen_but_a_flood_of_made_up_ones_is_not(provider, tokens, clock):
    tokens.who(provider.token())
    provider.keys["r2"] = RSAKey.generate_key(2048, {"kid": "r2"})
    try:
        with pytest.raises(TokenRefused):
            tokens.who(provider.token("r2"))  # within half a minute of the last fetch
        clock.now += 31
        assert tokens.who(provider.token("r2")).role == "reviewer"
        asked = len(provider.asked)
        stranger = RSAKey.generate_key(2048, {"kid": "made-up"})
        for number in range(20):
            with pytest.raises(TokenRefused):
                tokens.who(provider.token(f"made-up-{number}", key=stranger))
        assert len(provider.asked) == asked
    finally:
        del provider.keys["r2"]


def test_an_issuer_that_is_down_leaves_known_keys_good_and_unknown_callers_unknown(provider, issuer, tokens, clock):
    tokens.who(provider.token())
    provider.down = True
    clock.now += 200
    assert tokens.who(provider.token()).role == "reviewer"
    with pytest.raises(IssuerUnavailable):
        Tokens(issuer, now=lambda: clock.now).who(provider.token())


def test_a_document_of_another_issuer_is_not_believed(issuer, provider, clock):
    wrong = replace(issuer, url=provider.url + "/")
    with pytest.raises(IssuerUnavailable):
        Tokens(wrong, now=lambda: clock.now).who(provider.token())


@pytest.mark.parametrize("changes", [{"roles": {}}, {"roles": {"x": "king"}}, {"audience": ""}])
def test_an_issuer_that_is_half_configured_is_refused(issuer, changes):
    with pytest.raises(AlertError):
        replace(issuer, **changes)


class Client:
    """Calls of the application in this process, each in an event loop of its own."""

    def __init__(self, app, ledger):
        self.app, self.ledger = app, ledger

    def get(self, path, **how):
        return asyncio.run(self._request("GET", path, how))

    def post(self, path, **how):
        return asyncio.run(self._request("POST", path, how))

    async def _request(self, method, path, how):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://service") as client:
            return await client.request(method, path, **how)


@pytest.fixture
def client(issuer, clock, tmp_path):
    """The real routes and keyring over a real ledger, in this process."""
    from datetime import UTC, datetime

    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: datetime.now(UTC))
    app = create_app(Metrics())
    document_issuer(app, issuer.url)
    keyring = Keyring(ledger, tokens=Tokens(issuer, now=lambda: clock.now), rates=Rates(2, now=lambda: clock.now))
    app.state.parts = SimpleNamespace(
        keyring=keyring,
        ledger=ledger,
        metrics=app.state.metrics,
        clock=lambda: datetime.now(UTC),
        queue=SimpleNamespace(full=lambda: None),
    )
    yield Client(app, ledger)
    ledger.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_service_takes_a_token_by_its_role_and_refuses_it_elsewhere(client, provider):
    assert client.get("/v1/cases", headers=bearer(provider.token())).status_code == 200
    refused = client.post("/v1/scores", json={}, headers=bearer(provider.token()))
    assert refused.status_code == 403
    expired = client.get("/v1/cases", headers=bearer(provider.token(exp=NOW - 100)))
    assert expired.status_code == 401
    assert expired.headers["WWW-Authenticate"] == "Bearer"


def test_an_unreachable_issuer_is_503_and_a_key_still_works(client, provider):
    provider.down = True
    answer = client.get("/v1/cases", headers=bearer(provider.token()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    _, secret = client.ledger.create_key("m", "reviewer")
    assert client.get("/v1/cases", headers=bearer(secret)).status_code == 200


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_kept_waiting(client, clock):
    _, busy = client.ledger.create_key("busy", "reviewer")
    _, other = client.ledger.create_key("other", "reviewer", rate=100)
    statuses = [client.get("/v1/cases", headers=bearer(busy)).status_code for _ in range(5)]
    assert statuses == [200] * 4 + [429]
    refused = client.get("/v1/cases", headers=bearer(busy))
    assert (refused.headers["Retry-After"], refused.json()["error"]["seen"]) == ("1", "this key asks too often")
    assert client.get("/v1/cases", headers=bearer(other)).status_code == 200
    clock.now += 1
    assert client.get("/v1/cases", headers=bearer(busy)).status_code == 200


def test_an_expired_key_is_refused_and_a_rotated_one_works_until_its_end(tmp_path):
    from datetime import UTC, datetime, timedelta

    moment = [datetime(2026, 3, 2, tzinfo=UTC)]
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}", lambda: moment[0])
    key_id, secret = ledger.create_key("m", "scorer", expires_at=moment[0] + timedelta(days=1), rate=7)
    fresh_id, fresh = ledger.rotate_key(key_id, moment[0] + timedelta(hours=1))
    assert (ledger.find_key(fresh).role, ledger.find_key(fresh).rate) == ("scorer", 7)
    moment[0] += timedelta(minutes=59)
    assert ledger.find_key(secret).key_id == key_id
    moment[0] += timedelta(minutes=1)
    assert ledger.find_key(secret) is None
    assert ledger.find_key(fresh).key_id == fresh_id
    assert ledger.verify().intact
    ledger.close()


def test_every_answer_has_the_secure_headers_and_multipart_is_refused_everywhere(client):
    for answer in (client.get("/v1/cases"), client.get("/nowhere"), client.get("/openapi.json")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    for path in ("/v1/scores", "/v1/cases/C1/disposition", "/v1/scores/S1/replay"):
        refused = client.post(path, files={"file": b"x"})
        assert (refused.status_code, refused.json()["error"]["seen"]) == (415, "a multipart body")


def test_the_description_names_the_issuer_the_roles_and_the_refusals(client, issuer):
    document = client.get("/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert schemes["OpenIdConnect"]["openIdConnectUrl"] == f"{issuer.url}/.well-known/openid-configuration"
    for path in document["paths"].values():
        for call in path.values():
            assert call["x-roles"]
            assert {"OpenIdConnect": []} in call["security"]
            assert {"401", "403", "429"} <= set(call["responses"])
