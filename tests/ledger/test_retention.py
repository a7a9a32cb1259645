"""Heads, seals and prunes: what was, can be proven after it is gone, and what was rewritten is noticed."""

from __future__ import annotations

import json
import sqlite3
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ledger.chain import GENESIS, entry_hash
from ledger.errors import LedgerError, NotInLedger
from ledger.export import Wanted, write_jsonl
from ledger.heads import add_to_file, head_problem, read_file, record_head
from ledger.ledger import Ledger
from ledger.prune import prune
from ledger.scan import start_of
from ledger.segment_file import check_joined, check_segment
from ledger.segments import seal
from ledger.signing import public_key_of
from ledger.state import state
from ledger.verify import verify
from tests.ledger.disposing import dispose

PRIVATE = bytes(range(32))
PUBLIC = public_key_of(PRIVATE).hex()
DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")


@pytest.fixture
def days(ledger, clock, trigger, answer):
    """Three days, each with two subjects' alerts decided the same day, and one case over the first two days."""
    for day in DAYS:
        clock.now = clock.now.replace(day=int(day[-2:]))
        for subject in ("A1", "A2"):
            name = f"{day}:{subject}"
            ledger.record_score(trigger(name, trading_day=day, subject_id=f"{subject}-{day}"), answer(name), {})
            dispose(ledger, ledger.alert(name)["case_id"], outcome="educated", conclusion="x", decided_by="r")
        if day != DAYS[2]:
            ledger.record_score(trigger(f"long:{day}", trading_day=day, subject_id="L"), answer(f"long:{day}"), {})
    ledger.create_key("monitor", "scorer")
    return ledger


def close_long(ledger):
    case = ledger.alert("long:2026-03-02")["case_id"]
    dispose(ledger, case, outcome="referred", conclusion="x", decided_by="r")


def test_a_head_is_signed_recorded_and_verified(days):
    head = record_head(days, PRIVATE, "2026-03-04")
    assert head_problem(head, [PUBLIC]) is None
    verdict = days.verify([head], [PUBLIC])
    assert (verdict.problems, verdict.heads) == ((), 1)


def test_a_second_head_with_nothing_between_is_the_first(days):
    assert record_head(days, PRIVATE, "2026-03-04").seq == len(list(days.entries())) - 1
    before = len(list(days.entries()))
    again = record_head(days, PRIVATE, "2026-03-05")
    assert (again.day, len(list(days.entries()))) == ("2026-03-04", before)


def test_an_empty_ledger_has_no_head(ledger):
    with pytest.raises(LedgerError, match="empty"):
        record_head(ledger, PRIVATE, "2026-03-04")


@pytest.mark.parametrize(
    "change", [{"day": "2026-03-05"}, {"seq": 1}, {"hash": "0" * 64}, {"signature": "zz"}, {"public_key": "00"}]
)
def test_a_head_with_any_part_changed_is_no_longer_signed(days, change):
    assert head_problem(replace(record_head(days, PRIVATE, "2026-03-04"), **change)) is not None


def test_a_head_of_another_key_is_not_trusted(days):
    record_head(days, bytes(32), "2026-03-04")
    assert "is not ours" in days.verify(trusted=[PUBLIC]).problems[0]
    assert days.verify().intact


def test_a_chain_rewritten_as_a_whole_contradicts_an_exported_head(days, url, clock, tmp_path):
    add_to_file(record_head(days, PRIVATE, "2026-03-04"), tmp_path / "heads.jsonl")
    days.append("note", "n", {})
    days.close()
    rewrite(Path(url.removeprefix("sqlite:///")), '"note":null', '"note":"fine"', without="daily_head")
    ledger = Ledger(url, clock)
    assert ledger.verify().intact  # nothing within it can tell
    found = ledger.verify(read_file(tmp_path / "heads.jsonl"), [PUBLIC]).problems
    assert found == (
        f"seq {read_file(tmp_path / 'heads.jsonl')[0].seq} is not what the head of 2026-03-04 was signed "
        "for: the chain was rewritten",
    )
    ledger.close()


def rewrite(file: Path, old: str, new: str, without: str) -> None:
    """Every hash made again to the end, as whoever holds the file could."""
    raw = sqlite3.connect(file, isolation_level=None)
    raw.execute("DROP TRIGGER entries_no_update")
    raw.execute("DROP TRIGGER entries_no_delete")
    rows = raw.execute("SELECT kind, key, recorded_at, payload FROM entries WHERE kind <> ? ORDER BY seq", (without,))
    rows = rows.fetchall()
    raw.execute("DELETE FROM entries")
    last = GENESIS
    for seq, (kind, key, when, payload) in enumerate(rows, 1):
        text = payload.replace(old, new)
        digest = entry_hash(last, seq, kind, key, when, text)
        raw.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", (seq, kind, key, when, text, last, digest))
        last = digest
    raw.execute("UPDATE head SET seq = ?, hash = ?", (len(rows), last))
    raw.close()


