"""The real process: names open to those who may and on record, and neither keys nor names stand in its log."""

from __future__ import annotations

import json

import pytest

from ledger.kek import read_keks
from ledger.vault import Vault
from tests.serving.conftest import ROLES

NAME, TELEPHONE = "欧阳锋", "13900001111"
MAY = ("investigator", "reviewer", "admin")


@pytest.fixture(scope="module")
def account(service):
    """An account whose person is in the running service's vault."""
    home = service.installation.home
    ledger = service.installation.ledger()
    Vault(ledger, *read_keks(home / "keys")).put([("A7", {"name": NAME, "telephone": TELEPHONE})])
    ledger.close()
    return "A7"


def test_a_name_is_given_to_roles_that_may_and_every_look_is_on_record(service, account):
    ledger = service.installation.ledger()
    before = max((entry.seq for entry in ledger.entries()), default=0)  # other tests of this service look too
    ledger.close()
    for role in ROLES:
        with service.client(role) as client:
            answer = client.get(f"/v1/people/{account}")
            assert answer.status_code == (200 if role in MAY else 403), role
            if role in MAY:
                assert answer.json()["person"] == {"name": NAME, "telephone": TELEPHONE}
                assert answer.headers["Cache-Control"] == "no-store"
    with service.client("reviewer") as client:
        assert client.get("/v1/people/nobody").status_code == 404
    ledger = service.installation.ledger()
    read = [json.loads(entry.payload) for entry in ledger.entries(kinds=["read"], after=before)]
    assert [(one["by"], one["id"]) for one in read] == [(f"test-{role}", account) for role in ROLES if role in MAY]
    ledger.close()


def test_no_key_token_or_name_is_in_the_log_or_in_an_error(service, account, body):
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJsaSJ9.c2lnbmF0dXJl"  # made up
    answers = []
    for secret in ("ag_made_up_and_wrong_0123456789", token, *service.installation.keys.values()):
        with service.client(None) as client:
            headers = {"Authorization": f"Bearer {secret}"}
            answers.append(client.get(f"/v1/people/{account}", headers=headers))
            answers.append(client.post("/v1/scores", json=body("s") | {"note": NAME}, headers=headers))
            answers.append(client.get(f"/v1/alerts/{NAME}", headers=headers))
    log = service.log.read_text(errors="replace")
    keks, _ = read_keks(service.installation.home / "keys")
    secrets = [token, *service.installation.keys.values(), *(kek.hex() for kek in keks.values())]
    shown = log + "".join(answer.text for answer in answers if answer.status_code >= 400)
    assert [secret[:6] for secret in secrets if secret in shown] == []
    for private in (NAME, json.dumps(NAME)[1:-1], TELEPHONE):
        assert private not in log


def test_a_multipart_body_is_refused_and_every_answer_is_marked_not_to_be_kept(service):
    with service.client("admin") as client:
        assert client.post("/v1/scores", files={"file": b"x"}).status_code == 415
        assert client.get("/v1/cases").headers["X-Content-Type-Options"] == "nosniff"
