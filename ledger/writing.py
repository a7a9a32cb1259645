"""One write transaction of the ledger: the base of everything that records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from ledger.database import Database
from ledger.transaction import Appending


class LedgerWriter:
    """Raises ``LedgerUnavailable`` when the store cannot record."""

    _database: Database
    _clock: Callable[[], datetime]

    @contextmanager
    def appending(self) -> Iterator[tuple[Connection, Appending]]:
        """One write transaction: what is appended in it is recorded together at its end, or not at all."""
        with self._database.write() as connection:
            appending = Appending(connection, self._clock)
            yield connection, appending
            appending.finish()
