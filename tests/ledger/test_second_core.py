"""The second process of ``verify``: the same verdict, and never the last word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger.chain import GENESIS
from ledger.cut import readers
from ledger.half import NotWhole
from ledger.ledger import Ledger
from ledger.memory_projections import MemoryProjections
from ledger.projection import HANDLERS
from ledger.scan import scan
from ledger.second_core import is_worth_it, spans
from ledger.verify import Verdict, verify
from tests.ledger.second_core import asked, changed


def verdicts(file: Path) -> tuple[Verdict, Verdict]:
    """With help and without."""
    ledger = Ledger(f"sqlite:///{file}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    with ledger.reading() as connection:
        found = verify(connection, helped_from=0), verify(connection, helped_from=10**9)
    ledger.close()
    return found


class Noted(dict):
    """A payload that notes by which paths its parts were read."""

    def __init__(self, said: Mapping[str, Any], read: set[str], path: str = "") -> None:
        super().__init__(said)
        self._read, self._path = read, path

    def __getitem__(self, name: str) -> Any:
        path = f"{self._path}/{name}"
        self._read.add(path)
        found = super().__getitem__(name)
        return Noted(found, self._read, path) if isinstance(found, dict) else found

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(f"{self._path}/{name}")
        return self[name] if name in self.keys() else default


def paths(said: Mapping[str, Any], path: str = "") -> set[str]:
    below = (paths(part, f"{path}/{name}") for name, part in said.items() if isinstance(part, dict))
    return {f"{path}/{name}" for name in said}.union(*below)


def test_what_folds_read_is_kept_of_a_payload_and_the_rest_of_a_score_is_not(filled, trigger, answer):
    trigger = trigger("a", branch="north") | {"triggered_at": "2026-03-02T01:00:00Z"}
    alert = {"trigger": trigger, "case_id": "C01", "blind": True, "restriction_id": "R", "strategy_id": "S"}
    alert |= {"account": {"branch": "north", "populations": ["product"]}, "origin": "service"}
    alert |= {"alone": {"grade": 3, "table": "t"}, "accounts": ["A1", "A2"]}
    score = {"alert_id": "a", "answer": answer("a", grade=2), "due_at": "2026-03-03", "evidence": {"features": {}}}
    rows, read = MemoryProjections(), readers(HANDLERS)
    for kind, payload in (("alert", alert), ("score", score)):
        touched: set[str] = set()
        HANDLERS[kind](rows, 1, "2026-03-02", Noted(payload, touched))
        kept = read[kind](json.dumps(payload).encode())
        assert touched & paths(payload) <= paths(kept)
        assert touched >= {"alert": {"/trigger/rule_id", "/account/branch"}, "score": {"/answer/grade"}}[kind]
    assert "evidence" not in kept
    assert "reasons" not in kept["answer"]


def test_spans_follow_each_other_to_the_head_and_bear_the_entries_that_statements_wait_for(filled):
    ledger = Ledger(f"sqlite:///{filled}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    with ledger.reading() as connection:
        whole = [entry for batch in scan(connection) for entry in batch]
    ledger.close()
    found = list(spans(asked(filled, waited=[2, 5])))
    assert found[0].prev_hash == GENESIS
    assert [span.hash for span in found] == [whole[span.last - 1].hash for span in found]
    assert found[-1].last == 7
    assert [entry for span in found for entry in span.spoken] == [whole[1], whole[4]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET payload = replace(payload, '0.5', '0.6') WHERE kind = 'score' AND seq = 4",
        "UPDATE entries SET payload = 'no JSON' WHERE seq = 2",
        "UPDATE entries SET hash = '00' WHERE seq = 7",
        "UPDATE entries SET prev_hash = '00' WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 7",
        "UPDATE head SET seq = 6",
        "UPDATE head SET hash = '00'",
        "INSERT INTO head VALUES (2, 7, '00')",
        "UPDATE cases SET rank = 5",
        "UPDATE alerts SET case_id = 'C000000099' WHERE seq = 1",
        "DELETE FROM alerts WHERE seq = 1",
        "INSERT INTO case_events VALUES (1, 'C00000011', 'claim', '2026-03-02', NULL)",
        "INSERT INTO withdrawn_labels VALUES ('x', 'a', 'educated', '2026-03-02', NULL, NULL, '2026-03-02')",
    ],
)
def test_whatever_does_not_fit_is_left_to_the_one_who_asked(filled, statement):
    changed(filled, statement)
    with pytest.raises(NotWhole):
        list(spans(asked(filled)))


def test_nothing_is_imported_from_the_folder_it_is_started_in(filled, monkeypatch):
    (filled.parent / "msgspec.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(filled.parent)
    assert [span.last for span in spans(asked(filled))][-1] == 7


def test_a_file_that_it_cannot_open_is_left_too(tmp_path):
    with pytest.raises(NotWhole):
        list(spans(asked(tmp_path / "none.db")))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "UPDATE entries SET payload = replace(payload, '0.5', '0.6') WHERE kind = 'score' AND seq = 4",
        "DELETE FROM entries WHERE seq = 3",
        "UPDATE alerts SET grade = 5 WHERE grade = 1",
        "UPDATE head SET seq = 6",
        "INSERT INTO entries SELECT 0, kind, 'x', recorded_at, payload, prev_hash, hash FROM entries WHERE seq = 1",
        "INSERT INTO entries SELECT -7, kind, 'x', recorded_at, payload, prev_hash, hash FROM entries WHERE seq = 1",
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
