"""The second process of ``verify``: the same verdict, and never the last word."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.ledger import Ledger
from ledger.scan import scan
from ledger.second_core import NotWhole, entries, is_worth_it
from ledger.verify import Verdict, verify

OTHER_KEY = "kind, key || 'x', recorded_at, payload, prev_hash, hash"


@pytest.fixture
def filled(tmp_path, trigger, answer) -> Path:
    file = tmp_path / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    for number in range(3):
        evidence = {"features": {"a": 0.5}, "made_by": {}}
        ledger.record_score(trigger(f"警{number}"), answer(f"警{number}", grade=number + 1), evidence)
    ledger.append("promotion", "v1", {"approver": "governor"})
    ledger.close()
    return file


def changed(file: Path, statement: str) -> None:
    raw = sqlite3.connect(file)
    raw.execute("DROP TRIGGER IF EXISTS entries_no_update")
    raw.execute("DROP TRIGGER IF EXISTS entries_no_delete")
    raw.execute(statement)
    raw.commit()
    raw.close()


def verdicts(file: Path) -> tuple[Verdict, Verdict]:
    """With help and without."""
    ledger = Ledger(f"sqlite:///{file}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    with ledger.reading() as connection:
        found = verify(connection, helped_from=0), verify(connection, helped_from=10**9)
    ledger.close()
    return found


def test_it_hands_on_every_entry_with_scores_cut_to_what_a_fold_reads(filled):
    found = [entry for batch in entries(filled, 0, 100) for entry in batch]
    ledger = Ledger(f"sqlite:///{filled}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    with ledger.reading() as connection:
        whole = [entry for batch in scan(connection) for entry in batch]
    ledger.close()
    assert [entry._replace(payload=b"") for entry in found] == [entry._replace(payload=b"") for entry in whole]
    for cut, entry in zip(found, whole, strict=True):
        if entry.kind != "score":
            assert cut.payload == entry.payload
            continue
        said, told = json.loads(cut.payload), json.loads(entry.payload)
        assert said["alert_id"] == told["alert_id"]
        assert said["due_at"] == told.get("due_at")
        assert said["answer"].items() <= told["answer"].items()
        assert "evidence" not in said


def test_it_begins_and_ends_where_it_is_told(filled):
    assert [entry.seq for batch in entries(filled, 2, 4) for entry in batch] == [3, 4]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET payload = replace(payload, '0.5', '0.6') WHERE kind = 'score' AND seq = 4",
        "UPDATE entries SET payload = 'no JSON' WHERE seq = 2",
        "UPDATE entries SET hash = '00' WHERE seq = 7",
    ],
)
def test_a_text_that_does_not_give_its_hash_is_left_to_the_one_who_asked(filled, statement):
    changed(filled, statement)
    with pytest.raises(NotWhole):
        list(entries(filled, 0, 100))


def test_nothing_is_imported_from_the_folder_it_is_started_in(filled, monkeypatch):
    (filled.parent / "msgspec.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(filled.parent)
    assert [entry.seq for batch in entries(filled, 0, 100) for entry in batch] == [1, 2, 3, 4, 5, 6, 7]


def test_a_file_that_it_cannot_open_is_left_too(tmp_path):
    with pytest.raises(NotWhole):
        list(entries(tmp_path / "none.db", 0, 100))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "UPDATE entries SET payload = replace(payload, '0.5', '0.6') WHERE kind = 'score' AND seq = 4",
        "DELETE FROM entries WHERE seq = 3",
        "UPDATE alerts SET grade = 5 WHERE grade = 1",
        "UPDATE head SET seq = 6",
        f"INSERT INTO entries SELECT 0, {OTHER_KEY} FROM entries WHERE seq = 1",  # noqa: S608
        f"INSERT INTO entries SELECT -7, {OTHER_KEY} FROM entries WHERE seq = 1",  # noqa: S608
    ],
)
def test_the_verdict_is_the_same_with_help_and_without(filled, statement):
    changed(filled, statement)
    helped, alone = verdicts(filled)
    assert helped == alone
    assert helped.intact is (statement == "SELECT 1")


def test_a_sound_chain_is_not_read_twice(filled, monkeypatch):
    def read_alone(_connection):
        raise AssertionError("the chain was read in this process")

    monkeypatch.setattr("ledger.verify.is_worth_it", lambda *_: True)
    monkeypatch.setattr("ledger.verify.scan", read_alone)
    ledger = Ledger(f"sqlite:///{filled}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    verdict = ledger.verify()
    ledger.close()
    assert verdict.intact
    assert verdict.entries == 7


def test_few_entries_are_read_alone():
    assert not is_worth_it(19_999, 20_000)
