"""The same ledger on PostgreSQL: one chain whoever writes, append-only in the database itself, sealed and pruned."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from ledger.errors import EntryConflict, LedgerUnavailable
from ledger.export import Wanted
from ledger.kek import read_keks
from ledger.ledger import Ledger
from ledger.prune import prune
from ledger.segment_file import check_segment
from ledger.segments import seal
from ledger.vault import Vault
from tests.ledger.disposing import dispose
from tests.ledger.postgres import fresh_database
from tests.ledger.test_processes import writer


@pytest.fixture(scope="module")
def server():
    with fresh_database() as url:
        yield url


@pytest.fixture
def ledger(server, clock):
    opened = Ledger(server, clock, busy_timeout_ms=200)
    yield opened
    opened.close()
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.mark.processes
def test_four_processes_on_an_empty_store_write_one_chain(server, ledger):
    writers = [writer(server, name, 25) for name in ("a", "b", "same", "same")]
    answers = [process.communicate(timeout=120)[0].split() for process in writers]
    assert [process.returncode for process in writers] == [0, 0, 0, 0]
    assert answers[2] == answers[3]
    verdict = ledger.verify()
    assert (verdict.entries, verdict.problems) == (3 * 25 * 2, ())
    assert len(ledger.cases({"status": "open"}).rows) == 5


def test_scores_cases_and_dispositions_are_as_on_sqlite(ledger, trigger, answer):
    assert ledger.record_score(trigger("a"), answer("a", grade=3), {}) == answer("a", grade=3)
    assert ledger.record_score(trigger("a"), answer("a", grade=5), {}) == answer("a", grade=3)
    with pytest.raises(EntryConflict):
        ledger.record_score(trigger("a", measured=6.0), answer("a"), {})
    case = ledger.alert("a")["case_id"]
    assert dispose(ledger, case, outcome="educated", conclusion="x", decided_by="r")["status"] == "closed"
    key_id, secret = ledger.create_key("m", "scorer")
    assert ledger.find_key(secret).key_id == key_id
    assert [row["kind"] for row in ledger.export(Wanted(case_id=case))] == ["alert", "score", "disposition"]
    for name in ("p1", "P1"):  # names differ by their letters alone, of branch and populations by a part
        account = {"branch": f"{name} 营业部", "populations": ["product", "market_makers"]}
        ledger.record_score(trigger(name, subject_id=name), answer(name), {}, account)
    found = ledger.cases({"branch": "p1 营业部", "population": "market_makers", "branch_known": True}).rows
    assert [(row["subject_id"], row["populations"]) for row in found] == [("p1", "product market_makers")]
    assert [row["key"] for row in ledger.export(Wanted(case_id=found[0]["case_id"]))] == ["p1", "S-p1"]
    assert [row["alert_id"] for row in ledger.alerts({"population": "product", "branch": "P1 营业部"}).rows] == ["P1"]
    assert ledger.branches() == ["P1 营业部", "p1 营业部"]
    assert ledger.cases({"population": "makers"}).rows == []
    assert ledger.verify().intact


@pytest.mark.parametrize("statement", ["UPDATE entries SET kind = 'x'", "DELETE FROM entries", "TRUNCATE entries"])
def test_the_database_itself_refuses_to_change_an_entry(server, ledger, statement):
    ledger.append("note", "n", {})
    engine = create_engine(server)
    with engine.begin() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(statement))
    engine.dispose()
    assert ledger.verify().intact


def test_what_was_changed_behind_its_back_is_found(server, ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE entries DISABLE TRIGGER ALL"))
        connection.exec_driver_sql("UPDATE entries SET payload = replace(payload, '\"grade\":3', '\"grade\":5')")
    engine.dispose()
    assert "was changed" in ledger.verify().problems[0]


def test_a_writer_that_holds_the_store_makes_the_next_say_unavailable_and_not_the_reader(server, ledger, clock):
    ledger.append("note", "n", {})
    other = Ledger(server, clock)
    with other.appending() as (_, appending):
        appending.append("note", "o", {})
        with pytest.raises(LedgerUnavailable):
            ledger.append("note", "p", {})
        assert ledger.verify().entries == 1
    other.close()
    ledger.append("note", "p", {})
    assert ledger.verify().entries == 3


def test_a_sealed_segment_leaves_and_the_rest_proves_itself(ledger, clock, trigger, answer, tmp_path):
    ledger.record_score(trigger("a"), answer("a"), {})
    dispose(ledger, ledger.alert("a")["case_id"], outcome="educated", conclusion="x", decided_by="r")
    clock.now = clock.now.replace(day=3)
    ledger.record_score(trigger("b"), answer("b"), {})
    seal(ledger, bytes(32), before="2026-03-03", by="g")
    prune(ledger, tmp_path, by="g")
    assert check_segment(tmp_path / "segment-0001.jsonl") == []
    verdict = ledger.verify()
    assert (verdict.problems, verdict.pruned) == ((), 3)
    assert [row["alert_id"] for row in ledger.alerts().rows] == ["b"]


def test_a_forgotten_persons_key_leaves_the_table_and_not_only_its_row(server, ledger, tmp_path):
    vault = Vault(ledger, *read_keks(tmp_path / "keys"))
    vault.put([("A1", {"name": "Zhang"}), ("A2", {"name": "Li"})])
    file = text("SELECT pg_relation_filenode('vault_keys')")
    engine = create_engine(server)
    with engine.connect() as connection:
        before = connection.execute(file).scalar()
    vault.forget("A1", by="g", because="asked")
    with engine.connect() as connection:
        assert connection.execute(file).scalar() != before  # written anew, of what is left
    engine.dispose()
    assert vault.show("A2", by="r") == {"name": "Li"}
    assert ledger.verify().intact


def test_a_server_that_is_not_there_is_unavailable(clock):
    with pytest.raises(LedgerUnavailable):
        Ledger("postgresql+psycopg://postgres@127.0.0.1:9/none", clock)
