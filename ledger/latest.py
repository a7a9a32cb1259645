"""The newest entries of a kind: what a report said last, what was changed lately."""

from __future__ import annotations

from sqlalchemy import select

from ledger.chain import Entry
from ledger.database import Database
from ledger.schema import ENTRIES


class LatestReader:
    """Every method raises ``LedgerUnavailable`` when the store cannot answer."""

    _database: Database

    def latest(self, kinds: tuple[str, ...], *, key_prefix: str = "", most: int = 1) -> list[Entry]:
        """At most ``most`` entries of ``kinds`` whose key begins with ``key_prefix``, newest first."""
        query = select(*(ENTRIES.c[name] for name in Entry.__slots__)).where(ENTRIES.c.kind.in_(kinds))
        if key_prefix:
            query = query.where(ENTRIES.c.key.startswith(key_prefix, autoescape=True))
        with self._database.read() as connection:
            return [Entry(*row) for row in connection.execute(query.order_by(ENTRIES.c.seq.desc()).limit(most))]