def test_a_chain_cut_before_an_exported_head_is_noticed(days, url, clock):
    head = record_head(days, PRIVATE, "2026-03-04")
    shorter = Ledger("sqlite:///:memory:", clock)
    shorter.append("note", "n", {})
    assert f"was signed at seq {head.seq}" in shorter.verify([head]).problems[0]
    shorter.close()


def test_a_line_that_is_no_head_is_named(tmp_path):
    (tmp_path / "heads.jsonl").write_text('{"day": 1}\n')
    with pytest.raises(LedgerError, match="line 1"):
        read_file(tmp_path / "heads.jsonl")


def test_a_seal_ends_before_its_day_and_the_next_goes_on_after_it(days):
    first = seal(days, PRIVATE, before="2026-03-03", by="governor")
    second = seal(days, PRIVATE, before="2026-03-04", by="governor")
    entries = {entry.seq: entry for entry in days.entries()}
    assert (first.first, second.first) == (1, first.last + 1)
    assert entries[first.last].recorded_at < "2026-03-03" <= entries[first.last + 1].recorded_at
    assert days.verify().intact
    with pytest.raises(LedgerError, match="nothing unsealed"):
        seal(days, PRIVATE, before="2026-03-04", by="governor")


def test_a_segment_with_an_open_alert_is_not_pruned(days, tmp_path):
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    before = len(list(days.entries()))
    with pytest.raises(LedgerError, match="not decided: long:2026-03-02"):
        prune(days, tmp_path / "segments", by="governor")
    assert len(list(days.entries())) == before


def test_after_a_prune_the_rest_proves_itself_and_the_files_prove_what_is_gone(days, tmp_path):
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    seal(days, PRIVATE, before="2026-03-04", by="governor")
    whole = [asdict(entry) for entry in days.entries()]
    first, second = prune(days, tmp_path, by="governor")
    verdict = days.verify()
    assert (verdict.problems, verdict.pruned) == ((), second.last)
    assert next(days.entries()).seq == second.last + 1
    files = sorted(tmp_path.glob("*.jsonl"))
    assert [check_segment(file, [PUBLIC]) for file in files] == [[], []]
    with days.reading() as connection:
        start = start_of(connection)
    assert check_joined(files, start.seq, start.hash) == []
    assert check_joined(files[:1], start.seq, start.hash) != []
    told = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert told == whole[: second.last]
    days.append("note", "goes on", {})
    assert days.verify().intact
    assert first.number == 1


def test_an_alert_whose_record_was_pruned_counts_for_no_later_one(days, tmp_path, trigger):
    asked = [trigger("late", trading_day=DAYS[0], subject_id=f"A1-{DAYS[0]}")], [[("account", f"A1-{DAYS[0]}")]]
    assert [one.among for one in days.recall(*asked)] == [1]
    close_long(days)
    seal(days, PRIVATE, before=DAYS[1], by="governor")
    prune(days, tmp_path, by="governor")
    assert [(one.of_day, one.among) for one in days.recall(*asked)] == [([], 0)]


def test_what_a_prune_is_about_to_leave_is_proven_without_a_second_process(days, tmp_path, monkeypatch):
    def helped(*_: object):
        raise AssertionError("another process does not see what is not committed")

    monkeypatch.setattr("ledger.verify.is_worth_it", lambda _entries, least: least < sys.maxsize)
    monkeypatch.setattr("ledger.verify.spans", helped)
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    assert len(prune(days, tmp_path, by="governor")) == 1


def test_an_entry_put_back_after_a_prune_is_found_with_help_too(days, tmp_path, url):
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    prune(days, tmp_path, by="governor")
    raw = sqlite3.connect(url.removeprefix("sqlite:///"))
    raw.execute(
        "INSERT INTO entries SELECT 1, kind, key || 'x', recorded_at, payload, prev_hash, hash FROM entries LIMIT 1"
    )
    raw.commit()
    raw.close()
    with days.reading() as connection:
        assert verify(connection, helped_from=0).problems == verify(connection).problems != ()


