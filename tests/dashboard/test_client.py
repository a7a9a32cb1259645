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


def test_the_queue_is_worst_first_and_newest_first_within_a_grade(api, client):
    grades = [3, 1, 5, 2, 1, 4, 3]
    ids = [api.add(number, grade) for number, grade in enumerate(grades)]
    found = [item["alert_id"] for item in client.queue().items]
    assert found == [ids[place] for place in (4, 1, 3, 6, 0, 5, 2)]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_paging_the_queue_gives_every_alert_once_whatever_the_page(api, client, limit):
    for number, grade in enumerate([3, 1, 5, 2, 1, 4, 3]):
        api.add(number, grade)
    found, position = [], None
    while True:
        page = client.queue(position, limit)
        assert len(page.items) <= limit
        found += [item["alert_id"] for item in page.items]
        position = page.next_position
        if position is None:
            break
    assert found == [item["alert_id"] for item in client.queue(limit=50).items]
    assert len(found) == len(set(found)) == 7


def test_the_queue_filters_at_the_server(api, client):
    api.add(1, 1, rule="self_trade")
    wanted = api.add(2, 4, rule="large_cancel")
    assert [item["alert_id"] for item in client.queue(rule_id="large_cancel", status="open").items] == [wanted]


def test_an_id_with_slashes_and_bars_reaches_its_alert(api, client):
    alert_id = api.add(1, 2, account="A|B/C?")
    assert client.alert(alert_id)["trigger"]["account_id"] == "A|B/C?"
    assert client.account("A|B/C?")["account_id"] == "A|B/C?"


def test_a_disposition_closes_the_case_with_the_grade_the_page_showed(api, client):
    case_id = client.alert(api.add(1, 2))["case"]["case_id"]
    recorded = client.dispose(case_id, "restricted", "核实", grade_seen=2)
    assert (recorded["status"], recorded["outcome"], recorded["grade_shown"]) == ("closed", "restricted", 2)
    with pytest.raises(ApiError, match="closed with restricted") as again:
        client.dispose(case_id, "educated", "再次")
    assert again.value.kind == "refused"


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
        client.dispose("C1", "educated", "x")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b""], ids=["html", "a-list", "empty"])
def test_a_success_without_an_object_is_a_fault(api, client, body):
    api.troubles["/v1"] = (200, body)
    with pytest.raises(ApiError) as trouble:
        client.summary()
    assert trouble.value.kind == "fault"


def test_a_queue_without_items_is_a_fault_and_not_an_empty_queue(api, client):
    api.troubles["/v1/alerts"] = (200, {"rows": []})
    with pytest.raises(ApiError, match="without items"):
        client.queue()


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
