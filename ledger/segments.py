"""Retention: the chain is sealed in segments; a sealed segment leaves as a whole, with a file that proves itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from ledger.chain import GENESIS
from ledger.errors import LedgerError
from ledger.heads import Head, head_of, signed_head
from ledger.schema import ENTRIES

if TYPE_CHECKING:
    from ledger.ledger import Ledger

SEALED, PRUNED = "segment_sealed", "segment_pruned"


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries ``first`` to ``head.seq``; ``prev_hash`` is the hash before them, ``head`` the signed end."""

    number: int
    first: int
    prev_hash: str
    head: Head

    @property
    def last(self) -> int:
        """The seq of the last entry."""
        return self.head.seq

    def payload(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"number": self.number, "first": self.first, "prev_hash": self.prev_hash, "head": asdict(self.head)}


def segment_of(said: dict[str, Any]) -> Segment:
    """A segment from its JSON object; ``LedgerError`` where it is none."""
    try:
        return Segment(int(said["number"]), int(said["first"]), str(said["prev_hash"]), head_of(said["head"]))
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError("something that is no sealed segment", "wanted number, first, prev_hash, head") from error


def seal(ledger: Ledger, private_key: bytes, *, before: str, by: str) -> Segment:
    """Seal everything recorded before the day ``before`` (UTC, YYYY-MM-DD) that no segment holds yet.

    ``LedgerError`` where nothing was recorded in that time. Sealing deletes nothing.
    """
    with ledger.appending() as (connection, appending):
        latest = latest_sealed(connection)
        number, first = (1, 1) if latest is None else (latest.number + 1, latest.last + 1)
        until = select(func.min(ENTRIES.c.seq)).where(ENTRIES.c.seq >= first, ENTRIES.c.recorded_at >= before)
        beyond = connection.execute(until).scalar()
        last = appending.seq if beyond is None else beyond - 1
        if last < first:
            raise LedgerError(f"nothing unsealed before {before}", "wanted entries to seal", "choose a later day")
        prev_hash = GENESIS if latest is None else latest.head.hash
        head = signed_head(before, last, _hash_at(connection, last), private_key)
        segment = Segment(number, first, prev_hash, head)
        appending.append(SEALED, str(number), segment.payload() | {"by": by})
    return segment


def sealed(connection: Connection) -> Iterator[Segment]:
    """The segments whose sealing is still in the chain, oldest first."""
    query = select(ENTRIES.c.payload).where(ENTRIES.c.kind == SEALED).order_by(ENTRIES.c.seq)
    for text in connection.execute(query).scalars():
        yield segment_of(json.loads(text))


def latest_sealed(connection: Connection) -> Segment | None:
    """The last segment sealed; its entry outlives its own pruning."""
    query = select(ENTRIES.c.payload).where(ENTRIES.c.kind == SEALED).order_by(ENTRIES.c.seq.desc()).limit(1)
    text = connection.execute(query).scalar()
    return None if text is None else segment_of(json.loads(text))


def _hash_at(connection: Connection, seq: int) -> str:
    return str(connection.execute(select(ENTRIES.c.hash).where(ENTRIES.c.seq == seq)).scalar_one())
