"""A service in trouble: it grades by the rules and says why, or gives nothing at all."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import httpx
import psutil
import pytest

from ledger.ledger import Ledger
from serving.compose import FEATURE_LIMIT_S, compose
from serving.judge import Question
from serving.metrics import Metrics
from serving.requests import ScoreRequest, parse

pytestmark = pytest.mark.processes


def whats(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [text.split(":")[0] for text in answer.json()["degraded"]]


@contextmanager
def champion(service, text: str | None) -> Iterator[None]:
    """Another text in champion.json (``None``: no file) for as long as it lasts."""
    pointer = service.installation.home / "bundles" / "champion.json"
    before = pointer.read_text()
    pointer.unlink() if text is None else pointer.write_text(text)
    try:
        yield
    finally:
        pointer.write_text(before)


@contextmanager
def locked(service) -> Iterator[sqlite3.Connection]:
    """Another process's long transaction on the ledger."""
    path = service.installation.home / "ledger.db"
    lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    try:
        yield lock
    finally:
        lock.close()


def test_one_changed_byte_in_the_bundle_is_refused_and_the_rules_grade(service, scorer_client, body, tmp_path):
    shutil.copytree(service.installation.bundle(), tmp_path / "bundle")
    file = tmp_path / "bundle" / "booster.txt"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    named = {"digest": service.installation.bundle().parent.name, "path": str(tmp_path / "bundle"), "version": "1"}
    with champion(service, json.dumps(named)):
        answer = scorer_client.post("/v1/scores", json=body("tampered"))
    assert whats(answer) == ["model_refused"]
    assert "booster.txt" in answer.json()["degraded"][0]
    assert answer.json()["decided_by"]["policy_clause"].startswith("rules_only")
    assert answer.json()["versions"]["digest"] is None


def test_a_sound_bundle_that_is_not_the_one_promoted_is_refused(service, scorer_client, body):
    named = {"digest": "0" * 64, "path": str(service.installation.bundle()), "version": "1"}
    with champion(service, json.dumps(named)):
        assert whats(scorer_client.post("/v1/scores", json=body("other digest"))) == ["model_refused"]


def test_a_champion_taken_away_and_brought_back_is_followed_without_restart(service, scorer_client, body):
    assert whats(scorer_client.post("/v1/scores", json=body("champion 1"))) == []
    with champion(service, None):
        assert whats(scorer_client.post("/v1/scores", json=body("champion 2"))) == ["model_missing"]
    assert whats(scorer_client.post("/v1/scores", json=body("champion 3"))) == []
    with champion(service, "{"):
        assert whats(scorer_client.post("/v1/scores", json=body("champion 4"))) == ["model_refused"]


def test_a_feature_store_taken_away_is_said_in_the_answer_and_on_the_accounts_page(
    service, scorer_client, desk_client, body
):
    store = service.installation.home / "features"
    store.rename(store.with_name("away"))
    try:
        assert whats(scorer_client.post("/v1/scores", json=body("store 1"))) == ["feature_store_unavailable"]
        profile = desk_client.get("/v1/accounts/A1").json()
        assert (profile["profile"], len(profile["degraded"])) == (None, 1)
    finally:
        store.with_name("away").rename(store)
    for attempt in range(50):  # opening the store again takes longer than an alert may wait
        if whats(scorer_client.post("/v1/scores", json=body(f"store back {attempt}"))) == []:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the store came back and was not used")


def test_stale_features_leave_the_grade_to_the_rules(scorer_client, body):
    late = body("stale", trading_day="2031-03-03", triggered_at="2031-03-03T02:00:00Z")
    assert whats(scorer_client.post("/v1/scores", json=late)) == ["stale_features"]


def test_a_grade_that_cannot_be_recorded_is_not_given(service, scorer_client, body):
    known = scorer_client.post("/v1/scores", json=body("before"))
    with locked(service):
        refused = scorer_client.post("/v1/scores", json=body("locked"))
        assert refused.status_code == 503
        assert "Retry-After" in refused.headers
        assert "grade" not in refused.json()
        assert scorer_client.get("/readyz").status_code == 503
        # on record, so it may be given
        assert scorer_client.post("/v1/scores", json=body("before")).content == known.content
    assert scorer_client.post("/v1/scores", json=body("locked")).status_code == 200


def test_a_queue_too_old_turns_work_away_with_retry_after_and_without_any_500(service, body):
    def post(number: int) -> httpx.Response:
        time.sleep(0.05 * number)
        return clients[number].post("/v1/scores", json=body(f"queue {number}"))

    with ExitStack() as opened, ThreadPoolExecutor(12) as threads:
        clients = [opened.enter_context(service.client("scorer")) for _ in range(12)]
        for client in clients:  # connected before the clock runs
            assert client.get("/healthz").status_code == 200
        with locked(service) as lock:  # the first waits for the ledger, the second for the first
            threading.Timer(0.8, lambda: lock.execute("ROLLBACK")).start()
            answers = list(threads.map(post, range(12)))
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 429}, codes
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 429)
    with service.client("scorer") as client:
        assert client.post("/v1/scores", json=body("queue 11")).status_code == 200


