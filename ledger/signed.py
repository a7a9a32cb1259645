"""The signed statements of a chain, compared with its entries as they pass: heads, seals, prunes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection

from ledger.errors import LedgerError
from ledger.heads import KIND, Head, head_of, head_problem
from ledger.scan import Start, Stored
from ledger.segments import PRUNED, Segment, sealed

KINDS = frozenset((KIND, PRUNED))


class Statements:
    """Heads kept elsewhere and the chain's own seals, each waiting for the entry it speaks of."""

    def __init__(self, connection: Connection, heads: Iterable[Head], trusted: Collection[str], start: Start) -> None:
        self._trusted, self._start, self.compared = trusted, start, 0
        self._bad: list[str] = []
        self._wanted: dict[int, list[Head]] = {}
        self._sealed: dict[int, Segment] = {}
        try:
            self._sealed = {segment.number: segment for segment in sealed(connection)}
        except (ValueError, LedgerError) as error:
            self._bad.append(f"a segment_sealed entry cannot be read: {error}")
        for head in [*heads, *(segment.head for segment in self._sealed.values())]:
            problem = head_problem(head, trusted)
            self._bad += [problem] if problem else []
            self._wanted.setdefault(head.seq, []).append(head)
        for head in self._wanted.pop(start.seq, ()):
            self._compare(head, start.hash)

    @property
    def seqs(self) -> Collection[int]:
        """The entries still waited for."""
        return self._wanted

    def pass_by(self, entry: Stored) -> list[str]:
        """What is wrong with the entry in the light of the statements, in words; call for ``seqs`` and ``KINDS``."""
        for head in self._wanted.pop(entry.seq, ()):
            self._compare(head, entry.hash)
        if entry.kind not in KINDS:
            return []
        try:
            said = json.loads(entry.payload)
            found = self._head_problem(entry, head_of(said)) if entry.kind == KIND else self._prune_problem(entry, said)
        except (KeyError, TypeError, ValueError, AttributeError, LedgerError) as error:
            return [f"seq {entry.seq} ({entry.kind}) cannot be read: {error}"]
        return [] if found is None else [found]

    def rest(self, seq: int) -> list[str]:
        """What is wrong at the end of a chain of ``seq`` entries; heads within what was pruned are not missed."""
        gone = sorted(number for number in self._wanted if number > self._start.seq)
        return self._bad + [
            f"the head of {self._wanted[n][0].day} was signed at seq {n}; the chain ends at seq {seq}" for n in gone
        ]

    def _compare(self, head: Head, found: str) -> None:
        self.compared += 1
        if head.hash != found:
            self._bad.append(
                f"seq {head.seq} is not what the head of {head.day} was signed for: the chain was rewritten"
            )

    def _head_problem(self, entry: Stored, head: Head) -> str | None:
        if (head.seq, head.hash) != (entry.seq - 1, entry.prev_hash):
            return f"seq {entry.seq} (daily_head) does not speak of the entry before it"
        return head_problem(head, self._trusted)

    def _prune_problem(self, entry: Stored, said: dict[str, Any]) -> str | None:
        segment = self._sealed.get(said["number"])
        if segment is None:  # its seal was pruned with a later segment, unless this is the last prune
            missing = entry.seq == self._start.pruned
            return f"seq {entry.seq} (segment_pruned) names a segment that no entry sealed" if missing else None
        if (segment.last, segment.head.hash) != (said["last"], said["hash"]):
            return f"seq {entry.seq} (segment_pruned) does not end where its segment was sealed"
        return None
