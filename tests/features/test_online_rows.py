"""The contract of an online store, over every kind of it: newest wins, whole states only, nothing written is lost."""

from __future__ import annotations

import sqlite3
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest

from features.online.address import open_rows
from features.online.layout import OnlineRecord, Row, instant_of, microseconds
from features.online.rows import OnlineStoreUnavailable, PackedRows
from tests.features.online_rows import LAYOUT, store_of

AT = microseconds(datetime(2026, 3, 2, 12, 30, tzinfo=UTC))
KINDS = ["sqlite", "redis"]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, PackedRows]]:
    with store_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def rows(place: tuple[str, PackedRows]) -> PackedRows:
    return place[1]


def row(account: str, *values: float, at: int = AT, made: int | None = None) -> Row:
    return Row(account, at, at if made is None else made, struct.pack(f"<{len(values)}d", *values))


def record(day: int = 2, layout: dict[str, tuple[str, ...]] | None = None) -> OnlineRecord:
    return OnlineRecord(
        datetime(2026, 3, day, 12, 30, tzinfo=UTC), date(2026, 3, day), layout or LAYOUT, {"trading": ("a",)}
    )


def load(rows: PackedRows, *trading: Row, day: int = 2, onto: bool = False) -> None:
    rows.load(record(day), iter([("trading", trading)]), onto_the_last=onto)


def first(rows: PackedRows, account: str, view: str = "trading") -> float | None:
    found = rows.account(account).rows.get(view)
    return None if found is None else struct.unpack_from("<d", found.payload)[0]


