"""From running counts to alerts: which units crossed a level with this batch, and at which event."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from rules_baseline.book import Book, Crossing, Unit
from rules_baseline.state import UNIT_SQL
from rules_baseline.terms import Term
from rules_baseline.trigger import TriggerRecord

ORDER = "event_time, seq NULLS LAST, event_rank, event_id, order_id"  # RULES: the order of events
EVENT = "account_id, other_account_id, event_time, seq, event_rank, event_id, order_id, amount, weight, lots, note"
# An event that a late row took back cancels out with the row that takes it back: nothing of either is left.
NETTED = f"""
SELECT {UNIT_SQL}, {EVENT} FROM (
    SELECT {UNIT_SQL}, {EVENT}, sign, row_number() OVER (PARTITION BY {UNIT_SQL}, {EVENT}, sign) AS copy
    FROM events SEMI JOIN {{units}} AS crossed USING (unit, {UNIT_SQL}) WHERE counts
) GROUP BY {UNIT_SQL}, {EVENT}, copy HAVING sum(sign) > 0
"""
# Where no row came late there is no row that takes another back, and nothing to cancel out.
_AS_THEY_ARE = "SELECT * FROM events WHERE counts"
HASHED = f"unit, {UNIT_SQL}"  # the hash before the words: most rows are told apart by it
_IN_ORDER = f"""
SELECT number, account_id, other_account_id, event_time, event_id, amount, weight, lots, note
FROM ({{rows}}) JOIN candidates USING ({{by}})
ORDER BY number, {ORDER}"""
_CANDIDATES = pa.schema(
    [
        ("number", pa.int32()),
        *((name, pa.date32() if name == "trading_day" else pa.string()) for name in UNIT_SQL.split(", ")),
        ("unit", pa.uint64()),
    ]
)


Exempt = Collection[tuple[str, date, str, str]]  # rule, trading day, subject's type and id: counted, never alerted


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit that may have crossed: its name, the hash it is kept under (0: none), its term, amount and lots now.

    Amount and lots may be too high where two units share a hash; what crosses is worked out exactly.
    """

    unit: Unit
    kept_as: int
    term_id: int
    amount: int
    lots: int


def new_crossings(con: Any, units: Sequence[Standing], book: Book, *, late: bool) -> list[Crossing]:
    """What crosses a level with the batch in hand, whose events are in the state already.

    ``units`` are those that have an event in the batch and may have crossed (see ``Totals`` and ``still_open``).
    ``late`` says whether a row came late, in this batch or before. Every event of a crossing unit is put in order
    again, so a late row gives the alert that one batch would have given.
    """
    if late:
        return crossings(con, units, NETTED.format(units="candidates"), book)
    return crossings(con, units, _AS_THEY_ARE, book, by=HASHED)


def raised(con: Any, units: Sequence[Standing], rows: str, book: Book) -> list[TriggerRecord]:
    """The alerts of ``crossings``, by (triggered_at, alert_id)."""
    return book.records(crossings(con, units, rows, book))


def crossings(con: Any, units: Sequence[Standing], rows: str, book: Book, *, by: str = UNIT_SQL) -> list[Crossing]:
    """Where ``units``, none of them exempt, cross a level that they have not emitted, from all their counted events.

    ``rows`` is SQL of these events, with the columns of a unit and of an event; it may use the table ``candidates``,
    the units by ``number`` (their place in ``units``) and ``unit`` (the hash that they are kept under). ``by`` names
    the columns that rows and candidates share.
    """
    if not units:
        return []
    names = [one.unit for one in units]
    columns = [range(len(units)), *zip(*names, strict=True), [one.kept_as for one in units]]
    arrays = [pa.array(column, kind.type) for column, kind in zip(columns, _CANDIDATES, strict=True)]
    con.register("candidates", pa.Table.from_arrays(arrays, schema=_CANDIDATES))
    events = con.arrow(_IN_ORDER.format(rows=rows, by=by))
    con.unregister("candidates")
    return list(_crossings(events.combine_chunks(), units, book))


def still_open(standing: Sequence[Standing], book: Book, exempt: Exempt) -> list[Standing]:
    """Those that may stand at a level which they have not emitted, and are not ``exempt``."""
    return [one for one in standing if _open(one, book) and (one.unit[0], *one.unit[3:]) not in exempt]


def _crossings(events: pa.Table, units: Sequence[Standing], book: Book) -> Iterator[Crossing]:
    """Where the running sums of each unit reach a level that it has not emitted; ``events`` are in order."""
    numbers, amounts, lots = (events.column(name).to_numpy() for name in ("number", "amount", "lots"))
    edges = np.searchsorted(numbers, np.arange(len(units) + 1))
    for number in np.unique(numbers).tolist():
        one, begins, ends = units[number], int(edges[number]), int(edges[number + 1])
        amount, lot = np.cumsum(amounts[begins:ends]), np.cumsum(lots[begins:ends])
        emitted = book.emitted.get(one.unit, {})
        for level, (at, and_lots) in levels_of(book.terms[one.term_id]).items():
            if level in emitted or amount[-1] < at or lot[-1] < and_lots:
                continue
            last = int(np.argmax((amount >= at) & (lot >= and_lots)))
            rows = events.slice(begins, last + 1)
            yield Crossing(one.unit, level, one.term_id, int(amount[last]), int(lot[last]), rows)


def levels_of(term: Term) -> dict[str, tuple[int, int]]:
    """Amount and lots at which each level of a term begins; levels that it does not have are left out."""
    wanted = {
        "warning": (term.warning_at, 0),
        "breach": (term.breach_at, 0),
        "severe": (term.breach_at if term.severe_at is not None else None, term.severe_at or 0),
    }
    return {name: (at, lots) for name, (at, lots) in wanted.items() if at is not None}


def _open(one: Standing, book: Book) -> bool:
    """Whether a unit may stand at a level that it has not emitted."""
    levels = levels_of(book.terms[one.term_id]).items()
    reached = {name for name, (at, lots) in levels if one.amount >= at and one.lots >= lots}
    return not reached <= book.emitted.get(one.unit, {}).keys()
