"""A sealed segment leaves: written to a file that proves itself, then deleted, with what must stay folded beside it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from ledger.errors import LedgerError
from ledger.export import read_entries, write_jsonl
from ledger.memory_projections import KEY_OF, MemoryProjections
from ledger.projection import Row
from ledger.scan import fold, scan, start_of
from ledger.schema import ALERTS, CASES, ENTRIES, PROJECTIONS
from ledger.segment_file import check_segment, write_seal
from ledger.segments import PRUNED, Segment, sealed
from ledger.verify import verify

if TYPE_CHECKING:
    from ledger.ledger import Ledger

_AT_ONCE = 500  # keys in one statement
_NAMED = 5


def prune(ledger: Ledger, folder: Path, *, by: str, through: int | None = None) -> list[Segment]:
    """Write every sealed segment up to number ``through`` (all) to ``folder`` and delete it; returns them.

    Of a segment's closed cases nothing is left but the file; rows that later entries still speak of stay in the
    queues, and the last prune's entry holds them as they were at the seal, so that the rest of the chain can be
    verified without what is gone. Refused with ``LedgerError``, and nothing deleted, while an alert of the segment is
    open or where the chain would not verify afterwards.
    """
    done = []
    with ledger.reading() as connection:
        start = start_of(connection).seq
        waiting = [one for one in sealed(connection) if one.last > start]
    for segment in waiting:
        if through is None or segment.number <= through:
            file = _write(ledger, segment, folder)
            _delete(ledger, segment, file, by)
            done.append(segment)
    if done:
        ledger.compact()
    return done


def _write(ledger: Ledger, segment: Segment, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"segment-{segment.number:04d}.jsonl"
    with ledger.reading() as connection, file.open("w", encoding="utf-8", newline="") as out:
        entries = read_entries(connection, after=segment.first - 1, until=segment.last)
        write_jsonl((asdict(entry) for entry in entries), out)
    write_seal(segment, file)
    problems = check_segment(file)
    if problems:
        raise LedgerError(f"{file}: {problems[0]}", "wanted a file that proves the segment", "verify the ledger first")
    return file


def _delete(ledger: Ledger, segment: Segment, file: Path, by: str) -> None:
    with ledger.appending() as (connection, appending):
        folded = _folded_until(connection, segment.last)
        still_open = [row["alert_id"] for row in folded.rows(ALERTS.name).values() if _is_open(connection, row)]
        if still_open:
            raise LedgerError(
                f"{len(still_open)} alerts of segment {segment.number} not decided: {', '.join(still_open[:_NAMED])}",
                "wanted every case of it closed",
                "close them, or seal an earlier day",
            )
        gone = _finished(connection, folded, segment.last)
        checkpoint = {
            table.name: [row for key, row in folded.rows(table.name).items() if key not in gone.get(table.name, ())]
            for table in PROJECTIONS
        }
        said = {"number": segment.number, "first": segment.first, "last": segment.last, "hash": segment.head.hash}
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        said |= {"file": file.name, "file_sha256": digest, "checkpoint": checkpoint, "by": by}
        appending.append(PRUNED, str(segment.number), said)
        appending.finish()
        _drop(connection, segment.last, gone)
        verdict = verify(connection, helped_from=sys.maxsize)  # another process sees nothing of this transaction
        if not verdict.intact:
            raise LedgerError(
                f"without segment {segment.number} the chain would not verify: {verdict.problems[0]}",
                "wanted a chain that proves itself",
                "nothing was deleted; run 'ledger verify'",
            )


def _folded_until(connection: Connection, last: int) -> MemoryProjections:
    start = start_of(connection)
    folded = MemoryProjections(start.checkpoint)
    for batch in scan(connection, until=last):
        for entry in batch:
            fold(folded, entry)
    return folded


def _is_open(connection: Connection, row: Row) -> bool:
    if row["status"] != "open":
        return False
    now = connection.execute(select(ALERTS.c.status).where(ALERTS.c.alert_id == row["alert_id"])).scalar()
    return now == "open"


def _finished(connection: Connection, folded: MemoryProjections, last: int) -> Mapping[str, set[str | int]]:
    """Cases all of whose alerts and scores are within the segment and that are closed now, with their alerts."""
    alerts, cases = folded.rows(ALERTS.name), set(folded.rows(CASES.name))
    beyond = select(ALERTS.c.case_id).where((ALERTS.c.seq > last) | (ALERTS.c.score_seq > last))
    kept = set(connection.execute(beyond.where(ALERTS.c.case_id.is_not(None))).scalars())
    kept |= set(connection.execute(select(CASES.c.case_id).where(CASES.c.status == "open")).scalars())
    late = set(connection.execute(select(ALERTS.c.alert_id).where(ALERTS.c.score_seq > last)).scalars())
    gone = {name for name, row in alerts.items() if row["case_id"] not in kept and name not in late}
    return {ALERTS.name: gone, CASES.name: cases - kept}


def _drop(connection: Connection, last: int, gone: Mapping[str, set[str | int]]) -> None:
    connection.execute(delete(ENTRIES).where(ENTRIES.c.seq <= last))
    for table in PROJECTIONS:
        keys: Sequence[Any] = sorted(gone.get(table.name, ()), key=str)
        column = table.c[KEY_OF[table.name]]
        for first in range(0, len(keys), _AT_ONCE):
            connection.execute(delete(table).where(column.in_(keys[first : first + _AT_ONCE])))
