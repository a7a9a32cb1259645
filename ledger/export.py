"""The chain on its way out: entries in order, and as CSV or JSON lines that anyone can check again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TextIO

from sqlalchemy import Connection, Select, func, or_, select

from ledger.chain import Entry, canonical_json
from ledger.schema import ALERTS, ENTRIES

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of these kinds, recorded on days (UTC) ``since`` to ``until``, of one case; default all.

    An entry left out takes nothing from the others' proof: each hash is made from the row it stands in.
    """

    kinds: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
    case_id: str | None = None


def read_entries(
    connection: Connection, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
) -> Iterator[Entry]:
    """Entries beyond ``after`` up to ``until`` in chain order, a few thousand in memory at a time."""
    query = _entries().where(ENTRIES.c.seq > after)
    if until is not None:
        query = query.where(ENTRIES.c.seq <= until)
    yield from _read(connection, query.where(ENTRIES.c.kind.in_(kinds)) if kinds else query)


def read_wanted(connection: Connection, wanted: Wanted) -> Iterator[Entry]:
    """The entries asked for, in chain order."""
    query = _entries()
    if wanted.kinds:
        query = query.where(ENTRIES.c.kind.in_(wanted.kinds))
    if wanted.since is not None:
        query = query.where(ENTRIES.c.recorded_at >= wanted.since.isoformat())
    if wanted.until is not None:
        query = query.where(ENTRIES.c.recorded_at < (wanted.until + timedelta(days=1)).isoformat())
    if wanted.case_id is not None:
        query = query.where(or_(*_of_case(connection, wanted.case_id)))
    yield from _read(connection, query)


def _of_case(connection: Connection, case_id: str) -> Iterator[Any]:
    """Conditions: the payload names the case, or one of its alerts; canonical JSON has one way to write either.

    Not by LIKE, for which a1 and A1 are one in SQLite and two in PostgreSQL.
    """
    place = func.strpos if connection.dialect.name == "postgresql" else func.instr
    yield place(ENTRIES.c.payload, f'"case_id":{canonical_json(case_id)}') > 0
    members = connection.execute(select(ALERTS.c.alert_id).where(ALERTS.c.case_id == case_id)).scalars()
    for alert_id in members:
        begins = f'{{"alert_id":{canonical_json(alert_id)},'
        yield func.substr(ENTRIES.c.payload, 1, len(begins)) == begins


def _entries() -> Select[Any]:
    return select(*(ENTRIES.c[name] for name in Entry.__slots__)).order_by(ENTRIES.c.seq)


def _read(connection: Connection, query: Select[Any]) -> Iterator[Entry]:
    for row in connection.execute(query, execution_options={"yield_per": _BATCH}):
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
