"""One of the two halves of a ``verify``: spans of the chain hashed, the cases of one half folded and compared.

Both processes run this. Spans alternate between them; what folds read of a span goes to both, each by the half its
case is in. Nothing here says what is wrong: ``NotWhole``, and whoever asked looks again by himself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ledger.chain import stored_hash
from ledger.cut import readers
from ledger.memory_rows import MemoryRows, Shape
from ledger.projection import HANDLERS, Row
from ledger.stored import Stored

SPAN = 1_000  # entries
_AT_ONCE = 100  # rows: more of them leave the processor's cache before they are hashed
_READ = (
    "SELECT seq, kind, key, recorded_at, CAST(payload AS BLOB), prev_hash, hash FROM entries "
    "WHERE seq > ? AND seq <= ? ORDER BY seq"
)
_BEGINS = frozenset({"alert", "key", "notice", "restriction", "strategy_proposed"})  # rows that nobody had before
# Case ids end in an entry's number, whose last digit may always be odd.
_HALF = "coalesce(unicode(substr(case_id, -2, 1)) % 2, 0) = ?"

Fact = tuple[str, int, str, Any]  # kind, seq, recorded_at and what folds read of the payload


class NotWhole(Exception):  # a state: whoever asked looks for himself
    """Something does not fit, or the other process has a fault of its own."""


class Span(NamedTuple):
    """Entries up to ``last`` whose hashes and links are right: the hash before them, that of the last, facts by half.

    ``spoken`` are the entries that a statement waits for or is.
    """

    last: int
    prev_hash: str
    hash: str
    facts: tuple[list[Fact], list[Fact]]
    spoken: list[Stored]


def half_of(case_id: str | None) -> int:
    """Which of the halves 0 and 1 a case is in; ``_HALF`` in SQL.

    >>> half_of("C00000001"), half_of("C00000011"), half_of("C00000020"), half_of("C"), half_of(None)
    (0, 1, 0, 0, 0)
    """
    return ord(case_id[-2]) & 1 if case_id is not None and len(case_id) > 1 else 0


def _half(kind: str, payload: Any, alerts: dict[str, int]) -> int | None:
    """The half of the fact's case, or of its alert's where it is among ``alerts``; a new row's; ``None``: both."""
    if kind == "score":
        return alerts.get(payload["alert_id"])
    case_id = payload.get("case_id")
    if case_id is None and kind not in _BEGINS:
        return None
    half = half_of(case_id)
    if kind == "alert":
        alerts[payload["trigger"]["alert_id"]] = half
    return half


class Half:
    """Half ``number`` of the ledger in ``file``, whose projections have these ``shapes``; closed by ``close``.

    ``waited`` are the numbers of entries that statements speak of, ``kinds`` those of statements.
    """

    def __init__(
        self, file: Path, number: int, shapes: Mapping[str, Shape], waited: Collection[int], kinds: Collection[str]
    ) -> None:
        self._raw = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        self._number, self._shapes = number, shapes
        self._waited, self._kinds = frozenset(waited), frozenset(kinds)
        self._read = readers(HANDLERS)
        self._rows = MemoryRows(shapes)

    def close(self) -> None:
        """Give the file back."""
        self._raw.close()

    def begin(self, checkpoint: Mapping[str, Sequence[Row]]) -> None:
        """Start from this half of the rows that were folded before."""
        mine = {
            table: [row for row in rows if half_of(row.get("case_id")) == self._number]
            for table, rows in checkpoint.items()
        }
        self._rows.put_all(mine)

    def head(self) -> tuple[int, str]:
        """The recorded head, which is the last entry, in a new view of the file that everything later is read in."""
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        self._raw.execute("BEGIN")
        heads = self._raw.execute("SELECT id, seq, hash FROM head").fetchall()
        last = self._raw.execute("SELECT max(seq) FROM entries").fetchone()[0]
        if len(heads) != 1 or heads[0][:2] != (1, last):
            raise NotWhole
        return last, heads[0][2]

    def span(self, after: int, until: int) -> Span:
        """The entries beyond ``after`` up to ``until``, each there and each with its right hash."""
        facts: tuple[list[Fact], list[Fact]] = ([], [])
        spoken, alerts = list[Stored](), dict[str, int]()
        readers, waited, kinds = self._read, self._waited, self._kinds
        seq, first, last = after, None, None
        for row in self._each(_READ, (after, until)):
            number, kind, key, recorded_at, payload, prev_hash, told = row
            seq += 1
            if first is None:
                first = last = prev_hash
            made = stored_hash(prev_hash, seq, kind, key, recorded_at, payload)
            if number != seq or prev_hash != last or made != told:
                raise NotWhole
            last = told
            if kind in readers:
                said = readers[kind](payload)
                half = _half(kind, said, alerts)
                for one in facts if half is None else (facts[half],):
                    one.append((kind, seq, recorded_at, said))
            if seq in waited or kind in kinds:
                spoken.append(Stored(*row))
        if seq != until or first is None or last is None:
            raise NotWhole
        return Span(seq, first, last, facts, spoken)

    def _each(self, query: str, given: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
        found = self._raw.execute(query, given)
        while rows := found.fetchmany(_AT_ONCE):
            yield from rows

    def fold(self, facts: Sequence[Fact]) -> None:
        """What a span's facts do to this half of the projections."""
        for kind, seq, recorded_at, payload in facts:
            HANDLERS[kind](self._rows, seq, recorded_at, payload)

    def same_rows(self) -> dict[str, int]:
        """How many stored rows of each table this half made, every one of them as it is stored."""
        return {table: self._same(table, shape) for table, shape in self._shapes.items()}

    def _same(self, table: str, shape: Shape) -> int:
        halved = "case_id" in shape.columns
        query = f'{self._as_text(shape)} FROM "{table}"' + f" WHERE {_HALF}" * halved
        plain = [name for name in shape.columns if name not in shape.others]
        wanted, values, encode = self._rows.rows(table), itemgetter(*plain), msgspec.json.Encoder().encode
        seen = 0
        for key, text, *others in self._each(query, (self._number,) * halved):
            made = wanted.get(key)
            if made is None:
                continue  # the other half's; a row that nobody made is missed in the count
            if text != encode(values(made)) or others != [made[name] for name in shape.others]:
                raise NotWhole
            seen += 1
        if seen != len(wanted):
            raise NotWhole
        return seen

    @staticmethod
    def _as_text(shape: Shape) -> str:
        """Rows as SQLite writes them in JSON, in half the time of their values: different integers, texts and nulls
        are different texts. Of real numbers it writes 15 digits, so these come as they are.
        """
        others = "".join(f', "{name}"' for name in shape.others)
        plain = ", ".join(f'"{name}"' for name in shape.columns if name not in shape.others)
        return f'SELECT "{shape.key}", CAST(json_array({plain}) AS BLOB){others}'  # names of our own

    def stored(self) -> dict[str, int]:
        """How many rows each table has."""
        return {t: int(self._raw.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0]) for t in self._shapes}  # noqa: S608
