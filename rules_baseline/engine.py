"""The engine: batches of raw events in, alerts out at the very event that crosses a level, nothing lost or doubled."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline import book as books
from rules_baseline import corrections, crossing, memory
from rules_baseline import findings as views
from rules_baseline.alerts import ALERTS_SCHEMA, to_arrow
from rules_baseline.batches import Batch
from rules_baseline.facts import CANCELS, OPENS, Facts
from rules_baseline.limits import Limits
from rules_baseline.occurrence import occurrences_of
from rules_baseline.parsed import ParsedConnection
from rules_baseline.rule import Rule
from rules_baseline.state import EVENT_SQL, UNIT_SQL, last_sequence, one, open_state
from rules_baseline.statement import Statement, compile_rules, union
from rules_baseline.term_tables import TermTables, term_tables
from rules_baseline.totals import Totals
from rules_baseline.trigger import TriggerRecord

_DAYS = "(SELECT trading_day FROM kept_messages UNION SELECT trading_day FROM kept_legs)"
_EVENTS = f"""INSERT INTO events SELECT $sequence, {UNIT_SQL}, {EVENT_SQL}, sign, {{late}}, hash({UNIT_SQL})
FROM ({{parts}}) {{closed}}"""
_LATE = ("coalesce(event_time <= closed_at, FALSE)", "LEFT JOIN closed USING (exchange)")
Beside = Callable[[Any, Sequence[TriggerRecord]], None]
SMALL = 100_000  # rows; below it one thread is faster than handing work to several


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a batch holds at a glance: when, which days, and how many rows of it are late."""

    since: datetime
    until: datetime
    days: tuple[date, ...]
    exchanges: frozenset[str]
    closed: dict[str, datetime]  # the latest time of each exchange, this batch included
    late: int


