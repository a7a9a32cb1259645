"""One append: entries and what they do to the projections, together or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from ledger.chain import GENESIS, Entry, canonical_json, instant_text, next_entry
from ledger.errors import EntryConflict, LedgerError
from ledger.projection import HANDLERS
from ledger.schema import ENTRIES, HEAD
from ledger.sql_projections import SqlProjections
from ledger.statements import Statement

_HEAD = Statement(select(HEAD.c.seq, HEAD.c.hash).with_for_update())
_INSERT = Statement(ENTRIES.insert(), Entry.__slots__)
_FIRST_HEAD = Statement(HEAD.insert(), ("id", "seq", "hash"))
_NEW_HEAD = Statement(update(HEAD), ("id", "seq", "hash"))
_KIND = re.compile(r"[a-z_]{1,40}\Z")


class Appending:
    """Collects entries inside a write transaction; ``finish`` writes them, the projections and the head."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self.recorded_at: str = instant_text(clock())
        self._entries: list[Entry] = []
        head = _HEAD.rows(connection, {})
        self._first = not head
        self.seq: int
        self.hash: str
        self.seq, self.hash = head[0] if head else (0, GENESIS)
        self.projections = SqlProjections(connection)

    def append(self, kind: str, key: str, payload: Mapping[str, Any], text: str | None = None) -> Entry:
        """Chain one entry and fold it; a payload that is not JSON is refused with ``LedgerError``.

        ``text`` is ``canonical_json(payload)`` where the caller has it already.
        """
        if not _KIND.match(kind):
            raise LedgerError(f"kind {kind!r}", "wanted lower-case letters and underscores")
        try:
            text = canonical_json(payload) if text is None else text
            text.encode()  # a lone surrogate has no UTF-8 and no hash
        except (TypeError, ValueError) as error:
            raise LedgerError(f"the payload of {kind} {key!r} is not JSON: {error}", "wanted JSON values") from error
        entry = next_entry(self.seq, self.hash, kind, key, self.recorded_at, text)
        self._entries.append(entry)
        self.seq, self.hash = entry.seq, entry.hash
        if kind in HANDLERS:
            HANDLERS[kind](self.projections, entry.seq, entry.recorded_at, payload)
        return entry

    def finish(self) -> None:
        """Write what was not written yet; an entry whose kind and key exist already raises ``EntryConflict``."""
        if not self._entries:
            return
        rows = [{name: getattr(entry, name) for name in Entry.__slots__} for entry in self._entries]
        try:
            _INSERT.run(self._connection, rows)
        except IntegrityError as error:
            keys = ", ".join(f"{entry.kind} {entry.key!r}" for entry in self._entries[:3])
            raise EntryConflict(f"one of {keys} is recorded already", "wanted a new key") from error
        self.projections.flush()
        head = {"id": 1, "seq": self.seq, "hash": self.hash}
        (_FIRST_HEAD if self._first else _NEW_HEAD).run(self._connection, [head])
        self._entries.clear()
        self._first = False
