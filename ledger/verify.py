"""Check the record: every hash again from the text, and the projections again from the chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Integer, Table, func, select, type_coerce

from ledger.half import NotWhole
from ledger.heads import Head
from ledger.memory_projections import KEY_OF, SHAPES, MemoryProjections
from ledger.projection import Row
from ledger.scan import Start, Stored, fold, scan, start_of
from ledger.schema import ENTRIES, HEAD, PROJECTIONS
from ledger.second_core import Asked, is_worth_it, spans
from ledger.signed import KINDS, Statements
from ledger.statements import Statement

HELPED_FROM = 20_000  # entries: fewer are read before a second process has begun
_ROWS = 5_000  # of a projection at a time
_AT_MOST = 20  # problems named: after the first few the rest are usually its echo


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were read, the head's hash, and what is wrong in words (empty: intact).

    ``pruned`` is the seq up to which sealed segments were pruned, 0 where none was; ``heads`` counts the signed heads
    that were compared.
    """

    entries: int
    head: str
    problems: tuple[str, ...]
    pruned: int = 0
    heads: int = 0

    @property
    def intact(self) -> bool:
        """Nothing disagrees."""
        return not self.problems


def verify(
    connection: Connection, heads: Iterable[Head] = (), trusted: Collection[str] = (), helped_from: int = HELPED_FROM
) -> Verdict:
    """Read everything once, in chain order; memory holds the projections, not the chain.

    ``heads`` were exported earlier and kept elsewhere: a chain that was rewritten as a whole contradicts them.
    ``trusted`` are the public keys (hex) that may sign; without any, signatures are checked under the key they name.
    From ``helped_from`` entries on a second process does half of it; whatever the two find wrong is looked for here,
    and so is an entry before the first, which they do not read.
    """
    heads, start = list(heads), start_of(connection)
    first, last = (connection.execute(select(end(ENTRIES.c.seq))).scalar() or 0 for end in (func.min, func.max))
    file = _file_of(connection)
    if file is not None and first == start.seq + 1 and is_worth_it(last - start.seq, helped_from):
        with suppress(NotWhole, OSError):
            return _intact(file, Statements(connection, heads, trusted, start), start)
    return _verified(connection, heads, trusted, start)


def _intact(file: Path, statements: Statements, start: Start) -> Verdict:
    """The verdict of two processes on ``file`` as it is now; ``NotWhole`` where something disagrees."""
    asked = Asked(str(file), start.seq, SHAPES, start.checkpoint, list(statements.seqs), sorted(KINDS))
    seq, last, problems = start.seq, start.hash, list[str]()
    for span in spans(asked):
        if span.prev_hash != last:
            raise NotWhole
        for entry in span.spoken:
            problems += statements.pass_by(entry)
        seq, last = span.last, span.hash
    if problems or statements.rest(seq) or (start.seq and not start.seq < start.pruned <= seq):
        raise NotWhole
    return Verdict(seq - start.seq, last, (), start.seq, statements.compared)


def _file_of(connection: Connection) -> Path | None:
    address = connection.engine.url
    named = address.database if address.get_backend_name() == "sqlite" else None
    return None if named in (None, "", ":memory:") else Path(str(named))


def _verified(
    connection: Connection,
    heads: Iterable[Head],
    trusted: Collection[str],
    start: Start,
) -> Verdict:
    statements = Statements(connection, heads, trusted, start)
    problems: list[str] = []
    seq, last, count, folded = start.seq, start.hash, 0, MemoryProjections(start.checkpoint)
    waited = statements.seqs
    for batch in scan(connection):
        for entry in batch:
            if entry.seq != seq + 1 or entry.prev_hash != last or entry.made() != entry.hash:
                problems.append(_link_problem(entry, seq, last))
            if (problem := fold(folded, entry)) is not None:
                problems.append(problem)
            if entry.kind in KINDS or entry.seq in waited:
                problems += statements.pass_by(entry)
            seq, last = entry.seq, entry.hash
        count += len(batch)
        del problems[_AT_MOST:]
    problems += [*statements.rest(seq), *_end_problems(connection, seq, last, start)]
    for table in PROJECTIONS:
        problems.extend(_projection_problems(connection, table, folded.rows(table.name)))
    return Verdict(count, last, tuple(problems[:_AT_MOST]), start.seq, statements.compared)


def _link_problem(entry: Stored, seq: int, last: str) -> str:
    if entry.seq != seq + 1:
        return f"seq {seq + 1} is missing: the next entry is seq {entry.seq}"
    if entry.prev_hash != last:
        return f"seq {entry.seq} does not follow seq {seq}: an entry was changed, inserted or replaced"
    return f"seq {entry.seq} ({entry.kind} {entry.key}) was changed: its text does not give its hash"


def _end_problems(connection: Connection, seq: int, last: str, start: Start) -> Iterator[str]:
    heads = [tuple(row) for row in connection.execute(select(HEAD.c.id, HEAD.c.seq, HEAD.c.hash))]
    if heads != ([(1, seq, last)] if seq else []):
        recorded = ", ".join(str(row[1]) for row in heads) or "none"
        yield f"the chain ends at seq {seq}, its head was recorded at seq {recorded}"
    if start.seq and not start.seq < start.pruned <= seq:
        yield f"the chain begins after seq {start.seq}, and no prune on record says so"


def _stored_rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Rows of a projection, a few thousand at a time; booleans as integers: a 7 must not pass for true."""
    if connection.dialect.name == "sqlite":
        yield from Statement(select(table)).each(connection, {}, _ROWS)
        return
    columns = [type_coerce(c, Integer).label(c.name) if isinstance(c.type, Boolean) else c for c in table.columns]
    yield from map(tuple, connection.execute(select(*columns), execution_options={"yield_per": _ROWS}))


def _projection_problems(connection: Connection, table: Table, wanted: dict[str | int, Row]) -> Iterator[str]:
    key, names = KEY_OF[table.name], [column.name for column in table.columns]
    place, values = names.index(key), itemgetter(*names)
    seen = 0
    for found in _stored_rows(connection, table):
        row = wanted.get(found[place])
        seen += row is not None
        if row is None:
            yield f"{table.name} has {found[place]!r}, which no entry made"
        elif found != values(row):
            differ = ", ".join(name for name, value in zip(names, found, strict=True) if value != row[name])
            yield f"{table.name} {found[place]!r} differs from the chain in {differ} (seq {row.get('seq', '-')})"
    if seen < len(wanted):
        stored = set(connection.execute(select(table.c[key])).scalars())
        missing = next(name for name in wanted if name not in stored)
        yield f"{table.name} lacks {missing!r} (seq {wanted[missing].get('seq', '-')})"