class RulesEngine:
    """All intraday rules over one stream of batches, with durable state in ``state_dir``.

    ``reference`` holds Arrow tables as ``reference.reference_tables`` gives them: ``contracts``, and where they were
    given ``memberships``, ``accounts``, ``contract_days``, ``opening_limits``, ``notices``, ``alerts``. ``fingerprint``
    names the run: the same one resumes, another one starts fresh. Batches must come with sequence 1, 2, 3 ...; one
    that was committed before is not counted again.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        rules: Sequence[Rule],
        limits: Limits,
        reference: Mapping[str, pa.Table],
        fingerprint: str,
        statement: Statement | None = None,  # compile_rules(rules), where it is at hand
    ) -> None:
        self._statement = compile_rules(rules) if statement is None else statement
        self._rules = rules
        self.columns = self._statement.columns
        terms = term_tables(rules, limits, reference)  # what is wrong with the tables is said before a file is touched
        self._con = ParsedConnection(open_state(state_dir, fingerprint))
        for name, table in terms.tables.items():
            self._create(name, table)
        self._facts = Facts(self._con, reference)
        self._con.execute(_exempt_view(rules))
        self._book = self._open_book(terms, limits, reference)
        self._totals = Totals(self._con, [(t.warning_at, t.breach_at) for t in terms.terms])
        self._alone = False
        self._needed = memory.needed_by(terms.terms, limits.entries)
        self._in_use = [(rule, {t.exchange for t in terms.terms if t.rule_id == rule.id}) for rule in rules]
        self._last = last_sequence(self._con)
        self._any_late = self.late_rows > 0
        self._closed: dict[str, datetime] = dict(
            self._con.execute("SELECT exchange, max(event_time) FROM watermarks GROUP BY exchange").fetchall()
        )
        self._facts.meet({day for (day,) in self._con.execute(f"FROM {_DAYS}").fetchall()})

    @property
    def sequence(self) -> int:
        """The number of the last committed batch; 0 before the first."""
        return self._last

    @property
    def late_rows(self) -> int:
        """Raw rows so far that came after a later one of their exchange had been processed."""
        return int(one(self._con, "SELECT coalesce(sum(late), 0) FROM progress"))

    def process(self, batch: Batch, *, beside: Beside | None = None) -> list[TriggerRecord]:
        """Count one batch and give its new alerts, by (triggered_at, alert_id), once they are durable.

        A batch that was committed before gives the alerts it gave then; a gap in the sequence raises ``AlertError``.
        ``beside`` is told of the new alerts within the batch's transaction, with the connection that it may write its
        own tables through; it is not called for a batch that was committed before.
        """
        last = self._last
        if batch.sequence <= last:
            return self._records("WHERE sequence = ?", [batch.sequence])
        if batch.sequence > last + 1:
            raise AlertError(
                f"batch {batch.sequence} came after batch {last}",
                f"wanted batch {last + 1}",
                "deliver the batches in order, none left out",
            )
        self._con.execute("BEGIN")
        met = self._facts.days
        try:
            found, closed, totals = self._count(batch)
            if beside is not None:
                beside(self._con, found)
            self._con.execute("COMMIT")
        except BaseException:
            self._con.execute("ROLLBACK")
            self._book.settle(committed=False)
            self._facts.forget(self._facts.days - met)
            raise
        self._book.settle(committed=True)
        self._totals.take(totals)
        self._closed, self._last = closed, batch.sequence
        return found

    def alerts(self) -> list[TriggerRecord]:
        """Every alert so far, in the order of the alerts file."""
        return self._records()

    def findings(self) -> pa.Table:
        """HIT, MISS or UNKNOWN for every unit looked at so far (columns: ``findings.FINDINGS_SCHEMA``)."""
        return views.findings(self._con, self._rules)

    def counters(self, day: date | None = None, subject: str | None = None) -> pa.Table:
        """Counts against limits now (“417 / 500”), nearest to a breach first; None: all days, all subjects."""
        return views.counters(self._con, day, subject)

    def status(self, subject: str | None = None) -> list[dict[str, Any]]:
        """Rows of ``counters`` of the latest day: rule_id, exchange, contract, subject_id, count, limit, share, answer.

        Nearest to a breach first; also subject_type, trading_day, warning_at, breach_at. Empty before the first batch.
        """
        day = one(self._con, f"SELECT max(trading_day) FROM {_DAYS}")
        rows: list[dict[str, Any]] = [] if day is None else self.counters(day, subject).to_pylist()
        return rows

    def corrections(self) -> pa.Table:
        """What late rows changed: unit, late events, total now, and when an emitted alert would have come."""
        return self._con.sql("SELECT * EXCLUDE (sequence) FROM corrections ORDER BY ALL").to_arrow_table()

    def events(self) -> int:
        """Raw rows processed so far."""
        return int(one(self._con, "SELECT coalesce(sum(orders + trades), 0) FROM progress"))

    def cursor(self) -> Any:
        """Another connection to the state file, in this process: to read what ``process`` was told to keep beside."""
        return self._con.cursor()

    def close(self) -> None:
        """Let go of the state file."""
        self._con.close()

    def _count(self, batch: Batch) -> tuple[list[TriggerRecord], dict[str, datetime], dict[int, tuple[int, int]]]:
        con = self._con
        self._use_threads(batch.orders.num_rows + batch.trades.num_rows)
        con.register("batch_orders", batch.orders)
        con.register("batch_trades", batch.trades)
        arrived = self._arrived(batch)
        found: list[TriggerRecord] = []
        totals: dict[int, tuple[int, int]] = {}
        if arrived is not None:
            self._facts.meet(arrived.days)
            memory.keep(con, batch.sequence, self._needed)
            if self._append_events(batch.sequence, arrived):
                if arrived.late:
                    self._any_late = True  # also where the batch is rolled back: to look twice changes nothing
                    corrections.record_corrections(con, batch.sequence)
                standing, totals = self._totals.add(con, batch.sequence)
                found = crossing.new_alerts(con, standing, self._book, late=self._any_late)
                self._append(batch.sequence, found)
        late_rows = 0 if arrived is None else arrived.late
        con.execute(
            "INSERT INTO progress VALUES (?, ?, ?, ?)",
            [batch.sequence, batch.orders.num_rows, batch.trades.num_rows, late_rows],
        )
        return found, self._closed if arrived is None else arrived.closed, totals

    def _use_threads(self, rows: int) -> None:
        if (rows < SMALL) != self._alone:
            self._alone = rows < SMALL
            self._con.execute("SET threads = 1" if self._alone else "RESET threads")

    def _arrived(self, batch: Batch) -> Arrived | None:
        """Move each exchange's watermark to the latest time seen, and count late rows; None: an empty batch."""
        sequence, seen = batch.sequence, _seen(batch)
        if not seen:
            return None
        before, closed = self._closed, dict(self._closed)
        for exchange, _, _, last in seen:
            closed[exchange] = max(last, closed.get(exchange, last))
        names = sorted({row[0] for row in seen})
        rows = [value for name in names for value in (sequence, name, closed[name])]
        self._con.execute(f"INSERT INTO watermarks VALUES {', '.join(['(?, ?, ?)'] * len(names))}", rows)
        late = 0
        if any(name in before and first <= before[name] for name, _, first, _ in seen):
            columns = {"exchange": list(before), "closed_at": pa.array(before.values(), pa.timestamp("us"))}
            self._create("closed", pa.table(columns))
            late = corrections.late_rows(self._con)
        days = tuple(sorted({row[1] for row in seen}))
        since, until = min(row[2] for row in seen), max(row[3] for row in seen)
        return Arrived(since, until, days, frozenset(names), closed, late)

    def _append_events(self, sequence: int, arrived: Arrived) -> bool:
        """Append what counts, or may, of the batch in hand; False where no rule had anything to look at."""
        parts, looks_at = [], set()
        held = memory.hold(
            self._con, sequence, self._needed, first_day=arrived.days[0], since=arrived.since, until=arrived.until
        )
        for rule, exchanges in self._in_use:
            if not exchanges & arrived.exchanges:
                continue
            if not rule.derived:
                looks_at.add(rule.looks_at)
                parts.append(f"SELECT *, 1 AS sign FROM ({self._statement.events[rule.id]})")
                continue
            parts += self._derived(rule, held, late=arrived.late > 0)
        if "cancels" in looks_at:
            self._con.execute(CANCELS)
        if "opens" in looks_at:
            self._con.execute(OPENS)
        if parts:
            late, closed = _LATE if arrived.late else ("FALSE", "")
            sql = _EVENTS.format(late=late, closed=closed, parts=union(parts))
            self._con.execute(sql, {"sequence": sequence})
        return bool(parts)

    def _derived(self, rule: Rule, held: memory.Held, *, late: bool) -> list[str]:
        """What a derived rule says now and did not before, and, where rows came late, the other way round."""
        matches = held.matches_of_groups if "control_groups" in rule.needs else held.matches
        rows, before = (
            (matches, held.matches_before) if rule.looks_at == "trades" else (held.messages, held.bursts_before)
        )
        now, earlier = self._statement.events[rule.id], self._statement.before[rule.id]
        if not rows:
            return []
        if not before:
            return [f"SELECT *, 1 AS sign FROM ({now})"]
        parts = [f"SELECT *, 1 AS sign FROM (({now}) EXCEPT ALL ({earlier}))"]
        return [*parts, f"SELECT *, -1 AS sign FROM (({earlier}) EXCEPT ALL ({now}))"] if late else parts

    def _open_book(self, terms: TermTables, limits: Limits, reference: Mapping[str, pa.Table]) -> crossing.Book:
        past = occurrences_of(reference, limits.occurrence_days)
        book = crossing.Book({term.term_id: term for term in terms.terms}, limits, past)
        columns = f"level, triggered_at, occurrence, rule_id, exchange, coalesce(contract, '{crossing.NO_PART}'), "
        rows = self._con.execute(f"SELECT {columns} trading_day, subject_type, subject_id FROM alerts").fetchall()
        for level, at, occurrence, *unit in rows:
            book.emitted.setdefault(tuple(unit), {})[level] = occurrence
            if level == "breach":
                past.add((unit[1], unit[0], unit[5]), unit[3], at)
        return book

    def _append(self, sequence: int, records: Sequence[TriggerRecord]) -> None:
        if records:
            self._con.register("new_alerts", to_arrow(records))
            zone = "* REPLACE (triggered_at AT TIME ZONE 'UTC' AS triggered_at)"
            self._con.execute(f"INSERT INTO alerts SELECT ?, {zone} FROM new_alerts", [sequence])
            self._con.unregister("new_alerts")

    def _records(self, where: str = "", parameters: Sequence[Any] = ()) -> list[TriggerRecord]:
        sql = f"SELECT {', '.join(ALERTS_SCHEMA.names)} FROM alerts {where} ORDER BY triggered_at, alert_id"
        rows = self._con.execute(sql, list(parameters)).fetchall()
        return [TriggerRecord(**dict(zip(ALERTS_SCHEMA.names, row, strict=True))) for row in rows]

    def _create(self, name: str, table: pa.Table) -> None:
        self._con.register("arriving", table)
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM arriving")
        self._con.unregister("arriving")


def _seen(batch: Batch) -> list[tuple[str, date, datetime, datetime]]:
    """Exchange, trading day, and the first and last time of it, once or twice each."""
    rows: list[tuple[str, date, datetime, datetime]] = []
    for table in (batch.orders, batch.trades):
        groups = table.select(["exchange", "trading_day", "event_time"]).group_by(
            ["exchange", "trading_day"], use_threads=False
        )
        found = groups.aggregate([("event_time", "min"), ("event_time", "max")])
        columns = ("exchange", "trading_day", "event_time_min", "event_time_max")
        rows += zip(*(found.column(name).to_pylist() for name in columns), strict=True)
    return sorted(rows)


def _exempt_view(rules: Sequence[Rule]) -> str:
    """SQL of the view of subjects that a rule counts and never alerts."""
    parts = [f"SELECT '{rule.id}' AS rule_id, * FROM {rule.exempt}" for rule in rules if rule.exempt]
    nobody = "SELECT '' AS rule_id, * FROM programmatic WHERE false"
    return f"CREATE OR REPLACE TEMP VIEW exempt AS {union(parts or [nobody])}"
