"""Packed rows in one SQLite file (WAL): two tables, one being read, the other loaded, and a word which is which."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import contextlib
import fcntl
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from features.online.layout import Layout, OnlineRecord, Row, repacked
from features.online.rows import AccountRows, OnlineStoreUnavailable

CHUNK = 10_000  # rows a transaction: another writer waits so long and not longer
BUSY_MS = 10_000
_SIDES = ("a", "b")
_COLUMNS = "account TEXT, view TEXT, event_us INTEGER, created_us INTEGER, written INTEGER, payload BLOB"
_SCHEMA = [
    "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), side TEXT, turn INTEGER, "
    "layout TEXT, record TEXT)",
    *(
        f"CREATE TABLE IF NOT EXISTS rows_{side} ({_COLUMNS}, PRIMARY KEY (account, view)) WITHOUT ROWID"
        for side in _SIDES
    ),
    *(f"CREATE INDEX IF NOT EXISTS written_{side} ON rows_{side} (written) WHERE written = 1" for side in _SIDES),
]
_NEWER = (
    "ON CONFLICT (account, view) DO UPDATE SET event_us = excluded.event_us, created_us = excluded.created_us, "
    "written = excluded.written, payload = excluded.payload "
    "WHERE (excluded.event_us, excluded.created_us) >= (event_us, created_us)"
)
_FIELDS = "account, view, event_us, created_us, payload"
# one statement, so that what it reads is of one state of the store
_READ = " UNION ALL ".join(
    f"SELECT {_FIELDS} FROM rows_{side} WHERE account = ?1 AND (SELECT side FROM state) = '{side}'" for side in _SIDES
)
_READ_TURN = f"SELECT NULL, NULL, turn, NULL, NULL FROM state UNION ALL {_READ}"


class SqliteRows:
    """``features.online.rows.PackedRows`` in the file ``database``; safe to use from several threads."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._state: tuple[int, Layout, OnlineRecord | None] | None = None

    def create(self, layout: Layout) -> None:
        """Make the file; one that cannot be read is put aside as ``*.broken`` first."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._create(layout)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise OnlineStoreUnavailable(f"{self.database}: {error}") from error
            self.close()
            for suffix in ("-wal", "-shm"):
                self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)
            self.database.replace(self.database.with_name(self.database.name + ".broken"))
            self._create(layout)

    def record(self) -> OnlineRecord | None:
        """What was loaded last."""
        with self._reading() as connection:
            return self._known(connection)[2]

    def account(self, account: str) -> AccountRows:
        """All views of an account, in one read."""
        with self._reading() as connection:
            while True:
                (_, _, turn, _, _), *found = connection.execute(_READ_TURN, (account,)).fetchall()
                known = self._known(connection, turn)
                if known[0] == turn:
                    return AccountRows({r[1]: Row(r[0], r[2], r[3], r[4]) for r in found}, known[1], known[2])

    def accounts(self, accounts: Sequence[str], view: str) -> tuple[list[Row | None], tuple[str, ...]]:
        """One view of several accounts."""
        names: tuple[str, ...] = ()
        rows: list[Row | None] = []
        for account in accounts:
            found = self.account(account)
            names = found.layout.get(view, ())
            rows.append(found.rows.get(view))
        return rows, names

    def view(self, view: str) -> tuple[list[Row], tuple[str, ...]]:
        """One view of every account."""
        with self._reading() as connection:
            connection.execute("BEGIN")
            try:
                _, layout, _ = self._known(connection)
                side = connection.execute("SELECT side FROM state").fetchone()[0]
                sql = f"SELECT account, event_us, created_us, payload FROM rows_{side} WHERE view = ?"
                return [Row(*row) for row in connection.execute(sql, (view,))], layout.get(view, ())
            finally:
                connection.execute("COMMIT")

    def write(self, view: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Write rows, the newest winning, in one transaction."""
        with self._writing() as connection:
            side, text = connection.execute("SELECT side, layout FROM state").fetchone()
            columns = json.loads(text).get(view)
            if columns is None:
                raise OnlineStoreUnavailable(f"the online store has no view {view}", do="run alertgrade materialize")
            values = ((r.account, view, r.event_us, r.created_us, repacked(r.payload, names, columns)) for r in rows)
            connection.executemany(
                f"INSERT INTO rows_{side} ({_FIELDS}, written) VALUES (?, ?, ?, ?, ?, 1) {_NEWER}", values
            )

    def load(self, record: OnlineRecord, views: Iterator[tuple[str, Iterable[Row]]], *, onto_the_last: bool) -> None:
        """Load the table that is not being read, chunk by chunk, then turn to it."""
        with self._alone():
            with self._writing() as connection:
                side = connection.execute("SELECT side FROM state").fetchone()[0]
                fresh = _SIDES[1 - _SIDES.index(side)]
                connection.execute(f"DELETE FROM rows_{fresh}")
            if onto_the_last:
                self._copy(side, fresh)
            insert = f"INSERT INTO rows_{fresh} ({_FIELDS}, written) VALUES (?, ?, ?, ?, ?, 0) {_NEWER}"
            for view, rows in views:
                values = ((r.account, view, r.event_us, r.created_us, r.payload) for r in rows)
                while chunk := list(islice(values, CHUNK)):
                    with self._writing() as connection:
                        connection.executemany(insert, chunk)
            with self._writing() as connection:
                self._turn(connection, side, fresh, record)
            with self._writing() as connection:
                connection.execute(f"DELETE FROM rows_{side}")
            with self._reading() as connection:  # the file is whole without its log: who copies it needs nothing else
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def drop(self) -> None:
        """Remove the file."""
        self.close()
        for suffix in ("", "-wal", "-shm", ".lock"):
            self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            self._forget()

    def _create(self, layout: Layout) -> None:
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = wal")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            text = json.dumps(dict(layout))
            connection.execute("INSERT OR IGNORE INTO state VALUES (1, 'a', 0, ?, NULL)", (text,))
            [(found, record)] = connection.execute("SELECT layout, record FROM state").fetchall()
            if record is None and found != text:  # nothing loaded yet: the catalogue may have grown
                connection.execute("UPDATE state SET layout = ?, turn = turn + 1", (text,))
            connection.execute("COMMIT")

    def _copy(self, side: str, fresh: str) -> None:
        last = ""
        while True:
            with self._writing() as connection:
                sql = f"SELECT account FROM rows_{side} WHERE account > ? GROUP BY account LIMIT 1 OFFSET {CHUNK // 10}"
                end = connection.execute(sql, (last,)).fetchone()
                where = "account > ?" if end is None else "account > ? AND account <= ?"
                bounds = (last,) if end is None else (last, end[0])
                connection.execute(f"INSERT INTO rows_{fresh} SELECT * FROM rows_{side} WHERE {where}", bounds)
            if end is None:
                return
            last = end[0]

    def _turn(self, connection: sqlite3.Connection, side: str, fresh: str, record: OnlineRecord) -> None:
        """Take over what was written into the old table, then make the new one the one that is read."""
        old = json.loads(connection.execute("SELECT layout FROM state").fetchone()[0])
        written = connection.execute(f"SELECT {_FIELDS} FROM rows_{side} WHERE written = 1").fetchall()
        kept = [
            (account, view, event, created, repacked(payload, old[view], record.layout[view]))
            for account, view, event, created, payload in written
            if view in record.layout
        ]
        connection.executemany(
            f"INSERT INTO rows_{fresh} ({_FIELDS}, written) VALUES (?, ?, ?, ?, ?, 1) {_NEWER}", kept
        )
        state = (fresh, json.dumps(dict(record.layout)), record.to_json())
        connection.execute("UPDATE state SET side = ?, turn = turn + 1, layout = ?, record = ?", state)

    def _known(
        self, connection: sqlite3.Connection, turn: int | None = None
    ) -> tuple[int, Layout, OnlineRecord | None]:
        if self._state is None or turn is None or self._state[0] != turn:
            number, layout, record = connection.execute("SELECT turn, layout, record FROM state").fetchone()
            columns = {view: tuple(names) for view, names in json.loads(layout).items()}
            self._state = (number, columns, OnlineRecord.from_json(record) if record else None)
        return self._state

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._open()
            except (sqlite3.Error, OSError, TypeError, ValueError) as error:  # unreadable, or not one of ours
                self._forget()
                raise OnlineStoreUnavailable(
                    f"the online store {self.database} cannot be read: {error}", do="run alertgrade materialize"
                ) from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its beginning."""
        with self._lock:
            try:
                connection = self._open()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
            except (sqlite3.Error, OSError) as error:
                self._forget()
                raise OnlineStoreUnavailable(f"the online store {self.database} cannot be written: {error}") from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One load at a time: a second one waits."""
        with self.database.with_name(self.database.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open(self) -> sqlite3.Connection:
        """The connection; another one where another file has taken the place of the old."""
        inode = self.database.stat().st_ino
        if self._connection is None or inode != self._inode:
            self._forget()
            self._connection = sqlite3.connect(
                f"{self.database.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
            )
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._inode = inode
        return self._connection

    def _forget(self) -> None:
        connection, self._connection, self._state = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
