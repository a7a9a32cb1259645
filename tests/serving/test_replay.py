"""A past grade made again from its row: identical, or it says which field differs and what is missing."""

from __future__ import annotations

import copy
import shutil
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from benchmarks.replay import NOW, replayer, write_history
from ledger.errors import NotInLedger
from ledger.ledger import Ledger
from models.replay import differences

SCORES, FEW = 300, 40


def write(folder, fitted, scores):
    """Grades by three bundles, across a promotion, a policy change and a rule change, and by rules alone."""

    def make(seed, policy):
        classifier = copy.deepcopy(fitted.classifier)
        classifier.cut_points_ = classifier.cut_points_ + 0.3 * (seed - 1)
        return replace(fitted, classifier=classifier, policy=policy).with_versions(
            model=str(seed), policy=policy.version
        )

    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", lambda: NOW)
    write_history(folder, ledger, scores, make)
    return ledger


@pytest.fixture(scope="module")
def history(tmp_path_factory, fitted):
    folder = tmp_path_factory.mktemp("history")
    ledger = write(folder, fitted, SCORES)
    yield folder, ledger
    ledger.close()


@pytest.fixture(scope="module")
def short(tmp_path_factory, fitted):
    """The same, of a few scores: each test spoils a copy of its own."""
    folder = tmp_path_factory.mktemp("short")
    ledger = write(folder, fitted, FEW)
    yield folder, ledger
    ledger.close()


@pytest.fixture
def tampered(short, tmp_path):
    """A copy of the short history that a statement changes, and a replayer of it."""
    folder, _ = short

    def change(*statements: str):
        shutil.copytree(folder, tmp_path / "copy")
        url = f"sqlite:///{tmp_path / 'copy' / 'ledger.db'}"
        engine = create_engine(url)
        with engine.begin() as connection:
            for name in ("entries_no_update", "entries_no_delete"):
                connection.execute(text(f"DROP TRIGGER {name}"))
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount > 0
        engine.dispose()
        opened.append(Ledger(url, lambda: NOW))
        return replayer(tmp_path / "copy", opened[0])

    opened: list[Ledger] = []
    yield change
    for ledger in opened:
        ledger.close()


def first_score(ledger: Ledger, wanted):
    return next(row.answer for row in ledger.score_log(NOW, NOW.replace(year=2027)) if wanted(row))


def test_every_grade_across_promotion_policy_change_and_rule_change_is_identical(history):
    folder, ledger = history
    found = list(replayer(folder, ledger).replay_all())
    assert [one for one in found if not one.identical] == []
    assert len(found) == SCORES
    answers = [row.answer for row in ledger.score_log(NOW, NOW.replace(year=2027))]
    assert len({answer["versions"]["digest"] for answer in answers}) == 4  # three bundles, and none
    assert {answer["versions"]["policy"] for answer in answers if answer["versions"]["model"] is None} > {"changed"}
    assert len({answer["baseline"]["grade"] for answer in answers}) > 1
    assert any(text.startswith("feature_store_unavailable") for answer in answers for text in answer["degraded"])


def test_one_score_is_replayed_alone_as_in_the_whole(history):
    folder, ledger = history
    answer = first_score(ledger, lambda row: row.answer["versions"]["model"] == "2")
    assert replayer(folder, ledger).replay(answer["score_id"]).identical
    with pytest.raises(NotInLedger):
        replayer(folder, ledger).replay("S-nothing")


def test_a_changed_feature_is_told_by_the_fields_it_moves(tampered):
    replayed = tampered(
        "UPDATE entries SET payload = json_set(payload, '$.evidence.features.alert_occurrence', 900.5) "
        "WHERE kind = 'score' AND json_extract(payload, '$.answer.versions.model') = '1'"
    )
    bad = [one for one in replayed.replay_all() if not one.identical]
    assert bad
    assert "severity" in {field.path for field in bad[0].differs}


def test_a_changed_grade_is_told_with_what_was_recorded_and_what_it_is(tampered):
    replayed = tampered(
        "UPDATE entries SET payload = json_set(payload, '$.answer.grade', 6) WHERE kind = 'score' AND "
        "seq = (SELECT min(seq) FROM entries WHERE kind = 'score')"
    )
    (bad,) = [one for one in replayed.replay_all() if not one.identical]
    (field,) = bad.differs
    assert (field.path, field.recorded) == ("grade", 6)
    assert 1 <= field.replayed <= 5


def test_a_bundle_that_is_gone_is_missing_and_the_others_are_not(short, tampered, tmp_path):
    _, ledger = short
    answer = first_score(ledger, lambda row: row.answer["versions"]["model"] == "2")
    replayed = tampered("UPDATE head SET hash = hash")
    shutil.rmtree(tmp_path / "copy" / "bundles" / answer["versions"]["digest"])
    told = {one.score_id: one for one in replayed.replay_all()}
    assert "is not there" in told[answer["score_id"]].missing
    assert sum(one.identical for one in told.values()) > FEW // 2


def test_a_definition_that_is_gone_is_missing_by_name(tampered):
    replayed = tampered("DELETE FROM entries WHERE kind = 'definition' AND payload LIKE '%\"what\":\"grade_table\"%'")
    missing = [one.missing for one in replayed.replay_all() if one.missing]
    assert missing
    assert all("grade_table" in text for text in missing)


def test_an_earlier_alert_that_is_gone_is_missing_by_name(tampered):
    replayed = tampered("DELETE FROM entries WHERE kind = 'alert' AND key = 'self_trade:breach:5'")
    missing = [one.missing for one in replayed.replay_all() if one.missing]
    assert missing
    assert all("self_trade:breach:5" in text for text in missing)


def test_another_code_version_is_named_beside_the_result(tampered):
    replayed = tampered('UPDATE entries SET payload = replace(payload, \'"code":"0.1.0"\', \'"code":"0.0.9"\')')
    assert {one.code for one in replayed.replay_all()} == {"0.0.9"}


def test_rows_from_before_definitions_were_named_replay_under_todays(tampered):
    replayed = tampered(
        "UPDATE entries SET payload = json_remove(payload, '$.evidence.made_by') WHERE kind = 'score' AND seq < 40"
    )
    found = list(replayed.replay_all())
    assert [one for one in found[:20] if not one.identical] == []


def test_lists_of_another_length_differ_as_a_whole():
    assert [found.path for found in differences({"a": [1]}, {"a": [1, 2]})] == ["a"]


def test_the_service_replays_for_governance_and_for_nobody_else(service, body):
    with service.client("scorer") as client:
        score = client.post("/v1/scores", json=body("replayed")).json()
        assert client.post(f"/v1/scores/{score['score_id']}/replay").status_code == 403
    with service.client("governor") as client:
        told = client.post(f"/v1/scores/{score['score_id']}/replay").json()
        assert client.post("/v1/scores/S-none/replay").status_code == 404
        assert client.get("/v1/ledger/state").json()["seq"] > 0
    assert (told["identical"], told["differs"], told["missing"], told["code"]) == (True, [], None, None)
