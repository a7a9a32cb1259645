"""The engine: batches of raw events in, alerts out at the very event that crosses a level, nothing lost or doubled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline import alert_store, folding
from rules_baseline import findings as views
from rules_baseline.arrived import arrive, seen_in
from rules_baseline.batches import Batch, Whole
from rules_baseline.counting import Counting
from rules_baseline.folding import Day, Days
from rules_baseline.limits import Limits
from rules_baseline.parsed import ParsedConnection
from rules_baseline.planning import Planning
from rules_baseline.raising import Raising
from rules_baseline.rule import Rule
from rules_baseline.state import last_sequence, let_go, one, open_state
from rules_baseline.statement import Statement, compile_rules
from rules_baseline.term_tables import term_tables
from rules_baseline.totals import Sums
from rules_baseline.trigger import TriggerRecord
from rules_baseline.whole import count_whole, days_of

Beside = Callable[[Any, Sequence[TriggerRecord]], None]


@dataclass(slots=True)
class _Counted:
    """What a batch changes outside the state, once it is committed."""

    closed: dict[str, datetime]  # the latest time of each exchange
    alerts: list[TriggerRecord] = field(default_factory=list)
    totals: Sums = field(default_factory=dict)
    days: frozenset[Day] = frozenset()
    folded: tuple[Day, ...] = ()


class RulesEngine:
    """All intraday rules over one stream of batches, with durable state in ``state_dir``.

    ``reference`` holds Arrow tables as ``reference.reference_tables`` gives them: ``contracts``, and where they were
    given ``memberships``, ``accounts``, ``contract_days``, ``opening_limits``, ``notices``, ``alerts``. ``fingerprint``
    names the run: the same one resumes, another one starts fresh. Batches must come with sequence 1, 2, 3 ...; one
    that was committed before is not counted again. ``keep_days``: the rows of a trading day are let go of once so many
    later trading days of its exchange have had rows (1 or more; None: never); rows that come later still are beyond.
    ``beside`` is a connection in whose session the state is opened, so that a ``Whole`` batch of it can be counted.
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
        keep_days: int | None = None,
        beside: Any = None,
    ) -> None:
        statement = compile_rules(rules) if statement is None else statement
        self._rules, self._beside = rules, beside
        self.columns = statement.columns
        terms = term_tables(rules, limits, reference)  # what is wrong with the tables is said before a file is touched
        self._con = ParsedConnection(open_state(state_dir, fingerprint, beside))
        self._counting = Counting(self._con, rules, statement, terms, limits, reference)
        self._raising = Raising(self._con, self._counting, terms, limits, reference, late=self.late_rows > 0)
        self._book, self._totals = self._raising.book, self._raising.totals
        self._planning = Planning(self._con)
        self._last = last_sequence(self._con)
        self._in_doubt = False  # whether a batch is on record that was not taken over: an interrupt came between
        closed = self._con.execute("SELECT exchange, max(event_time) FROM watermarks GROUP BY exchange").fetchall()
        self._closed: dict[str, datetime] = dict(closed)
        self._days = Days(self._con, keep_days)
        self._counting.facts.meet({day for _, day in self._days.kept})

    @property
    def sequence(self) -> int:
        """The number of the last committed batch; 0 before the first."""
        return self._last

    @property
    def late_rows(self) -> int:
        """Raw rows so far that came after a later one of their exchange had been processed, those beyond among them."""
        return int(one(self._con, "SELECT coalesce(sum(late), 0) FROM progress"))

    @property
    def beyond_rows(self) -> int:
        """Rows so far that were too late to be counted: of trading days that were closed for good."""
        return int(one(self._con, "SELECT coalesce(sum(orders + trades), 0) FROM beyond"))

    @property
    def folded(self) -> frozenset[Day]:
        """Exchange and trading day of what is closed for good: rows of it that still come are beyond the kept days."""
        return frozenset(self._days.folded)

    def warm(self) -> None:
        """Have ready, in the background, what the first of many small batches would wait for (40 ms)."""
        self._counting.warm()

    def process(self, batch: Batch | Whole, *, beside: Beside | None = None) -> list[TriggerRecord]:
        """Count one batch and give its new alerts, by (triggered_at, alert_id), once they are durable.

        A batch that was committed before gives the alerts it gave then; a gap in the sequence raises ``AlertError``.
        ``beside`` is told of the new alerts within the batch's transaction, with the connection that it may write its
        own tables through; it is not called for a batch that was committed before.
        """
        last = self._last
        if batch.sequence <= last:
            return alert_store.records(self._con, "WHERE sequence = ?", [batch.sequence])
        if batch.sequence > last + 1:
            raise AlertError(
                f"batch {batch.sequence} came after batch {last}",
                f"wanted batch {last + 1}",
                "deliver the batches in order, none left out",
            )
        if self._in_doubt:
            raise AlertError(
                f"batch {batch.sequence} is on record and its outcome was not taken over",
                "wanted an engine that knows what it committed",
                "close this one and open the state again",
            )
        if isinstance(batch, Whole):
            return self._commit(batch.sequence, lambda: self._count_whole(batch), beside)
        with self._planning.of(batch.orders.num_rows + batch.trades.num_rows):
            return self._commit(batch.sequence, lambda: self._count(batch), beside)

    def alerts(self) -> list[TriggerRecord]:
        """Every alert so far, in the order of the alerts file."""
        return alert_store.records(self._con)

    def findings(self) -> pa.Table:
        """HIT, MISS or UNKNOWN for every unit looked at so far (columns: ``findings.FINDINGS_SCHEMA``)."""
        self._counting.facts.meet({day for _, day in self._days.folded})
        return views.findings(self._con, self._rules)

    def counters(self, day: date | None = None, subject: str | None = None) -> pa.Table:
        """Counts against limits now (“417 / 500”), nearest to a breach first; None: all days, all subjects."""
        self._counting.facts.meet({each for _, each in self._days.folded if day in (None, each)})
        return views.counters(self._con, day, subject)

    def status(self, subject: str | None = None) -> list[dict[str, Any]]:
        """Rows of ``counters`` of the latest day: rule_id, exchange, contract, subject_id, count, limit, share, answer.

        Nearest to a breach first; also subject_type, trading_day, warning_at, breach_at. Empty before the first batch.
        """
        days = {day for _, day in self._days.kept | self._days.folded}
        rows: list[dict[str, Any]] = self.counters(max(days), subject).to_pylist() if days else []
        return rows

    def corrections(self) -> pa.Table:
        """What late rows changed: unit, late events, total now, and when an emitted alert would have come."""
        return self._con.sql("SELECT * EXCLUDE (sequence) FROM corrections ORDER BY ALL").to_arrow_table()

    def beyond(self) -> pa.Table:
        """Rows that were too late to be counted (sequence, exchange, trading_day, orders, trades), by batch and day."""
        return self._con.sql("FROM beyond ORDER BY ALL").to_arrow_table()

    def events(self) -> int:
        """Raw rows processed so far."""
        return int(one(self._con, "SELECT coalesce(sum(orders + trades), 0) FROM progress"))

    def cursor(self) -> Any:
        """Another connection to the state file, in this process: to read what ``process`` was told to keep beside."""
        return self._con.cursor()

    def close(self) -> None:
        """Let go of the state file."""
        self._counting.close()
        self._raising.close()
        self._planning.close()
        let_go(self._con, self._beside)

    def _commit(self, sequence: int, count: Callable[[], _Counted], beside: Beside | None) -> list[TriggerRecord]:
        facts = self._counting.facts
        self._con.execute("BEGIN")
        met = facts.days
        try:
            counted = count()
            if beside is not None:
                beside(self._con, counted.alerts)
            self._con.execute("COMMIT")
            self._take(sequence, counted)
        except BaseException:
            self._book.settle(committed=False)
            facts.forget(facts.days - met)
            with suppress(duckdb.TransactionException):  # a COMMIT that failed has ended the transaction itself
                self._con.execute("ROLLBACK")
            self._in_doubt = last_sequence(self._con) != self._last
            raise
        return counted.alerts

    def _count(self, batch: Batch) -> _Counted:
        con, orders, trades, late = self._con, batch.orders.num_rows, batch.trades.num_rows, 0
        seen = seen_in(batch)
        closed = {(each.exchange, each.day) for each in seen} & self._days.folded
        if closed:
            batch, left = folding.without(batch, closed)
            late += folding.set_aside(con, batch.sequence, left)
            seen = seen_in(batch)
        counted = _Counted(self._closed)
        if seen:
            con.register("batch_orders", batch.orders)
            con.register("batch_trades", batch.trades)
            self._counting.facts.meet({each.day for each in seen})
            begun = self._counting.begin(batch, seen) if self._planning.alone else None
            arrived = arrive(con, seen, self._closed)
            late += arrived.late
            counted.closed, counted.days = arrived.closed, frozenset((each.exchange, each.day) for each in seen)
            raised = self._raising.alerts_of(batch.sequence, arrived, begun)
            counted.alerts, counted.totals = raised.alerts, raised.totals
        con.execute("INSERT INTO progress VALUES (?, ?, ?, ?)", [batch.sequence, orders, trades, late])
        due = self._days.due(counted.days)
        if due:
            folding.fold(con, batch.sequence, due)
            counted.folded = tuple(due)
        return counted

    def _count_whole(self, batch: Whole) -> _Counted:
        con, seen = self._con, days_of(self._con, batch)
        orders, trades = sum(each.orders for each in seen), sum(each.trades for each in seen)
        self._planning.use_threads(orders + trades)
        counted = _Counted(dict(self._closed), folded=tuple(sorted((each.exchange, each.day) for each in seen)))
        for each in seen:
            counted.closed[each.exchange] = max(each.last, counted.closed.get(each.exchange, each.last))
        counted.alerts = sorted(
            count_whole(con, batch, seen, self._counting, self._book), key=lambda a: (a.triggered_at, a.alert_id)
        )
        alert_store.append(con, batch.sequence, counted.alerts)
        for exchange, last in counted.closed.items():
            con.execute("INSERT INTO watermarks VALUES (?, ?, ?)", [batch.sequence, exchange, last])
        con.execute("INSERT INTO progress VALUES (?, ?, ?, 0)", [batch.sequence, orders, trades])
        if seen:
            folding.close(con, batch.sequence, counted.folded)
        return counted

    def _take(self, sequence: int, counted: _Counted) -> None:
        """Take over what a committed batch changed."""
        self._book.settle(committed=True)
        self._totals.take(counted.totals)
        self._days.take(counted.days, counted.folded)
        self._closed = counted.closed
        if counted.folded and counted.days:  # a whole batch left nothing in memory; its facts are asked for next
            self._totals.rebuild(self._con)
            self._book.forget(counted.folded)
            self._counting.facts.drop(self._days.gone(counted.folded))
        self._last = sequence
