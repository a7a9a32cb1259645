"""Every call and every role: who may is admitted, who may not is refused before anything is looked at."""

from __future__ import annotations

import pytest

from ledger.workflow.table import ACTIONS
from tests.serving.desk.conftest import ROLES

DECIDE = ("investigator", "reviewer", "admin")
REVIEW = ("reviewer", "admin")
DESK = ("investigator", "reviewer", "data_scientist", "governor", "admin")
APPROVE = ("reviewer", "admin", "governor")
CASE = "/v1/cases/{case_id}"
ALLOWED = {
    ("get", "/v1/me"): ROLES,
    ("get", "/v1/overview"): DESK,
    ("get", "/v1/alerts"): DESK,
    ("get", "/v1/alerts/{alert_id}"): DESK,
    ("get", "/v1/accounts/{account_id}"): DESK,
    ("get", "/v1/reports/summary"): DESK,
    ("get", "/v1/models"): DESK,
    ("get", "/v1/models/{digest}/judgement"): ("reviewer", "data_scientist", "governor", "admin"),
    ("get", "/v1/scores/{score_id}"): ROLES,
    ("post", "/v1/scores"): ("scorer", "admin"),
    ("post", "/v1/scores:batch"): ("scorer", "admin"),
    ("get", "/v1/cases"): DESK,
    ("get", "/v1/cases:export"): DESK,
    ("post", "/v1/cases:bulk"): DECIDE,
    ("get", CASE): DESK,
    ("get", f"{CASE}/history"): DESK,
    ("get", f"{CASE}/filing"): DECIDE,
    ("post", f"{CASE}/claim"): DECIDE,
    ("post", f"{CASE}/release"): DECIDE,
    ("post", f"{CASE}/disposition"): DECIDE,
    ("post", f"{CASE}/review"): REVIEW,
    ("post", f"{CASE}/override"): REVIEW,
    ("post", f"{CASE}/reopen"): REVIEW,
    ("post", f"{CASE}/terminate"): REVIEW,
    ("post", f"{CASE}/snooze"): DECIDE,
    ("post", f"{CASE}/note"): DECIDE,
    ("post", f"{CASE}/call-back"): DECIDE,
    ("post", f"{CASE}/statement"): DECIDE,
    ("post", f"{CASE}/appeal"): DECIDE,
    ("post", f"{CASE}/appeal-decision"): REVIEW,
    ("post", f"{CASE}/request-action"): DECIDE,
    ("get", "/v1/restrictions"): DESK,
    ("post", "/v1/restrictions"): DECIDE,
    ("post", "/v1/restrictions/{restriction_id}/lift"): REVIEW,
    ("get", "/v1/notices"): DESK,
    ("post", "/v1/notices"): DECIDE,
    ("post", "/v1/notices/{notice_id}/delivery"): DECIDE,
    ("get", "/v1/strategies"): DESK,
    ("post", "/v1/strategies"): DECIDE,
    ("post", "/v1/strategies/{strategy_id}/approve"): REVIEW,
    ("post", "/v1/strategies/{strategy_id}/end"): REVIEW,
    ("get", "/v1/outbox"): DESK,
    ("post", "/v1/outbox/{outbox_id}/ack"): DECIDE,
    ("post", "/v1/outbox/{outbox_id}/approve"): APPROVE,
    ("post", "/v1/outbox/{outbox_id}/refuse"): APPROVE,
}
NAMES = dict.fromkeys(("case_id", "alert_id", "account_id", "score_id", "digest"), "none")
NAMES |= dict.fromkeys(("restriction_id", "notice_id", "strategy_id"), "none") | {"outbox_id": "1"}


@pytest.mark.parametrize(("method", "path"), ALLOWED, ids=lambda part: str(part))
def test_a_call_admits_the_roles_it_names_and_no_other(desk, method, path):
    described = desk.app.openapi()["paths"][path][method]
    assert set(described["x-roles"]) == set(ALLOWED[method, path])
    for role in ROLES:
        answer = desk.as_(role).request(method.upper(), path.format(**NAMES), json=None if method == "get" else {})
        assert (answer.status_code == 403) is (role not in ALLOWED[method, path]), (role, answer.text)
        assert answer.status_code < 500
    assert desk.anyone.request(method.upper(), path.format(**NAMES)).status_code == 401


def test_an_alert_that_reaches_its_route_is_charged_to_its_key_once(desk):
    secret = desk.ledger.create_key("slow", "scorer", rate=1)[1]  # two at once, then one a second
    headers = {"Authorization": f"Bearer {secret}"}
    found = [desk.anyone.request("POST", "/v1/scores", json={}, headers=headers).status_code for _ in range(3)]
    assert found == [422, 422, 429]


# Calls of other parts of the service have tests of their own beside them.
OURS = ("/v1/cases", "/v1/restrictions", "/v1/notices", "/v1/strategies", "/v1/outbox", "/v1/me", "/v1/overview")


def test_no_call_of_the_desk_is_left_out_of_the_table_above(desk):
    paths = {path: calls for path, calls in desk.app.openapi()["paths"].items() if path.startswith(OURS)}
    assert {(method, path) for path, calls in paths.items() for method in calls} <= set(ALLOWED)


def test_the_roles_of_an_action_are_those_of_the_state_machine(desk):
    for action, allowed in ACTIONS.items():
        assert set(ALLOWED["post", f"{CASE}/{action.replace('_', '-')}"]) == set(allowed.roles)
