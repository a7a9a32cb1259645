"""Names in the vault: encrypted, opened on record, forgotten by deleting one key, and the chain verifies throughout."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ledger.errors import LedgerError, NotInLedger
from ledger.kek import drop_unused, make_kek, read_keks
from ledger.vault import Vault, opened, sealed

NAME = "张三丰"
ZHANG = {"name": NAME, "telephone": "13800000000"}


@pytest.fixture
def keys(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def vault(ledger, keys):
    return Vault(ledger, *read_keks(keys))


def test_what_goes_in_comes_out_and_the_reading_is_on_record(vault, ledger):
    vault.put([("A1", ZHANG), ("A2", {"name": "Li"})])
    assert vault.show("A1", by="reviewer-1") == ZHANG
    (read,) = ledger.entries(kinds=["read"])
    assert json.loads(read.payload) == {"what": "person", "id": "A1", "by": "reviewer-1"}
    assert ledger.verify().intact


def test_the_file_holds_no_name_in_the_clear(vault, ledger, url):
    vault.put([("A1", ZHANG)])
    vault.show("A1", by="r")
    ledger.close()
    file = Path(url.removeprefix("sqlite:///"))
    held = b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    for secret in (NAME.encode(), json.dumps(NAME).encode(), b"13800000000", *vault.keks.values()):
        assert secret not in held
        assert secret.hex().encode() not in held


def test_a_person_recorded_again_is_the_latest(vault):
    vault.put([("A1", ZHANG)])
    vault.put([("A1", {"name": "Zhang Wuji"})])
    assert vault.show("A1", by="r") == {"name": "Zhang Wuji"}


def test_forgetting_deletes_one_key_and_nobody_can_read_that_person_again(vault, ledger, url):
    vault.put([("A1", ZHANG), ("A2", {"name": "Li"})])
    raw = sqlite3.connect(url.removeprefix("sqlite:///"))
    (wrapped,) = raw.execute("SELECT wrapped FROM vault_keys WHERE account_id = 'A1'").fetchone()
    raw.close()
    vault.forget("A1", by="governor", because="asked to")
    with pytest.raises(NotInLedger):
        vault.show("A1", by="r")
    with pytest.raises(NotInLedger):
        vault.forget("A1", by="governor", because="again")
    assert vault.show("A2", by="r") == {"name": "Li"}
    assert ledger.verify().intact
    assert [entry.kind for entry in ledger.entries(kinds=["person_forgotten"])] == ["person_forgotten"]
    ledger.close()
    file = Path(url.removeprefix("sqlite:///"))
    assert all(wrapped.encode() not in path.read_bytes() for path in file.parent.glob(file.name + "*"))


def test_a_forgotten_account_may_be_recorded_anew_under_another_key(vault):
    vault.put([("A1", ZHANG)])
    vault.forget("A1", by="g", because="x")
    vault.put([("A1", {"name": "Another"})])
    assert vault.show("A1", by="r") == {"name": "Another"}


def test_after_a_rotation_the_old_key_is_gone_and_every_name_opens(vault, ledger, keys):
    vault.put([(f"A{number}", {"name": str(number)}) for number in range(3)])
    make_kek(keys)
    fresh = Vault(ledger, *read_keks(keys))
    assert fresh.current == "vault-0002"
    assert fresh.show("A1", by="r") == {"name": "1"}  # both keys are at hand
    assert fresh.rewrap("governor") == 3
    assert vault.show("A0", by="r") == {"name": "0"}  # opened before, it finds the new key by itself
    assert drop_unused(keys, fresh.current) == ["vault-0001"]
    after = Vault(ledger, *read_keks(keys))
    assert [after.show(f"A{number}", by="r")["name"] for number in range(3)] == ["0", "1", "2"]
    assert after.rewrap("governor") == 0
    with pytest.raises(LedgerError, match="not at hand"):
        Vault(ledger, {"vault-0001": vault.keks["vault-0001"]}, "vault-0001").show("A1", by="r")
    assert ledger.verify().intact


def test_a_ciphertext_put_in_anothers_place_does_not_open(vault, ledger, url):
    vault.put([("A1", ZHANG), ("A2", {"name": "Li"})])
    raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    raw.execute("UPDATE vault_keys SET wrapped = (SELECT wrapped FROM vault_keys WHERE account_id = 'A2')")
    raw.close()
    with pytest.raises(LedgerError, match="does not open"):
        vault.show("A1", by="r")
    assert not list(ledger.entries(kinds=["read"]))  # what could not be read was not read


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_bit_does_not_open(place):
    raw = bytearray(bytes.fromhex(sealed(b"k" * 32, b"Zhang", "A1")))
    raw[place] ^= 1
    with pytest.raises(LedgerError, match="does not open"):
        opened(b"k" * 32, raw.hex(), "A1")


def test_two_people_of_one_name_have_nothing_in_common(vault, ledger):
    vault.put([("A1", ZHANG), ("A2", ZHANG)])
    first, second = (json.loads(entry.payload)["ciphertext"] for entry in ledger.entries(kinds=["person"]))
    assert first[:40] != second[:40]


def test_a_key_that_others_can_read_or_of_another_size_is_refused(keys):
    read_keks(keys)
    file = keys / "vault-0001.kek"
    file.chmod(0o640)
    with pytest.raises(LedgerError, match="chmod 600"):
        read_keks(keys)
    file.chmod(0o600)
    file.write_bytes(b"short")
    with pytest.raises(LedgerError, match="no key"):
        read_keks(keys)