def test_a_pruned_alert_is_gone_and_one_whose_case_goes_on_stays_in_the_queue(days, tmp_path):
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    prune(days, tmp_path, by="governor")
    for ask in (lambda: days.alert("2026-03-02:A1"), lambda: days.alert("long:2026-03-02")):
        with pytest.raises(NotInLedger):
            ask()
    names = [row["alert_id"] for row in days.alerts().rows]
    assert "2026-03-02:A1" not in names
    assert {"long:2026-03-02", "long:2026-03-03", "2026-03-03:A1"} <= set(names)
    assert days.verify().intact


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET payload = json_set(payload, '$.checkpoint.alerts[0].grade', 1) WHERE kind LIKE '%pruned'",
        "DELETE FROM entries WHERE kind = 'segment_pruned'",
        "DELETE FROM entries WHERE kind = 'segment_sealed'",
        "DELETE FROM entries WHERE seq = (SELECT min(seq) FROM entries)",
        "UPDATE alerts SET grade = 1 WHERE alert_id = 'long:2026-03-02'",
        "DELETE FROM alerts WHERE alert_id = 'long:2026-03-02'",
    ],
)
def test_what_is_changed_after_a_prune_is_found(days, url, clock, tmp_path, statement):
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    prune(days, tmp_path, by="governor")
    days.close()
    raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    raw.execute("DROP TRIGGER entries_no_update")
    raw.execute("DROP TRIGGER entries_no_delete")
    assert raw.execute(statement).rowcount >= 1
    raw.close()
    ledger = Ledger(url, clock)
    assert ledger.verify().problems
    ledger.close()


def test_a_changed_segment_file_is_found(days, tmp_path):
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    prune(days, tmp_path, by="governor")
    file = tmp_path / "segment-0001.jsonl"
    file.write_text(file.read_text().replace('\\"grade\\":3', '\\"grade\\":5', 1))
    assert "was changed" in check_segment(file)[0]


def test_the_database_lets_go_only_of_what_a_prune_on_record_covers(days, url, tmp_path):
    close_long(days)
    seal(days, PRIVATE, before="2026-03-03", by="governor")
    prune(days, tmp_path, by="governor")
    raw = sqlite3.connect(url.removeprefix("sqlite:///"))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("DELETE FROM entries")
    raw.close()


def test_an_export_of_one_case_one_day_or_one_kind_keeps_the_hashes(days):
    case = days.alert("long:2026-03-02")["case_id"]
    of_case = list(days.export(Wanted(case_id=case)))
    assert [row["kind"] for row in of_case] == ["alert", "score", "alert", "score"]
    of_day = list(days.export(Wanted(since=clock_day(3), until=clock_day(3))))
    assert {row["recorded_at"][:10] for row in of_day} == {"2026-03-03"}
    assert {row["kind"] for row in days.export(Wanted(kinds=["score"]))} == {"score"}
    for row in of_case + of_day:
        told = row.pop("hash")
        assert entry_hash(**row) == told


def test_an_export_of_a_case_tells_names_apart_by_their_letters(ledger, trigger, answer):
    for name in ("a1", "A1"):
        ledger.record_score(trigger(name, subject_id=name), answer(name), {})
    for name in ("a1", "A1"):
        found = list(ledger.export(Wanted(case_id=ledger.alert(name)["case_id"])))
        assert [row["key"] for row in found] == [name, f"S-{name}"]


def clock_day(day):
    from datetime import date

    return date(2026, 3, day)


def test_the_state_tells_the_end_the_last_head_and_what_was_sealed_and_pruned(days, ledger, tmp_path):
    close_long(days)
    record_head(days, PRIVATE, "2026-03-04")
    segment = seal(days, PRIVATE, before="2026-03-03", by="governor")
    before = state(days)
    assert (before["unsigned_entries"], before["sealed_through"], before["pruned_through"]) == (2, segment.last, None)
    prune(days, tmp_path, by="governor")
    after = state(days)
    assert (after["seq"], after["pruned_through"]) == (before["seq"] + 1, segment.last)


def test_the_state_of_an_empty_ledger_is_nothing(ledger):
    assert state(ledger) == {
        "seq": 0,
        "hash": None,
        "signed_head": None,
        "unsigned_entries": None,
        "sealed_through": None,
        "pruned_through": None,
    }


def test_the_recipe_of_the_docs_proves_an_export_and_finds_a_change(days, tmp_path, monkeypatch, repository):
    recipe = (repository / "docs" / "ledger.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    with (tmp_path / "ledger.jsonl").open("w", encoding="utf-8") as file:
        write_jsonl(days.export(), file)
    monkeypatch.chdir(tmp_path)
    exec(recipe, {})  # noqa: S102  # it is ours, and what is tested
    text = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8")
    (tmp_path / "ledger.jsonl").write_text(text.replace("educated", "referred", 1), encoding="utf-8")
    with pytest.raises(AssertionError):
        exec(recipe, {})  # noqa: S102
