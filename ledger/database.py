"""The store behind the ledger: connections, transactions and what SQLite must promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from ledger.errors import LedgerUnavailable
from ledger.migrations import bring_up
from ledger.rebuild import rebuild_if_changed
from ledger.statements import Statement

_WRITES = "ledger_writes"
_BEGIN, _BEGIN_WRITE = Statement(text("BEGIN")), Statement(text("BEGIN IMMEDIATE"))
_LOCK = text("SELECT pg_advisory_xact_lock(4702394921427289928)")  # "ALERTGRADE"'s, the same in every process


class Database:
    """Reads and writes in transactions of their own; a store that cannot answer raises ``LedgerUnavailable``."""

    def __init__(self, url: str, busy_timeout_ms: int) -> None:
        self.url = url
        self._engine = _engine(url, busy_timeout_ms)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        if self._engine.dialect.name == "postgresql":
            # A writer waits for the lock first, and what it reads then must be what the writer before it left.
            self._writer = self._writer.execution_options(isolation_level="READ COMMITTED")
        try:
            with self.write() as connection:  # under the write lock: two processes may start at once
                bring_up(connection)
                rebuild_if_changed(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        with _available(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only writer until it ends; everything or nothing."""
        with _available(), self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                # What BEGIN IMMEDIATE is to SQLite; the head's row cannot be locked before there is one.
                connection.execute(_LOCK)
            yield connection

    def compact(self) -> None:
        """Write the store anew without what was deleted; needs as much room again for the time being."""
        with _available(), self._engine.connect() as connection:
            raw = connection.execution_options(isolation_level="AUTOCOMMIT").connection.dbapi_connection
            if raw is not None and connection.dialect.name == "sqlite":
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            elif connection.dialect.name == "postgresql":
                connection.exec_driver_sql("VACUUM entries")
                connection.exec_driver_sql("VACUUM (FULL) vault_keys")  # a key that was deleted is not to be found

    def close(self) -> None:
        """Give the files back."""
        self._engine.dispose()


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # says something of the data, not of the store
    except (DatabaseError, InterfaceError, PoolTimeout) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise LedgerUnavailable(f"the ledger cannot be used: {reason}", "wanted a store that answers", "") from error


def _engine(url: str, busy_timeout_ms: int) -> Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        waits = (
            {"options": f"-c lock_timeout={int(busy_timeout_ms)}"} if address.get_backend_name() == "postgresql" else {}
        )
        isolation = {"isolation_level": "REPEATABLE READ"} if waits else {}  # a reader's one view
        return create_engine(
            url, pool_size=8, max_overflow=32, pool_timeout=5, pool_pre_ping=True, connect_args=waits, **isolation
        )
    if address.database in (None, "", ":memory:"):
        # One connection for all: another would see another, empty memory.
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, pool_size=8, max_overflow=32, pool_timeout=5)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: pysqlite would say it too late
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_ms)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred BEGIN would read the head first and lose it to another writer before the insert.
        said = _BEGIN_WRITE if connection.get_execution_options().get(_WRITES) else _BEGIN
        said.rows(connection, {})

    return engine