def test_what_is_loaded_is_read_with_its_record(rows: PackedRows) -> None:
    assert rows.record() is None
    assert rows.account("A1").record is None
    load(rows, row("A1", 1.0, 2.0), row("账户-2", 3.0, 4.0))
    found = rows.account("账户-2")
    assert (found.rows["trading"], found.record, dict(found.layout)) == (row("账户-2", 3.0, 4.0), record(), LAYOUT)
    assert rows.account("nobody").rows == {}
    assert rows.record() == record()
    listed, names = rows.accounts(["nobody", "A1"], "trading")
    assert (listed, names) == ([None, row("A1", 1.0, 2.0)], LAYOUT["trading"])
    assert sorted(r.account for r in rows.view("trading")[0]) == ["A1", "账户-2"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_newest_wins_whatever_the_order_of_writes(rows: PackedRows, order: tuple[int, ...]) -> None:
    versions = [row("A1", 1.0), row("A1", 2.0, at=AT + 1), row("A1", 3.0, at=AT + 1, made=AT + 9)]
    for number in order:
        rows.write("intraday", LAYOUT["intraday"], [versions[number]])
    assert first(rows, "A1", "intraday") == 3.0
    load(rows)  # a materialisation changes nothing about it
    assert first(rows, "A1", "intraday") == 3.0


def test_a_row_written_again_takes_the_place_of_its_equal(rows: PackedRows) -> None:
    for value in (1.0, 2.0):
        rows.write("intraday", LAYOUT["intraday"], [row("A1", value)])
    assert first(rows, "A1", "intraday") == 2.0


def test_a_load_replaces_what_was_loaded_and_keeps_newer_written_rows(rows: PackedRows) -> None:
    load(rows, row("A1", 1.0, 1.0), row("A2", 2.0, 2.0))
    rows.write("trading", LAYOUT["trading"], [row("A1", 9.0, 9.0, at=AT + 5)])
    load(rows, row("A1", 3.0, 3.0, at=AT + 1), day=3)
    assert (first(rows, "A1"), first(rows, "A2")) == (9.0, None)
    load(rows, row("A1", 4.0, 4.0, at=AT + 6), day=4)
    assert first(rows, "A1") == 4.0
    load(rows, row("A1", 1.0, 1.0), day=2)  # back again: what is asked for is what is there
    assert (first(rows, "A1"), rows.record()) == (1.0, record(2))


def test_a_load_onto_the_last_keeps_what_nothing_newer_comes_for(rows: PackedRows) -> None:
    load(rows, row("A1", 1.0, 1.0), row("A2", 2.0, 2.0))
    load(rows, row("A2", 3.0, 3.0, at=AT + 1), row("A3", 4.0, 4.0), day=3, onto=True)
    assert [first(rows, a) for a in ("A1", "A2", "A3")] == [1.0, 3.0, 4.0]


def test_columns_may_change_with_a_load_and_written_rows_move_along(rows: PackedRows) -> None:
    rows.write("intraday", LAYOUT["intraday"], [row("A1", 7.0)])
    layout = {"trading": ("lots_20d",), "intraday": ("new_today", "orders_today")}
    rows.load(record(layout=layout), iter([("trading", [row("A1", 5.0)])]), onto_the_last=False)
    found = rows.account("A1")
    assert dict(found.layout) == layout
    assert struct.unpack("<2d", found.rows["intraday"].payload)[1] == 7.0
    rows.write("intraday", ("orders_today",), [row("A1", 8.0, at=AT + 1)])  # a writer of before
    new, today = struct.unpack("<2d", rows.account("A1").rows["intraday"].payload)
    assert (new != new, today) == (True, 8.0)


def test_a_view_that_is_not_there_cannot_be_written(rows: PackedRows) -> None:
    with pytest.raises(OnlineStoreUnavailable, match="no view funding"):
        rows.write("funding", ("x",), [row("A1", 1.0)])


def test_a_failed_load_leaves_the_old_state(rows: PackedRows) -> None:
    load(rows, row("A1", 1.0, 1.0))

    def broken() -> Iterator[Row]:
        yield row("A1", 2.0, 2.0, at=AT + 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rows.load(record(3), iter([("trading", broken())]), onto_the_last=True)
    assert (first(rows, "A1"), rows.record()) == (1.0, record(2))
    load(rows, row("A1", 3.0, 3.0), day=4)
    assert first(rows, "A1") == 3.0


def test_reads_and_writes_go_on_during_a_load_and_see_whole_states_only(place: tuple[str, PackedRows]) -> None:
    address, rows = place
    load(rows, *(row(f"A{n:04d}", 1.0, 1.0) for n in range(2000)))
    loading, seen, written = threading.Event(), [], []

    def slow(value: float) -> Iterator[Row]:
        for n in range(2000):
            yield row(f"A{n:04d}", value, value, at=AT + 1)
        loading.set()
        assert enough.wait(30)
        yield row("last", value, value, at=AT + 1)

    def read_and_write() -> None:
        other = open_rows(address)
        assert loading.wait(30)
        for n in range(50):
            one, two = other.account("A0000"), other.account("A1999")
            seen.append((one.record, struct.unpack("<2d", one.rows["trading"].payload), two.record == one.record))
            other.write("intraday", LAYOUT["intraday"], [row(f"A{n:04d}", float(n), at=AT + 2)])
            written.append(n)
        enough.set()
        other.close()

    enough = threading.Event()
    thread = threading.Thread(target=read_and_write)
    thread.start()
    rows.load(record(3), iter([("trading", slow(2.0))]), onto_the_last=True)
    thread.join()
    assert seen == [(record(2), (1.0, 1.0), True)] * 50, "the old state, whole, for as long as the new one is not"
    assert first(rows, "A1999") == 2.0
    assert [first(rows, f"A{n:04d}", "intraday") for n in written] == [float(n) for n in range(50)]


def test_a_store_that_is_not_there_says_so(tmp_path: Path) -> None:
    rows = open_rows(str(tmp_path / "online.db"))
    for use in (rows.record, lambda: rows.account("A1"), lambda: rows.write("trading", (), [])):
        with pytest.raises(OnlineStoreUnavailable):
            use()


def test_a_broken_file_is_put_aside_by_the_next_materialisation(tmp_path: Path) -> None:
    file = tmp_path / "online.db"
    file.write_bytes(b"\x00not a store\xff" * 400)
    rows = open_rows(str(file))
    with pytest.raises(OnlineStoreUnavailable, match="alertgrade materialize"):
        rows.account("A1")
    rows.create(LAYOUT)
    load(rows, row("A1", 1.0, 1.0))
    assert first(rows, "A1") == 1.0
    assert file.with_name("online.db.broken").read_bytes().startswith(b"\x00not")


def test_a_file_is_in_wal_mode_and_holds_packed_doubles(tmp_path: Path) -> None:
    with store_of("sqlite", tmp_path) as (address, rows):
        load(rows, row("A1", 1.0, 2.0))
        connection = sqlite3.connect(address)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        [(size,)] = connection.execute("SELECT length(payload) FROM rows_b").fetchall()
        assert size == 16
        connection.close()


def test_an_instant_is_kept_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 2, 12, 30, 0, 123457, tzinfo=UTC)
    assert instant_of(microseconds(moment)) == moment == instant_of(microseconds(moment.replace(tzinfo=None)))