def test_a_revoked_key_stops_working_while_the_service_runs(service, body):
    ledger = service.installation.ledger()
    key_id, secret = ledger.create_key("brief", "scorer")
    with service.client(None) as client:
        headers = {"X-API-Key": secret}
        assert client.post("/v1/scores", json=body("key 1"), headers=headers).status_code == 200
        ledger.revoke_key(key_id)
        time.sleep(2.2)
        assert client.post("/v1/scores", json=body("key 2"), headers=headers).status_code == 401
    ledger.close()


@contextmanager
def disk_full(service) -> Iterator[None]:
    """No process of the service may write another byte to any file, as on a full disk."""
    serving = [psutil.Process(service.process.pid), *psutil.Process(service.process.pid).children(recursive=True)]
    before = [one.rlimit(psutil.RLIMIT_FSIZE) for one in serving]
    for one, (_, hard) in zip(serving, before, strict=True):
        one.rlimit(psutil.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for one, limit in zip(serving, before, strict=True):
            one.rlimit(psutil.RLIMIT_FSIZE, limit)


def test_a_full_disk_is_503_without_a_grade_and_the_service_recovers_by_itself(service, scorer_client, body):
    with disk_full(service):
        refused = scorer_client.post("/v1/scores", json=body("full"))
        assert (refused.status_code, "grade" in refused.json()) == (503, False)
        assert "Retry-After" in refused.headers
        assert scorer_client.get("/readyz").status_code == 503
        assert scorer_client.get("/healthz").status_code == 200
    assert scorer_client.post("/v1/scores", json=body("full")).status_code == 200
    assert scorer_client.get("/readyz").status_code == 200
    ledger = service.installation.ledger()
    assert ledger.verify().intact
    ledger.close()


def test_a_store_that_takes_calls_and_never_answers_costs_its_budget_and_leaves_the_grade_to_the_rules(
    installation, body, tmp_path, monkeypatch
):
    monkeypatch.setattr("features.online.redis_rows.WAIT_S", 0.5)
    home = installation.copy(tmp_path / "home").home
    with socket.create_server(("127.0.0.1", 0)) as silent:
        parts = compose(
            ledger_url=f"sqlite:///{home / 'ledger.db'}",
            bundles=home / "bundles",
            keys=home / "keys",
            features=home / "features",
            desk=home / "desk",
            metrics=Metrics(),
            online=f"redis://127.0.0.1:{silent.getsockname()[1]}/0",
        )
        questions = [Question(parse(ScoreRequest, body(f"silent {n}")).trigger()) for n in range(3)]
        started = time.monotonic()
        answers = [json.loads(one) for one in parts.queue.submit(questions).result()]
        took = time.monotonic() - started
        parts.close()
    for answer in answers:
        assert "feature_store_unavailable" in {text.split(":")[0] for text in answer["degraded"]}
        assert answer["probabilities"] is None
    assert took < 20 * FEATURE_LIMIT_S  # once for all three, and not as long as the store hangs


def test_a_clock_set_back_breaks_neither_grade_nor_chain(service, installation, tmp_path, body):
    later = iter([datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)])
    ledger = Ledger(f"sqlite:///{tmp_path / 'clock.db'}", lambda: next(later))
    for number in range(3):
        ledger.append("rule_change", f"r{number}", {})
    assert ledger.verify().intact
    assert [entry.recorded_at[:7] for entry in ledger.entries()] == ["2026-05", "2026-04", "2026-06"]
    ledger.close()
    early, far = body("early", triggered_at=f"{installation.last_day}T00:00:00Z"), body("far", trading_day="2033-03-01")
    with service.client("scorer") as client:  # the monitor's clock before the features; a day that cannot be its own
        assert whats(client.post("/v1/scores", json=early)) == ["features_newer_than_alert"]
        assert client.post("/v1/scores", json=far).status_code == 422


def test_killed_again_and_again_under_load_every_acknowledged_grade_is_on_record_once(new_service, body):
    service = new_service()
    given: dict[str, bytes] = {}
    asked: set[str] = set()
    for turn in range(1):  # benchmarks/kills.py does it twenty times
        load_until_killed(service, body, turn, given, asked)
        service.start()
    with service.client("scorer") as client:
        for name in sorted(asked):
            again = client.post("/v1/scores", json=body(name))
            assert again.status_code == 200
            assert given.get(name, again.content) == again.content
    ledger = service.installation.ledger()
    assert ledger.verify().intact
    assert sum(row["count"] for row in ledger.counts()["alerts"]) == len(asked)
    assert len(list(ledger.entries(kinds=["score"]))) == len(asked)
    ledger.close()


def load_until_killed(service, body, turn: int, given: dict[str, bytes], asked: set[str]) -> None:
    """Four callers post new alerts until the service is killed in the middle of their requests."""
    dead = threading.Event()
    before = len(given)

    def post_until_killed(lane: int) -> None:
        with service.client("scorer") as client:
            for number in itertools.count():
                name = f"kill {turn}.{lane}.{number}"
                asked.add(name)
                try:
                    answer = client.post("/v1/scores", json=body(name))
                except httpx.TransportError:
                    assert dead.is_set()
                    return
                if answer.status_code == 200:
                    given[name] = answer.content

    with ThreadPoolExecutor(4) as threads:
        lanes = [threads.submit(post_until_killed, lane) for lane in range(4)]
        while len(given) < before + 15 and not any(lane.done() for lane in lanes):
            time.sleep(0.002)
        dead.set()
        service.kill()
        for lane in lanes:
            lane.result()
    assert len(given) >= before + 15
    assert given.keys() < asked  # each lane ended on an alert that got no answer
