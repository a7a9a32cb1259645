"""Alerts are asked about once each, wait while the service is down, and never hold up the rules."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from alertgrade.watch.loop import Patience
from alertgrade.watch.scoring import Scoring
from tests.watch.conftest import busy_market, cut, put_all, rows_of
from tests.watch.test_directory import lines

Made = Callable[..., Any]


class Service:
    """A scoring service of a few lines: what it was asked, and how it answers next."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.statuses: dict[str, int] = {}  # by rule_id; 200 where none is given
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append(body)
                status = service.statuses.get(body["rule_id"], 200)
                text = json.dumps({"alert_id": body["alert_id"], "grade": 3}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    @contextmanager
    def up(self) -> Iterator[None]:
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            self.server.shutdown()
            thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.server_close()


def scoring(url: str) -> Scoring:
    ticks = iter(range(10**9))
    return Scoring(url, "key", lambda: float(next(ticks)))  # a clock on which every rest is soon over


def test_alerts_wait_while_the_service_is_down_and_are_graded_once_when_it_is_back(
    place: Made, service: Service
) -> None:
    market = busy_market()
    here = place(market)
    put_all(here.inbox, cut(rows_of(market), 5, 1))
    nowhere = "http://127.0.0.1:9"  # the discard port: nobody listens
    down = here.run(scoring=scoring(nowhere), patience=Patience(idle_s=0.0, scores_s=0.2))
    assert down.unanswered == down.alerts > 0
    assert "does not answer" in down.trouble
    assert lines(here.out / "grades.jsonl") == []
    with service.up():
        back = here.run(scoring=scoring(service.url))
        again = here.run(scoring=scoring(service.url))
    assert (back.unanswered, again.unanswered, again.trouble) == (0, 0, "")
    asked = [body["alert_id"] for body in service.asked]
    assert asked == [line["alert"]["alert_id"] for line in lines(here.out / "alerts.jsonl")]
    assert [line["alert_id"] for line in lines(here.out / "grades.jsonl")] == asked


def test_the_request_holds_the_day_so_far_of_the_alerts_log(place: Made, service: Service) -> None:
    market = busy_market()
    here = place(market)
    put_all(here.inbox, cut(rows_of(market), 5, 1))
    with service.up():
        here.run(scoring=scoring(service.url))
    assert service.asked
    for body, line in zip(service.asked, lines(here.out / "alerts.jsonl"), strict=True):
        assert body["intraday"] == {k: v for k, v in line["intraday"].items() if not k.startswith("intraday_")}


def test_an_alert_the_service_refuses_for_good_is_said_and_holds_up_no_other(place: Made, service: Service) -> None:
    market = busy_market()
    here = place(market)
    put_all(here.inbox, cut(rows_of(market), 5, 1))
    service.statuses = {"self_trade": 422}
    with service.up():
        watched = here.run(scoring=scoring(service.url))
    refused = [line for line in lines(here.out / "grades.jsonl") if "refused" in line]
    assert watched.unanswered == 0
    assert {line["alert_id"].split(":")[0] for line in refused} == {"self_trade"}
    assert "422" in refused[0]["refused"]
    assert len({body["alert_id"] for body in service.asked}) == len(service.asked) == watched.alerts


def test_a_wrong_key_refuses_no_alert(place: Made, service: Service) -> None:
    market = busy_market(size=60)
    here = place(market)
    put_all(here.inbox, [rows_of(market)])
    service.statuses = dict.fromkeys(("self_trade", "large_cancel", "frequent_cancel", "group_trade"), 401)
    with service.up():
        watched = here.run(scoring=scoring(service.url), patience=Patience(idle_s=0.0, scores_s=0.2))
    assert watched.unanswered == watched.alerts > 0
    assert "401" in watched.trouble
