"""The challenger grades beside the champion, on record only, and never in its way."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from features.catalogue import FEATURE_SERVICE, FEATURES
from ledger.ledger import Ledger
from models.policy import Policy
from models.scorer import AlertScorer
from serving import shadow as shadow_module
from serving.champion import Champion
from serving.grader import Grader
from serving.judge import Question
from serving.shadow import Shadow
from tests.serving.test_grader import Reader

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
TODAY = {"orders_today": 1.0}


class Counts:
    def __init__(self) -> None:
        self.by: Counter[str] = Counter()
        self.changed = threading.Condition()

    def shadowed(self, what: str, alerts: int) -> None:
        with self.changed:
            self.by[what] += alerts
            self.changed.notify_all()

    def wait(self, **wanted: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: all(self.by[k] >= v for k, v in wanted.items()), 20), self.by


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def shadowed(tmp_path, fitted, ledger):
    """``shadowed(challenger)`` gives a grader whose challenger is that scorer, its counts, and a switch ``busy``."""
    made = []

    def make(challenger):
        busy, counts = threading.Event(), Counts()
        if challenger is not None:
            pointer = {"digest": challenger.versions.digest, "path": "x", "version": challenger.versions.model}
            (tmp_path / "challenger.json").write_text(json.dumps(pointer))
        made.append(Shadow(Champion(tmp_path, lambda _: challenger, "challenger"), ledger, counts, busy.is_set))
        return Grader(fitted, None, Reader(), ledger, Policy.read(), [made[-1]]), counts, busy

    yield make
    for one in made:
        one.close()


@pytest.fixture
def challenger(fitted):
    return fitted.with_versions(model="2", digest="d" * 64)


def test_the_challengers_grade_of_the_same_alert_is_recorded_beside_the_champions(
    shadowed, challenger, ledger, trigger
):
    grader, counts, _ = shadowed(challenger)
    answers = [json.loads(text) for text in grader.grade([Question(trigger(name), TODAY) for name in "abc"])]
    counts.wait(recorded=3)
    found = {
        json.loads(entry.payload)["alert_id"]: json.loads(entry.payload) for entry in ledger.entries(kinds=["shadow"])
    }
    for answer in answers:  # the same model under another name: it must say the same
        entry = found[answer["alert_id"]]
        assert entry["challenger"] == {"version": "2", "digest": "d" * 64}
        assert entry["score_id"] == answer["score_id"]
        for name in ("grade", "probabilities", "severity", "grade_set"):
            assert entry[name] == answer[name], name
        assert entry["baseline_of_champion"] == {"version": "1", "grade": answer["grade"]}
    assert ledger.verify().intact


def test_without_a_challenger_nothing_is_queued_or_counted(shadowed, ledger, trigger):
    grader, counts, _ = shadowed(None)
    grader.grade([Question(trigger("a"), TODAY)])
    assert not counts.by
    assert not list(ledger.entries(kinds=["shadow"]))


def test_a_challenger_that_fails_or_is_refused_is_counted_and_the_answer_stands(shadowed, challenger, ledger, trigger):
    def fail(*_args, **_kwargs):
        raise ArithmeticError("singular")

    failing = SimpleNamespace(versions=challenger.versions, feature_names=challenger.feature_names, grade=fail)
    grader, counts, _ = shadowed(failing)
    assert json.loads(grader.grade([Question(trigger("a"), TODAY)])[0])["degraded"] == []
    counts.wait(failed=1)
    tampered = challenger.with_versions(digest="e" * 64)
    grader, counts, _ = shadowed(tampered)
    tampered_name = json.dumps({"digest": "0" * 64, "path": "x", "version": "2"})
    grader._observers[0]._challenger._file.write_text(tampered_name)
    assert json.loads(grader.grade([Question(trigger("b"), TODAY)])[0])["degraded"] == []
    counts.wait(failed=1)
    assert not list(ledger.entries(kinds=["shadow"]))


def test_while_somebody_waits_for_the_champion_the_challenger_does_not_begin_and_the_rest_is_dropped_and_counted(
    shadowed, challenger, ledger, trigger, monkeypatch
):
    monkeypatch.setattr(shadow_module, "_WAITING", 3)
    grader, counts, busy = shadowed(challenger)
    busy.set()
    grader.grade([Question(trigger(f"a{n}"), TODAY) for n in range(5)])
    assert counts.by == {"dropped": 2}
    assert not list(ledger.entries(kinds=["shadow"]))
    busy.clear()
    counts.wait(recorded=3)


def test_a_grade_that_another_process_recorded_first_costs_the_others_of_its_part_nothing(
    shadowed, challenger, ledger, trigger
):
    grader, counts, busy = shadowed(challenger)
    busy.set()
    answers = [json.loads(text) for text in grader.grade([Question(trigger(name), TODAY) for name in "abc"])]
    ledger.append(
        "shadow", f"{answers[1]['score_id']}:{challenger.versions.digest}", {"alert_id": "b", "by": "another"}
    )
    busy.clear()
    counts.wait(recorded=2, failed=1)
    assert sorted(json.loads(entry.payload)["alert_id"] for entry in ledger.entries(kinds=["shadow"])) == [
        "a",
        "b",
        "c",
    ]


def test_what_the_rules_graded_alone_is_not_shown_to_the_challenger(shadowed, challenger, ledger, trigger):
    grader, counts, _ = shadowed(challenger)
    grader.judge.use(None, "model_missing: no champion")
    grader.grade([Question(trigger("a"), TODAY)])
    grader.judge.use(challenger, None)
    grader.grade([Question(trigger("b"), TODAY)])
    counts.wait(recorded=1)
    assert [json.loads(entry.payload)["alert_id"] for entry in ledger.entries(kinds=["shadow"])] == ["b"]


def test_a_champion_of_rules_and_detectors_has_a_shadow_too(shadowed, challenger, ledger, trigger):
    rows = pd.DataFrame({name: [float(n) for n in range(40)] for name in FEATURES})
    grader, counts, _ = shadowed(challenger)
    champion = AlertScorer.without_labels(rows, feature_service=FEATURE_SERVICE)
    grader.judge.use(champion.with_versions(model="1", digest="c" * 64), None)
    (answer,) = [json.loads(text) for text in grader.grade([Question(trigger("a"), TODAY)])]
    assert answer["probabilities"] is None
    counts.wait(recorded=1)
    (entry,) = ledger.entries(kinds=["shadow"])
    assert json.loads(entry.payload)["baseline_of_champion"] == {"version": "1", "grade": answer["grade"]}
