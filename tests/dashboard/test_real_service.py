"""The client against the service's own routes: the shapes it relies on are the ones the service gives."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from features.reader import OnlineReader
from serving.access import Keyring
from serving.app import create_app
from serving.behaviour import BehaviourReader
from serving.dashboard.account_panel import alerts_table, dispositions_table
from serving.dashboard.client import ApiClient, ApiError
from serving.dashboard.language import Texts
from serving.dashboard.queue_page import open_counts, table_of
from serving.metrics import Metrics
from serving.parts import Parts
from serving.published import Published

NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)


@pytest.fixture
def service(api, tmp_path):
    """The real application over the test's ledger, with a feature store that was never built."""
    import uvicorn

    app = create_app(Metrics())
    app.state.parts = Parts(
        ledger=api.ledger,
        grader=SimpleNamespace(judge=SimpleNamespace(reader=OnlineReader(tmp_path / "features"))),
        champion=None,
        queue=None,
        keyring=Keyring(api.ledger),
        metrics=app.state.metrics,
        clock=lambda: NOW,
        published=Published(tmp_path / "desk"),
        bundles=tmp_path / "bundles",
        behaviour=BehaviourReader(tmp_path / "features"),
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def client_of(api, url: str, role: str) -> ApiClient:
    return ApiClient(url, api.ledger.create_key(f"{role}-1", role)[1])


def test_queue_alert_account_summary_and_disposition_have_the_shapes_the_pages_read(api, service):
    ids = [api.add(number, grade, account="A1") for number, grade in enumerate([3, 1])]
    t = Texts("zh")
    with client_of(api, service, "investigator") as client:
        page = client.queue(limit=1, status="open", exchange="SHFE", rule_id="frequent_cancel", account_id="A1")
        assert [item["alert_id"] for item in page.items] == [ids[1]]
        assert [item["alert_id"] for item in client.queue(page.next_position, status="open").items] == [ids[0]]
        assert table_of(t, page.items)["风险等级"].tolist() == ["1 极高"]
        assert open_counts(client.summary()) == {1: 1, 2: 0, 3: 1, 4: 0, 5: 0}
        found = client.alert(ids[0])
        assert {"trigger", "answer", "case"} <= set(found)
        recorded = client.dispose(found["case"]["case_id"], "educated", "核实", grade_seen=3)
        assert (recorded["status"], recorded["decided_by_person"]) == ("closed", "investigator-1")
        assert client.case(recorded["case_id"])["disposition"]["conclusion"] == "核实"
        account = client.account("A1")
        assert len(alerts_table(t, account["alerts"])) == 2
        assert dispositions_table(t, account["alerts"])["处置结果"].tolist() == ["提示教育"]
        assert account["profile"] is None
        assert t.cause(account["degraded"][0]).startswith("特征库不可用")


def test_each_refusal_of_the_service_is_understood(api, service):
    case_id = api.ledger.alert(api.add(1, 2))["case_id"]

    def trouble(role: str, ask) -> ApiError:
        with client_of(api, service, role) as client, pytest.raises(ApiError) as raised:
            ask(client)
        return raised.value

    assert trouble("scorer", lambda client: client.queue()).kind == "forbidden"
    assert trouble("governor", lambda client: client.dispose(case_id, "educated", "x")).kind == "forbidden"
    assert trouble("reviewer", lambda client: client.alert("nothing")).kind == "not_found"
    unfit = trouble("reviewer", lambda client: client.dispose(case_id, "educated", "x" * 5_000))
    assert unfit.kind == "refused"
    assert "conclusion" in unfit.detail
    with client_of(api, service, "reviewer") as client:
        client.dispose(case_id, "educated", "x")
    assert trouble("reviewer", lambda client: client.dispose(case_id, "referred", "x")).kind == "refused"
    with ApiClient(service, "nobody") as client, pytest.raises(ApiError) as unknown:
        client.summary()
    assert unknown.value.kind == "unauthorised"
