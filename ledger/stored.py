"""An entry as it is stored."""

from __future__ import annotations

from typing import NamedTuple

from ledger.chain import stored_hash


class Stored(NamedTuple):
    """An entry as it is stored; ``payload`` is UTF-8."""

    seq: int
    kind: str
    key: str
    recorded_at: str
    payload: bytes
    prev_hash: str
    hash: str

    def made(self) -> str:
        """The hash that its own text gives."""
        return stored_hash(self.prev_hash, self.seq, self.kind, self.key, self.recorded_at, self.payload)
