"""``ledger``, ``keys``, ``vault``, ``replay``, ``backup``: the governor's evening, in this process."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.commands.context import open_ledger, settings
from alertgrade.errors import AlertError
from features.events.pseudonym import key_id, load_or_create_key, pseudonym
from ledger.errors import LedgerError, NotInLedger

RUNNER = CliRunner()
APP = build_app()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*words: str | Path) -> str:
    done = RUNNER.invoke(APP, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_a_key_is_made_listed_replaced_and_ended(home):
    key_id = run("keys", "create", "monitor", "--role", "scorer", "--days", "30", "--rate", "9").split()[1]
    told = run("keys", "rotate", key_id, "--hours", "2")
    assert f"instead of {key_id}" in told
    run("keys", "revoke", key_id)
    listed = run("keys", "list")
    assert "revoked" in listed
    assert "ag_" not in listed
    with pytest.raises(LedgerError, match="is revoked"):
        run("keys", "rotate", key_id)
    with pytest.raises(NotInLedger):
        run("keys", "rotate", "K0")


def test_a_head_is_exported_a_segment_sealed_pruned_and_everything_verified(home, tmp_path):
    run("keys", "create", "monitor", "--role", "scorer")
    heads, archive = tmp_path / "heads.jsonl", tmp_path / "archive"
    assert "seq 1" in run("ledger", "head", "--out", heads)
    assert "1 signed heads agree" in run("ledger", "verify", "--heads", heads)
    assert "seq 1 to 2 sealed" in run("ledger", "seal", "--before", "2999-01-01", "--by", "governor")
    run("ledger", "prune", archive, "--by", "governor")
    assert "pruned up to seq 2" in run("ledger", "verify", "--heads", heads, "--segments", archive)
    run("ledger", "export", "--kind", "segment_pruned", "--format", "csv", "--out", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as table:
        assert [row["kind"] for row in csv.DictReader(table)] == ["segment_pruned"]
    file = archive / "segment-0001.jsonl"
    file.write_text(file.read_text().replace("monitor", "monitoR"))
    with pytest.raises(AlertError, match="problems"):
        run("ledger", "verify", "--segments", archive)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ledger", "seal", "--before", "soon", "--by", "g"), "--before"),
        (("ledger", "export", "--since", "03/02"), "--since"),
        (("ledger", "verify", "--public-key", "/nowhere.pub"), "/nowhere.pub"),
        (("replay",), "wanted one of them"),
        (("replay", "S1", "--all"), "wanted one of them"),
    ],
)
def test_a_mistake_is_said_by_the_option_it_is_in(home, words, said):
    with pytest.raises(AlertError, match=said):
        run(*words)


def test_names_are_imported_shown_on_record_rotated_and_forgotten(home, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("\ufeffaccount_id,name,telephone\nA1,张三丰,138\nA2,Li,\n", encoding="utf-8")
    assert "2 people" in run("vault", "import", names)
    assert json.loads(run("vault", "show", "A1", "--by", "r")) == {
        "account_id": "A1",
        "name": "张三丰",
        "telephone": "138",
    }
    assert "deleted vault-0001" in run("vault", "rotate", "--by", "g")
    assert json.loads(run("vault", "show", "A2", "--by", "r"))["name"] == "Li"
    run("vault", "forget", "A1", "--by", "g", "--because", "asked to")
    with pytest.raises(NotInLedger):
        run("vault", "show", "A1", "--by", "r")
    assert "intact" in run("ledger", "verify")


@pytest.mark.parametrize("destroyed", [True, False])
def test_a_new_pseudonym_key_takes_the_old_ones_place_and_is_on_record(home, destroyed):
    path = home / "keys" / "pseudonym.key"
    old = load_or_create_key(path)
    run("vault", "rotate-pseudonyms", "--by", "g", *(["--destroy-old"] if destroyed else []))
    new = load_or_create_key(path)
    assert pseudonym("Zhang", new, "accounts.name") != pseudonym("Zhang", old, "accounts.name")
    kept = path.with_name(f"pseudonym-{key_id(old)}.old")
    assert kept.exists() is not destroyed
    assert all(file.stat().st_mode & 0o077 == 0 for file in path.parent.iterdir())
    ledger = open_ledger(settings())
    said = [json.loads(entry.payload) for entry in ledger.entries(kinds=["pseudonyms_rotated"])]
    ledger.close()
    assert said == [{"key_id": key_id(new), "instead_of": key_id(old), "old_kept": not destroyed, "by": "g"}]


def test_a_pseudonym_key_stays_where_its_change_cannot_be_recorded(home):
    path = home / "keys" / "pseudonym.key"
    old = load_or_create_key(path)
    open_ledger(settings()).close()
    with sqlite3.connect(home / "ledger.db") as file:
        file.execute(
            "CREATE TRIGGER full BEFORE INSERT ON entries WHEN NEW.kind = 'pseudonyms_rotated'"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(LedgerError):
        run("vault", "rotate-pseudonyms", "--by", "g")
    assert load_or_create_key(path) == old


def test_no_pseudonym_key_is_replaced_that_is_not_there(home):
    with pytest.raises(AlertError, match="no pseudonym key"):
        run("vault", "rotate-pseudonyms", "--by", "g")
    assert "0 entries" in run("ledger", "verify")


@pytest.mark.parametrize("text", ["account_id\nA1\n", "account_id,name\n,Li\n", "account_id,name\nA1,\n", "a,b\n\xff"])
def test_a_file_of_names_with_a_fault_is_refused_whole(home, tmp_path, text):
    names = tmp_path / "names.csv"
    names.write_bytes(text.encode("latin-1"))
    with pytest.raises(AlertError):
        run("vault", "import", names)
    assert "0 entries" in run("ledger", "verify")


def test_an_empty_ledger_replays_as_nothing(home):
    assert "0 replayed" in run("replay", "--all")


def test_a_home_is_backed_up_and_restored(home, tmp_path, monkeypatch):
    run("keys", "create", "monitor", "--role", "scorer")
    assert "secret keys" in run("backup", tmp_path / "b")
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "again"))
    assert "1 entries, intact" in run("restore", tmp_path / "b")
    with pytest.raises(AlertError, match="not empty"):
        run("restore", tmp_path / "b")
