"""The projections made again from the chain: after an upgrade that changed what they hold."""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Connection, String, Table, inspect, select

from ledger.chain import canonical_json
from ledger.memory_projections import MemoryProjections
from ledger.projection import HANDLERS
from ledger.scan import fold, scan, start_of
from ledger.schema import METADATA, PROJECTIONS

FOLD = 2  # raise it when a handler gives the same columns other values
_ROWS = 1_000
_SHAPE = Table("projection_shape", METADATA, Column("fingerprint", String(64), primary_key=True))


def fingerprint() -> str:
    """What the projections of this code look like: tables, columns, the kinds that are folded."""
    tables = {table.name: [f"{column.name} {column.type}" for column in table.columns] for table in PROJECTIONS}
    return hashlib.sha256(canonical_json([FOLD, tables, sorted(HANDLERS)]).encode()).hexdigest()


def rebuild_if_changed(connection: Connection) -> bool:
    """Make the projections again where another version's code made them; whether it did. Call under the write lock.

    Nothing is lost: they hold nothing that the chain does not.
    """
    wanted = fingerprint()
    if connection.execute(select(_SHAPE.c.fingerprint)).scalar() == wanted:
        return False
    there = set(inspect(connection).get_table_names())
    for table in PROJECTIONS:
        if table.name in there:
            table.drop(connection)
        table.create(connection)
    start = start_of(connection)
    folded = MemoryProjections(start.checkpoint)
    for batch in scan(connection):
        for entry in batch:
            fold(folded, entry)  # a damaged entry is left to verify, which names it
    for table in PROJECTIONS:
        rows = list(folded.rows(table.name).values())
        for first in range(0, len(rows), _ROWS):
            connection.execute(table.insert(), rows[first : first + _ROWS])
    connection.execute(_SHAPE.delete())
    connection.execute(_SHAPE.insert(), {"fingerprint": wanted})
    return True
