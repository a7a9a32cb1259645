"""Check the record: every hash again from the text, and the projections again from the chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json  # half the time of the json module, and this reads every payload
from sqlalchemy import Boolean, Connection, Integer, Table, select, type_coerce

from ledger.chain import GENESIS, Entry, entry_hash
from ledger.desk_schema import DESK_PROJECTIONS
from ledger.export import read_entries
from ledger.projection import HANDLERS, Row
from ledger.schema import ALERTS, CASES, HEAD, KEYS

_AT_MOST = 20  # problems named: after the first few the rest are usually its echo


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were read, the head's hash, and what is wrong in words (empty: intact)."""

    entries: int
    head: str
    problems: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Nothing disagrees."""
        return not self.problems


class MemoryProjections:
    """``ledger.projection.Projections`` in dictionaries."""

    def __init__(self) -> None:
        self.alerts: dict[str, Row] = {}
        self.cases: dict[str, Row] = {}
        self.keys: dict[str, Row] = {}
        self.desk: dict[str, dict[str | int, Row]] = {table.name: {} for table in DESK_PROJECTIONS}
        self._members: dict[str, list[str]] = {}

    def alert(self, alert_id: str) -> Row | None:
        """The row of one alert."""
        return self.alerts.get(alert_id)

    def case(self, case_id: str) -> Row | None:
        """The row of one case."""
        return self.cases.get(case_id)

    def key(self, key_id: str) -> Row | None:
        """The row of one API key."""
        return self.keys.get(key_id)

    def alerts_of(self, case_id: str) -> list[Row]:
        """The rows of a case's alerts."""
        return [self.alerts[alert_id] for alert_id in self._members.get(case_id, ())]

    def put_alert(self, row: Row) -> None:
        """Insert or replace."""
        if row["alert_id"] not in self.alerts and row["case_id"] is not None:
            self._members.setdefault(row["case_id"], []).append(row["alert_id"])
        self.alerts[row["alert_id"]] = row

    def put_case(self, row: Row) -> None:
        """Insert or replace."""
        self.cases[row["case_id"]] = row

    def put_key(self, row: Row) -> None:
        """Insert or replace."""
        self.keys[row["key_id"]] = row

    def row(self, table: str, key: str | int) -> Row | None:
        """The row of a desk table with this primary key."""
        return self.desk[table].get(key)

    def put_row(self, table: str, key: str | int, row: Row) -> None:
        """Insert or replace."""
        self.desk[table][key] = row


def verify(connection: Connection) -> Verdict:
    """Read everything once, in chain order; memory holds the projections, not the chain."""
    seq, last, folded = 0, GENESIS, MemoryProjections()
    problems: list[str] = []
    for entry in read_entries(connection):
        problem = _link_problem(entry, seq, last)
        if problem and len(problems) < _AT_MOST:
            problems.append(problem)
        seq, last = entry.seq, entry.hash
        problem = _fold(folded, entry)
        if problem and len(problems) < _AT_MOST:
            problems.append(problem)
    heads = [tuple(row) for row in connection.execute(select(HEAD.c.id, HEAD.c.seq, HEAD.c.hash))]
    if heads != ([(1, seq, last)] if seq else []):
        recorded = ", ".join(str(row[1]) for row in heads) or "none"
        problems.append(f"the chain ends at seq {seq}, its head was recorded at seq {recorded}")
    for table, rows in ((ALERTS, folded.alerts), (CASES, folded.cases), (KEYS, folded.keys)):
        problems.extend(_projection_problems(connection, table, rows))
    for table in DESK_PROJECTIONS:
        problems.extend(_projection_problems(connection, table, folded.desk[table.name]))
    return Verdict(seq, last, tuple(problems[:_AT_MOST]))


def _link_problem(entry: Entry, seq: int, last: str) -> str | None:
    if entry.seq != seq + 1:
        return f"seq {seq + 1} is missing: the next entry is seq {entry.seq}"
    if entry.prev_hash != last:
        return f"seq {entry.seq} does not follow seq {seq}: an entry was changed, inserted or replaced"
    made = entry_hash(entry.prev_hash, entry.seq, entry.kind, entry.key, entry.recorded_at, entry.payload)
    if made != entry.hash:
        return f"seq {entry.seq} ({entry.kind} {entry.key}) was changed: its text does not give its hash"
    return None


def _fold(folded: MemoryProjections, entry: Entry) -> str | None:
    handler = HANDLERS.get(entry.kind)
    if handler is None:
        return None
    try:
        handler(folded, entry.seq, entry.recorded_at, from_json(entry.payload))
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # only a changed payload gets here
        return f"seq {entry.seq} ({entry.kind} {entry.key}) cannot be read: {type(error).__name__}: {error}"
    return None


def _projection_problems(connection: Connection, table: Table, wanted: Mapping[Any, Row]) -> Iterator[str]:
    key = next(iter(table.primary_key.columns)).name
    seen = 0
    # As integers: read as a boolean, a 7 in the file would pass for true.
    columns = [type_coerce(c, Integer).label(c.name) if isinstance(c.type, Boolean) else c for c in table.columns]
    for found in connection.execution_options(yield_per=5_000).execute(select(*columns)).mappings():
        row: dict[str, Any] = dict(found)
        seen += row[key] in wanted
        if row[key] not in wanted:
            yield f"{table.name} has {row[key]!r}, which no entry made"
        elif row != wanted[row[key]]:
            names = ", ".join(name for name in row if row[name] != wanted[row[key]].get(name))
            seq = wanted[row[key]].get("seq", "-")
            yield f"{table.name} {row[key]!r} differs from the chain in {names} (seq {seq})"
    if seen < len(wanted):
        stored = set(connection.execute(select(table.c[key])).scalars())
        missing = next(name for name in wanted if name not in stored)
        yield f"{table.name} lacks {missing!r} (seq {wanted[missing].get('seq', '-')})"
