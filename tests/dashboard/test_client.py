"""The client: what it asks, how it pages, and one kind of error a kind of trouble."""

from __future__ import annotations

import socket

import pytest

from serving.dashboard.client import ApiClient, ApiError


@pytest.fixture
def client(api, api_key):
    with ApiClient(api.url, api_key) as found:
        yield found


def test_filters_left_open_are_not_sent(api, client):
    client.alerts(None, 10, grade=2, rule_id=None, account_id="")
    assert api.seen == [("GET", "/v1/alerts", {"grade": "2", "limit": "10"})]


def test_paging_the_cases_gives_every_one_once_worst_first(api, client):
    for number, grade in enumerate([3, 1, 5, 2, 1, 4, 3]):
        api.add(number, grade)
    found, position = [], None
    while True:
        page = client.cases(position, 3, status="open")
        found += page.items
        position = page.next_position
        if position is None:
            break
    assert [case["grade"] for case in found] == [1, 1, 2, 3, 3, 4, 5]
    assert len({case["case_id"] for case in found}) == 7


def test_what_a_page_shows_of_a_case_comes_from_the_service(api, client):
    case_id = api.case_of(api.add(1, 3))
    client.act(case_id, "call-back", form="phone", held_at="2026-03-06T07:00:00Z", minutes="已说明")
    done = client.act_on_many([case_id, "C9"], "claim", {})
    assert [one["status"] for one in done] == [200, 404]
    assert client.case(case_id)["assignee"] == "desk-1"
    assert [entry["kind"] for entry in client.history(case_id)] == ["alert", "score", "call_back", "claim"]
    assert case_id.encode() in client.export("csv", status="open")
    assert client.me() == {"name": "desk-1", "role": "reviewer"}


def test_an_id_with_slashes_and_bars_reaches_its_alert(api, client):
    alert_id = api.add(1, 2, account="A|B/C?")
    assert client.alert(alert_id)["trigger"]["account_id"] == "A|B/C?"
    assert client.account("A|B/C?")["account_id"] == "A|B/C?"


def test_a_disposition_closes_the_case_with_the_grade_the_page_showed(api, client):
    case_id = api.case_of(api.add(1, 3))
    recorded = client.act(case_id, "disposition", outcome="educated", conclusion="核实", grade_seen=3)
    assert (recorded["status"], recorded["outcome"], recorded["grade_shown"]) == ("closed", "educated", 3)
    with pytest.raises(ApiError, match="is closed: educated") as again:
        client.act(case_id, "disposition", outcome="educated", conclusion="再次")
    assert again.value.kind == "refused"


def test_each_refusal_of_the_service_is_understood(api):
    case_id = api.case_of(api.add(1, 3))

    def trouble(role, ask):
        with ApiClient(api.url, api.key(role)) as client, pytest.raises(ApiError) as raised:
            ask(client)
        return raised.value

    dispose = lambda client: client.act(case_id, "disposition", outcome="educated", conclusion="x")  # noqa: E731
    assert trouble("scorer", lambda client: client.cases()).kind == "forbidden"
    assert trouble("governor", dispose).kind == "forbidden"
    assert trouble("reviewer", lambda client: client.case("nothing")).kind == "not_found"
    unfit = trouble("reviewer", lambda client: client.act(case_id, "note", text="x" * 50_000))
    assert (unfit.kind, "text" in unfit.detail) == ("refused", True)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "refused"),
        (401, "unauthorised"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "refused"),
        (422, "refused"),
        (429, "busy"),
        (500, "fault"),
        (502, "fault"),
        (503, "busy"),
    ],
)
def test_each_status_is_one_kind_of_trouble(api, client, status, kind):
    api.troubles["/v1"] = (status, {"error": {"seen": "S", "wanted": "W", "do": "", "fields": []}})
    with pytest.raises(ApiError) as trouble:
        client.summary()
    assert (trouble.value.kind, trouble.value.detail) == (kind, "S; W")


def test_fields_the_service_refuses_are_named(api, client):
    fields = [{"field": "conclusion", "message": "too long"}]
    api.troubles["/v1/cases"] = (422, {"error": {"seen": "not acceptable", "wanted": "", "do": "", "fields": fields}})
    with pytest.raises(ApiError, match="not acceptable; conclusion: too long"):
        client.act("C1", "note", text="x")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b""], ids=["html", "a-list", "empty"])
def test_a_success_without_an_object_is_a_fault(api, client, body):
    api.troubles["/v1"] = (200, body)
    with pytest.raises(ApiError) as trouble:
        client.summary()
    assert trouble.value.kind == "fault"


def test_a_page_without_items_is_a_fault_and_not_an_empty_queue(api, client):
    api.troubles["/v1/alerts"] = (200, {"rows": []})
    with pytest.raises(ApiError, match="without items"):
        client.alerts()


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"", {"error": "text"}], ids=["html", "a-list", "empty", "text"])
def test_an_error_in_any_other_shape_shows_its_status(api, client, body):
    api.troubles["/v1"] = (500, body)
    with pytest.raises(ApiError, match="HTTP 500"):
        client.summary()


def test_nobody_listening_is_unreachable(api_key):
    with socket.socket() as taken:  # bound and not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with ApiClient(address, api_key) as client, pytest.raises(ApiError) as trouble:
            client.summary()
    assert trouble.value.kind == "unreachable"


@pytest.mark.parametrize("key", ["another", "密钥"])
def test_a_wrong_key_is_unauthorised(api, key):
    with ApiClient(api.url, key) as client, pytest.raises(ApiError) as trouble:
        client.summary()
    assert trouble.value.kind == "unauthorised"


def test_a_proxy_of_the_environment_is_never_used(api, api_key, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with ApiClient(api.url, api_key) as client:
        assert client.summary()["alerts"] == []
