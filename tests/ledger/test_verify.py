"""Whatever is changed behind the ledger's back is found."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chain import GENESIS, entry_hash
from ledger.export import write_csv, write_jsonl
from ledger.ledger import Ledger
from tests.ledger.disposing import dispose

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TABLES = {"entries": "seq", "alerts": "alert_id", "cases": "case_id", "api_keys": "key_id", "head": "id"}


def clock() -> datetime:
    return NOW


@pytest.fixture
def filled(ledger, trigger, answer, url):
    """A ledger with every kind of entry that has a projection, closed, as its file."""
    for number in range(4):
        name = f"a{number}"
        ledger.record_score(trigger(name, subject_id=f"A{number % 2}"), answer(name, grade=number + 1), {})
    dispose(ledger, ledger.alert("a0")["case_id"], outcome="educated", conclusion="x", decided_by="r")
    ledger.import_dispositions(
        [trigger("h")],
        [{"alert_id": "h", "outcome": "referred", "decided_at": "2026-01-05T00:00:00Z", "decided_by": "r"}],
    )
    key_id, _ = ledger.create_key("monitor", "scorer")
    ledger.revoke_key(key_id)
    ledger.create_key("desk", "reviewer")
    ledger.append("promotion", "v1", {"approver": "governor"})
    assert ledger.verify().intact
    ledger.close()
    return Path(url.removeprefix("sqlite:///"))


def problems_after(file: Path, *statements: tuple[str, tuple[object, ...]]) -> tuple[str, ...]:
    copy = file.with_name("tampered.db")
    shutil.copy(file, copy)
    raw = sqlite3.connect(copy, isolation_level=None)
    raw.execute("DROP TRIGGER IF EXISTS entries_no_update")
    raw.execute("DROP TRIGGER IF EXISTS entries_no_delete")
    for statement, values in statements:
        raw.execute(statement, values)
    raw.close()
    ledger = Ledger(f"sqlite:///{copy}", clock)
    found = ledger.verify().problems
    ledger.close()
    for name in (copy, copy.with_name(copy.name + "-wal"), copy.with_name(copy.name + "-shm")):
        name.unlink(missing_ok=True)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_change_of_any_cell_is_found(filled, data):
    table = data.draw(st.sampled_from(sorted(TABLES)))
    raw = sqlite3.connect(filled)
    raw.row_factory = sqlite3.Row
    row = data.draw(st.sampled_from([dict(found) for found in raw.execute(f"SELECT * FROM {table}")]))  # noqa: S608
    raw.close()
    column = data.draw(st.sampled_from(sorted(row)))
    old = row[column]
    new = data.draw(st.integers(1_000, 9_999) if isinstance(old, int) else st.text("abc{}|", min_size=1, max_size=9))
    if new == old:
        return
    change = (f"UPDATE {table} SET {column} = ? WHERE {TABLES[table]} = ?", (new, row[TABLES[table]]))  # noqa: S608
    assert problems_after(filled, change), (table, column, old, new)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_any_deleted_row_is_found(filled, table):
    raw = sqlite3.connect(filled)
    keys = [key for (key,) in raw.execute(f"SELECT {TABLES[table]} FROM {table}")]  # noqa: S608
    raw.close()
    for key in keys:
        assert problems_after(filled, (f"DELETE FROM {table} WHERE {TABLES[table]} = ?", (key,)))  # noqa: S608


def test_a_changed_payload_names_its_sequence_number(filled):
    change = ("UPDATE entries SET payload = replace(payload, '\"grade\":1', '\"grade\":5') WHERE seq = 2", ())
    assert problems_after(filled, change)[0].startswith("seq 2 (score S-a0) was changed")


def test_a_deleted_row_names_its_sequence_number(filled):
    assert problems_after(filled, ("DELETE FROM entries WHERE seq = 3", ()))[0].startswith("seq 3 is missing")


def test_a_changed_projection_names_the_row_the_column_and_the_entry(filled):
    found = problems_after(filled, ("UPDATE alerts SET grade = 5 WHERE alert_id = 'a0'", ()))
    assert found == ("alerts 'a0' differs from the chain in grade (seq 1)",)


def test_a_row_appended_with_a_right_hash_but_without_its_projection_is_found(filled):
    raw = sqlite3.connect(filled)
    seq, last = raw.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    raw.close()
    text = json.dumps({"key_id": "K9", "name": "x", "role": "admin", "sha256": "0"}, sort_keys=True)
    when = "2026-03-02T00:00:00.000000Z"
    digest = entry_hash(last, seq + 1, "key", "K9", when, text)
    row = (seq + 1, "key", "K9", when, text, last, digest)
    found = problems_after(
        filled,
        ("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row),
        ("UPDATE head SET seq = ?, hash = ?", (seq + 1, digest)),
    )
    assert found == ("api_keys lacks 'K9' (seq -)",)


def test_an_entry_whose_hashes_were_made_again_to_the_end_still_contradicts_the_projections(filled):
    raw = sqlite3.connect(filled)
    rows = raw.execute("SELECT seq, kind, key, recorded_at, payload FROM entries ORDER BY seq").fetchall()
    raw.close()
    last, changes = GENESIS, []
    for seq, kind, key, when, payload in rows:
        text = payload.replace('"grade":1', '"grade":5')
        digest = entry_hash(last, seq, kind, key, when, text)
        changes.append(
            ("UPDATE entries SET payload = ?, prev_hash = ?, hash = ? WHERE seq = ?", (text, last, digest, seq))
        )
        last = digest
    changes.append(("UPDATE head SET hash = ?", (last,)))
    assert any("differs from the chain in grade" in problem for problem in problems_after(filled, *changes))


def test_the_database_itself_refuses_to_change_or_delete_an_entry(filled):
    raw = sqlite3.connect(filled)
    for statement in ("UPDATE entries SET kind = 'x'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
    raw.close()


def test_an_empty_ledger_is_intact(ledger):
    verdict = ledger.verify()
    assert (verdict.entries, verdict.head, verdict.intact) == (0, GENESIS, True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["note", "rule_change"]), st.text(max_size=8)), unique=True, max_size=12))
def test_whatever_is_appended_verifies(entries):
    ledger = Ledger("sqlite:///:memory:", clock)
    for kind, key in entries:
        ledger.append(kind, key, {"text": key, "number": 0.1})
    verdict = ledger.verify()
    assert (verdict.entries, verdict.intact) == (len(entries), True)
    ledger.close()


def test_an_export_can_be_checked_again_without_the_ledger(filled, tmp_path):
    ledger = Ledger(f"sqlite:///{filled}", clock)
    with (tmp_path / "x.jsonl").open("w") as lines, (tmp_path / "x.csv").open("w", newline="") as table:
        count = write_jsonl(ledger.export(), lines)
        assert write_csv(ledger.export(), table) == count == ledger.verify().entries
    ledger.close()
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    with (tmp_path / "x.csv").open(newline="") as table:
        from_csv = [row | {"seq": int(row["seq"])} for row in csv.DictReader(table)]
    assert from_csv == rows
    last = GENESIS
    for row in rows:
        told = row.pop("hash")
        assert row["prev_hash"] == last
        last = entry_hash(**row)
        assert last == told
