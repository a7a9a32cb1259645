"""A home copied while it is written to, and put back: nothing half, nothing changed, the ledger verifies."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime

import pytest

from alertgrade import backup as backing
from alertgrade.backup import back_up
from alertgrade.errors import AlertError
from alertgrade.restore import check_backup, restore
from ledger.ledger import Ledger

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    for name in ("keys", "bundles/abc/bundle", "features", "bentoml/cache"):
        (folder / name).mkdir(parents=True)
    (folder / "keys" / "bundle.key").write_bytes(b"secret")
    (folder / "keys" / "bundle.key").chmod(0o600)
    (folder / "bundles" / "abc" / "bundle" / "manifest.json").write_text("{}")
    pointer = {"digest": "abc", "path": str(folder / "bundles" / "abc" / "bundle"), "version": "1"}
    (folder / "bundles" / "champion.json").write_text(json.dumps(pointer))
    (folder / "features" / "a.parquet").write_bytes(b"PAR1")
    (folder / "bentoml" / "cache" / "x").write_text("x")
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", clock)
    for number in range(50):
        ledger.append("note", f"n{number}", {})
    ledger.close()
    return folder


def test_a_backup_taken_while_the_ledger_is_written_verifies_when_restored(home, tmp_path):
    ledger, end = Ledger(f"sqlite:///{home / 'ledger.db'}", clock), threading.Event()

    def write() -> None:
        number = 0
        while not end.is_set():
            ledger.append("note", f"during-{number}", {"text": "x" * 2_000})
            number += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(3):
            back_up(home, tmp_path / f"b{number}", now=NOW)
    finally:
        end.set()
        writing.join()
        ledger.close()
    restore(tmp_path / "b2", tmp_path / "again")
    found = Ledger(f"sqlite:///{tmp_path / 'again' / 'ledger.db'}", clock)
    verdict = found.verify()
    assert verdict.intact
    assert verdict.entries >= 50
    found.close()


def test_what_comes_back_is_what_was_there_but_for_caches_and_the_champions_address(home, tmp_path):
    back_up(home, tmp_path / "b", now=NOW)
    restore(tmp_path / "b", tmp_path / "again")
    names = sorted(str(path.relative_to(tmp_path / "again")) for path in backing.files_of(tmp_path / "again"))
    assert names == [
        "bundles/abc/bundle/manifest.json",
        "bundles/champion.json",
        "features/a.parquet",
        "keys/bundle.key",
        "ledger.db",
    ]
    assert json.loads((tmp_path / "again" / "bundles" / "champion.json").read_text())["path"] == "abc/bundle"
    assert (tmp_path / "again" / "keys" / "bundle.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_keys_may_be_left_out(home, tmp_path):
    assert back_up(home, tmp_path / "b", now=NOW, with_keys=False)["with_keys"] is False
    assert not (tmp_path / "b" / "keys").exists()


@pytest.mark.parametrize("spoil", ["change", "delete", "add"])
def test_a_backup_that_is_not_as_it_was_made_is_refused_by_the_files_name(home, tmp_path, spoil):
    back_up(home, tmp_path / "b", now=NOW)
    file = tmp_path / "b" / "features" / "a.parquet"
    if spoil == "change":
        file.write_bytes(b"PAR2")
    elif spoil == "delete":
        file.unlink()
    else:
        file.with_name("b.parquet").write_bytes(b"PAR1")
    with pytest.raises(AlertError, match=r"[ab]\.parquet"):
        restore(tmp_path / "b", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_file_that_never_holds_still_is_named(home, tmp_path, monkeypatch):
    states = iter(range(100))
    monkeypatch.setattr(backing, "_state", lambda top: {path: (next(states), 0) for path in backing.files_of(top)})
    with pytest.raises(AlertError, match="changed while it was read"):
        back_up(home, tmp_path / "b", now=NOW)


def test_a_full_home_is_not_restored_into_and_a_full_folder_not_backed_up_into(home, tmp_path):
    back_up(home, tmp_path / "b", now=NOW)
    for call in (
        lambda: restore(tmp_path / "b", home),
        lambda: back_up(home, tmp_path / "b", now=NOW),
        lambda: back_up(home, home / "b", now=NOW),
        lambda: back_up(tmp_path / "none", tmp_path / "c", now=NOW),
        lambda: check_backup(home),
    ):
        with pytest.raises(AlertError):
            call()
