"""Names and bank accounts do not pass the door in the clear."""

from __future__ import annotations

import hashlib
import hmac
import threading

import pytest

from alertgrade.errors import AlertError
from features.events.pseudonym import load_or_create_key


def test_a_name_is_replaced_by_its_keyed_hmac(load, rows):
    names = [r["name"] for r in rows(load(pseudonym_key=b"k" * 32).table("accounts").order_by("account_id"))]
    wanted = hmac.new(b"k" * 32, b"accounts.name\0Person One", hashlib.sha256).hexdigest()[:32]
    assert names[0] == f"p_{wanted}"
    other = [r["name"] for r in rows(load(pseudonym_key=b"x" * 32).table("accounts").order_by("account_id"))]
    assert len({*names, *other}) == 4


def test_equal_bank_accounts_stay_equal_and_absent_ones_absent(load, write, rows):
    write("cash_flows", "event_time,trading_day,account_id,direction,amount,bank_account,cross_border")
    for n, bank in enumerate(("622-1", "622-1", "")):
        write("cash_flows", f"2026-01-05T01:0{n}:00Z,2026-01-05,A1,deposit,100,{bank},false")
    banks = [r["bank_account"] for r in rows(load().table("cash_flows").order_by("event_time"))]
    assert banks[0] == banks[1]
    assert banks[0].startswith("p_")
    assert banks[2] is None


@pytest.mark.parametrize(
    "line",
    ["A3,alien,B1,direct,false,false,false,2020-01-01,Person Three,2020-01-01,", "A3,Person Three", 'A3,"Person Three'],
)
def test_the_quarantine_holds_no_name(load, write, rows, line):
    write("accounts", line)
    (row,) = rows(load().quarantine)
    assert "Person" not in str(row)


def test_no_table_of_the_session_holds_a_name(load):
    con = load().backend.con
    for (name,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall():
        assert "Person" not in str(con.execute(f'FROM "{name}"').fetchall()), name


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    file = tmp_path / "keys" / "pseudonym.key"
    key = load_or_create_key(file)
    assert len(key) == 32
    assert load_or_create_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_starting_together_ends_with_one_key(tmp_path):
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(load_or_create_key(tmp_path / "key"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_refused(tmp_path, size):
    (tmp_path / "key").write_bytes(b"k" * size)
    with pytest.raises(AlertError, match="restore it"):
        load_or_create_key(tmp_path / "key")
