"""The chain read fast: payloads as the bytes they were hashed from, and only the parts of them that a fold reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, cast, func, select, type_coerce

from ledger.chain import GENESIS
from ledger.cut import readers
from ledger.memory_projections import MemoryProjections
from ledger.projection import HANDLERS, Row
from ledger.schema import ENTRIES
from ledger.stored import Stored

__all__ = ["Start", "Stored", "fold", "scan", "start_of"]
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Start:
    """Where the stored chain begins: after entry ``seq`` with ``hash``; ``checkpoint`` is what came before, folded.

    ``pruned`` is the entry of the last prune (0: nothing was pruned).
    """

    seq: int = 0
    hash: str = GENESIS
    checkpoint: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    pruned: int = 0


_READ = readers(HANDLERS)


def start_of(connection: Connection) -> Start:
    """Where the chain begins, by the last prune on record."""
    query = select(ENTRIES.c.seq, ENTRIES.c.payload).where(ENTRIES.c.kind == "segment_pruned")
    row = connection.execute(query.order_by(ENTRIES.c.seq.desc()).limit(1)).first()
    if row is None:
        return Start()
    said = msgspec.json.decode(row.payload)
    return Start(said["last"], said["hash"], said["checkpoint"], row.seq)


def scan(connection: Connection, until: int | None = None) -> Iterator[Sequence[Stored]]:
    """The entries in chain order up to ``until`` (all), a few thousand at a time."""
    payload: Any = cast(ENTRIES.c.payload, LargeBinary)
    if connection.dialect.name == "postgresql":
        payload = type_coerce(func.convert_to(ENTRIES.c.payload, "UTF8"), LargeBinary)
    columns = [payload if name == "payload" else ENTRIES.c[name] for name in Stored._fields]
    query = select(*columns).order_by(ENTRIES.c.seq)
    query = query if until is None else query.where(ENTRIES.c.seq <= until)
    for rows in connection.execute(query, execution_options={"yield_per": _BATCH}).partitions():
        yield [Stored._make(row) for row in rows]


def fold(folded: MemoryProjections, entry: Stored) -> str | None:
    """What the entry does to the projections; in words why it does nothing, where its payload cannot be read."""
    handler = HANDLERS.get(entry.kind)
    if handler is None:
        return None
    try:
        handler(folded, entry.seq, entry.recorded_at, _READ[entry.kind](entry.payload))
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # only a changed payload gets here
        return f"seq {entry.seq} ({entry.kind} {entry.key}) cannot be read: {type(error).__name__}: {error}"
    return None
