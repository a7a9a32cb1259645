"""The chain on its way out: entries in order, and as CSV or JSON lines that anyone can check again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from sqlalchemy import Connection, select

from ledger.chain import Entry
from ledger.schema import ENTRIES

_BATCH = 5_000


def read_entries(connection: Connection, kinds: Sequence[str] = (), after: int = 0) -> Iterator[Entry]:
    """Entries beyond ``after`` in chain order, a few thousand in memory at a time."""
    query = select(*(ENTRIES.c[name] for name in Entry.__slots__)).where(ENTRIES.c.seq > after).order_by(ENTRIES.c.seq)
    if kinds:
        query = query.where(ENTRIES.c.kind.in_(kinds))
    rows = connection.execution_options(yield_per=_BATCH).execute(query)
    for row in rows:
        yield Entry(*row)


def write_csv(rows: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    """Entries as CSV with a header, ``payload`` as its JSON text; returns how many."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Entry.__slots__)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # the count is the answer
        writer.writerow([row[name] for name in Entry.__slots__])
    return count


def write_jsonl(rows: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    """Entries as one JSON object a line, ``payload`` as its JSON text so that the hash can be made again."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # the count is the answer
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count
