"""The whole arrow on real processes: prepared home, service, ledger, and a market that this project did not write."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import rules_baseline
from alertgrade.demo import Prepared, score_over_http
from alertgrade.ledger_tables import add_ledger
from features.availability import available_at
from features.build import build
from features.events.load import load_events
from features.rows import moments_of
from features.store import OfflineAndOnlineStore
from ledger.ledger import Ledger
from serving.process import start_service, stop_service, wait_ready

# The demo (`make demo DEMO="--check"`) and the tutorial's test go the same way in every run of CI.
pytestmark = [pytest.mark.processes, pytest.mark.slow]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def service_url(prepared: Prepared) -> Iterator[str]:
    home, port = prepared.home.home, free_port()
    process = start_service(home, "127.0.0.1", port, log=home / "service.log")
    try:
        wait_ready(f"http://127.0.0.1:{port}", 60, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_service(process)


def test_every_alert_of_the_last_day_is_graded_with_reasons_and_none_degraded(
    prepared: Prepared, service_url: str
) -> None:
    answers = score_over_http(service_url, prepared)
    assert [a["alert_id"] for a in answers] == [t.alert_id for t, _ in prepared.alerts]
    assert answers
    for answer in answers:
        assert answer["degraded"] == []
        assert answer["grade"] in answer["grade_set"] or answer["decided_by"]["policy_clause"]
        assert sum(answer["probabilities"]) == pytest.approx(1.0)
        assert {r["voice"] for r in answer["reasons"]} == {"rules", "classifier", "anomaly"}
    assert score_over_http(service_url, prepared) == answers  # asked again: the same answers


def test_the_bulk_file_gives_the_grades_of_the_service(prepared: Prepared, service_url: str, run_there) -> None:
    answers = {a["alert_id"]: a for a in score_over_http(service_url, prepared)}
    out = prepared.home.home / "graded.parquet"
    done = run_there("score", str(prepared.home.home / "alerts.parquet"), "--out", str(out))
    assert done.returncode == 0, done.stderr
    graded = pd.read_parquet(out).set_index("alert_id")
    assert {i: int(graded.loc[i, "grade"]) for i in answers} == {i: a["grade"] for i, a in answers.items()}


def test_the_ledger_of_the_run_verifies_from_the_command_line(prepared: Prepared, service_url: str, run_there) -> None:
    score_over_http(service_url, prepared)
    done = run_there("ledger", "verify")
    assert done.returncode == 0, done.stderr


def test_training_again_on_the_same_ledger_gives_the_same_bundle_as_challenger(prepared: Prepared, run_there) -> None:
    until = prepared.evening_before.isoformat()
    done = run_there("train", str(prepared.home.home / "events"), "--until", until, "--seed", "3")
    assert done.returncode == 0, done.stderr
    listed = run_there("models").stdout
    assert listed.count(prepared.train_result.digest[:12]) == 2, listed
    assert "challenger" in listed


@pytest.mark.sample
def test_a_market_not_of_our_making_goes_through_and_its_accounts_are_scored(
    prepared: Prepared, service_url: str, run_there, samples: Path, repository: Path, tmp_path: Path
) -> None:
    source = samples / "abides_rmsc04_seed7_0930_1030.csv.gz"
    events, alerts = tmp_path / "events", tmp_path / "alerts.parquet"
    mapping = repository / "docs" / "mappings" / "abides.yaml"
    strict = tmp_path / "strict"
    shutil.copytree(Path(rules_baseline.__file__).parent / "parameters", strict)
    for file in strict.glob("*.yaml"):
        file.write_text(re.sub(r"^(\s+limit:) \d+", r"\1 2", file.read_text(), flags=re.M))
    offline = prepared.home.features_dir / "offline"
    kept = shutil.copytree(offline, tmp_path / "kept")
    steps = (
        ("import", "mapping", str(source), str(events), "--mapping", str(mapping)),
        ("check", str(events)),
        ("rules", str(events), "--parameters", str(strict), "--out", str(alerts)),
        ("features", str(events), "--alerts", str(alerts)),
        ("materialize",),
        ("score", str(alerts), "--out", str(tmp_path / "graded.parquet"), "--service", service_url),
    )
    ledger = Ledger(prepared.home.ledger_url, lambda: prepared.evening_before)
    key = ledger.create_key("sample", "scorer")[1]
    try:
        for words in steps:
            done = run_there(*words, ALERTGRADE_API_KEY=key)
            assert done.returncode == 0, (words, done.stderr)
    finally:
        shutil.rmtree(offline)
        shutil.copytree(kept, offline)
        ledger.close()
        back = run_there("materialize", "--to", prepared.evening_before.isoformat())
        assert back.returncode == 0, back.stderr  # the other tests, in whatever order, find their own market again
    raised, graded = pd.read_parquet(alerts), pd.read_parquet(tmp_path / "graded.parquet")
    assert set(graded["alert_id"]) == set(raised["alert_id"])
    assert graded["account_id"].nunique() > 90
    # one day is all there is: its features are of its close, later than its alerts, and every answer says so
    assert {note.split(":")[0] for notes in graded["degraded"] for note in json.loads(notes)} == {
        "features_newer_than_alert"
    }
    assert graded["versions"].map(lambda text: json.loads(text)["digest"]).notna().all()  # the model's grades


def test_a_decision_recorded_in_the_ledger_moves_the_history_from_the_next_close(
    prepared: Prepared, tmp_path: Path
) -> None:
    trigger = prepared.alerts[0][0].model_copy(update={"alert_id": "self_trade:breach:of-the-desk"})
    decided = available_at(prepared.last_day) - timedelta(minutes=1)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: decided)
    row = {"alert_id": trigger.alert_id, "outcome": "referred", "decided_at": decided.isoformat(), "decided_by": "desk"}
    assert ledger.import_dispositions([trigger.model_dump(mode="json")], [row]) == 1
    close = trigger.model_copy(update={"triggered_at": available_at(prepared.last_day)})
    sanctions = []
    for place in ("without", "with"):
        with load_events(prepared.home.home / "events", pseudonym_key=b"k" * 32) as events:
            if place == "with":
                assert add_ledger(events, ledger, decided) == 1
            store = OfflineAndOnlineStore(tmp_path / place)
            build(events, store.offline)
            store.apply()
        found = store.historical(moments_of([trigger, close]))
        sanctions.append(found["sanctions_250d"].tolist())
    ledger.close()
    assert sanctions[1] == [sanctions[0][0], sanctions[0][1] + 1]


def test_an_empty_ledger_adds_nothing(prepared: Prepared, tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: available_at(prepared.last_day))
    with load_events(prepared.home.home / "events", pseudonym_key=b"k" * 32) as events:
        digest = events.digest
        assert add_ledger(events, ledger, available_at(prepared.last_day)) == 0
        assert events.digest == digest
    ledger.close()
