"""The engine: batches of raw events in, alerts out at the very event that crosses a level, nothing lost or doubled."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline import corrections, crossing
from rules_baseline import findings as views
from rules_baseline.alerts import ALERTS_SCHEMA, to_arrow
from rules_baseline.batches import Batch
from rules_baseline.limits import Limits
from rules_baseline.occurrence import occurrences_of
from rules_baseline.rule import Rule
from rules_baseline.state import UNIT_SQL, last_sequence, one, open_state
from rules_baseline.statement import Statement, compile_rules
from rules_baseline.terms import arrow_table, levels_table, terms_of
from rules_baseline.trigger import TriggerRecord

_TALLIES = f"""
INSERT INTO tallies
SELECT (SELECT sequence FROM this_batch), {UNIT_SQL}, max(term_id),
       coalesce(sum(amount) FILTER (WHERE counts), 0)::BIGINT, count(*) FILTER (WHERE counts IS NULL),
       max(reason) FILTER (WHERE counts IS NULL)
FROM fresh GROUP BY {UNIT_SQL}
"""
_EVENTS = f"""
INSERT INTO events
SELECT (SELECT sequence FROM this_batch), {UNIT_SQL}, account_id, other_account_id, event_time, seq, event_rank,
       event_id, order_id, amount, {{late}}
FROM fresh {{watermarks}} WHERE counts
"""
_IN_TIME = _EVENTS.format(late="FALSE", watermarks="")
_PARTLY_LATE = _EVENTS.format(
    late="coalesce(event_time <= closed_at, FALSE)", watermarks="LEFT JOIN closed USING (exchange)"
)
_SEEN = """
SELECT exchange, min(event_time), max(event_time), count(*) FROM (
    SELECT exchange, event_time FROM batch_orders UNION ALL SELECT exchange, event_time FROM batch_trades
) GROUP BY exchange ORDER BY exchange
"""


class RulesEngine:
    """All rules over one stream of batches, with durable state in ``state_dir``.

    ``reference`` holds Arrow tables ``contracts`` and ``memberships`` (account_id, group_id, valid_from, valid_to)
    and, if there are any, ``notices`` and ``alerts``. ``fingerprint`` names the run: the same one resumes, another
    one starts fresh. Batches must come with sequence 1, 2, 3 ...; one that was committed before is not counted again.
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
        statement = compile_rules(rules) if statement is None else statement
        self.columns = statement.batch_columns
        self._events_sql = f"CREATE OR REPLACE TEMP TABLE fresh AS {statement.events}"
        self._memories = {
            name: f"INSERT INTO memory_{name} SELECT (SELECT sequence FROM this_batch), * FROM ({sql})"
            for name, sql in statement.memories.items()
        }
        self._con = open_state(state_dir, fingerprint, statement.memory_columns)
        terms = terms_of(rules, limits)
        tables = {f"terms_{rule.id}": arrow_table(rule, terms) for rule in rules}
        tables |= {"term_levels": levels_table(terms), **{n: reference[n] for n in ("contracts", "memberships")}}
        for name, table in tables.items():
            self._create(name, table)
        book = occurrences_of(reference, limits.occurrence_days)
        self._book = crossing.Book({term.term_id: term for term in terms}, limits, book)
        breaches = "SELECT exchange, rule_id, subject_id, trading_day, triggered_at FROM alerts WHERE level = 'breach'"
        for exchange, rule_id, subject_id, day, at in self._con.execute(breaches).fetchall():
            book.add((exchange, rule_id, subject_id), day, at)
        self._last = last_sequence(self._con)
        self._closed: dict[str, datetime] = dict(
            self._con.execute("SELECT exchange, max(event_time) FROM watermarks GROUP BY exchange").fetchall()
        )

    @property
    def sequence(self) -> int:
        """The number of the last committed batch; 0 before the first."""
        return self._last

    @property
    def late_rows(self) -> int:
        """Raw rows so far that came after a later one of their exchange had been processed."""
        return int(one(self._con, "SELECT coalesce(sum(late), 0) FROM progress"))

    def process(self, batch: Batch) -> list[TriggerRecord]:
        """Count one batch and give its new alerts, by (triggered_at, alert_id), once they are durable.

        A batch that was committed before gives the alerts it gave then; a gap in the sequence raises ``AlertError``.
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
        try:
            found, closed = self._count(batch)
            self._con.execute("COMMIT")
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
        self._closed, self._last = closed, batch.sequence
        return found

    def alerts(self) -> list[TriggerRecord]:
        """Every alert so far, in the order of the alerts file."""
        return self._records()

    def findings(self) -> pa.Table:
        """HIT, MISS or UNKNOWN for every unit looked at so far (columns: ``findings.FINDINGS_SCHEMA``)."""
        return views.findings(self._con)

    def counters(self, day: date | None = None) -> pa.Table:
        """Counts against limits now (“417 / 500”), nearest to a breach first; ``day`` None: all days."""
        return views.counters(self._con, day)

    def corrections(self) -> pa.Table:
        """What late rows changed: unit, late events, total now, and when an emitted alert would have come."""
        return self._con.sql("SELECT * EXCLUDE (sequence) FROM corrections ORDER BY ALL").to_arrow_table()

    def events(self) -> int:
        """Raw rows processed so far."""
        return int(one(self._con, "SELECT coalesce(sum(orders + trades), 0) FROM progress"))

    def close(self) -> None:
        """Let go of the state file."""
        self._con.close()

    def _count(self, batch: Batch) -> tuple[list[TriggerRecord], dict[str, datetime]]:
        con = self._con
        con.register("batch_orders", batch.orders)
        con.register("batch_trades", batch.trades)
        con.execute("CREATE OR REPLACE TEMP TABLE this_batch AS SELECT $n::BIGINT AS sequence", {"n": batch.sequence})
        late, closed = self._late(batch.sequence)
        for insert in self._memories.values():
            con.execute(insert)
        con.execute(self._events_sql)
        con.execute(_TALLIES)
        con.execute(_PARTLY_LATE if late else _IN_TIME)
        if late:
            corrections.record_corrections(con)
        found = crossing.new_alerts(con, batch.sequence, self._book)
        self._append(batch.sequence, found)
        con.execute(
            "INSERT INTO progress VALUES (?, ?, ?, ?)",
            [batch.sequence, batch.orders.num_rows, batch.trades.num_rows, late],
        )
        return found, closed

    def _late(self, sequence: int) -> tuple[int, dict[str, datetime]]:
        """Count late rows, and move each exchange's watermark to the latest time seen."""
        seen = self._con.execute(_SEEN).fetchall()
        before = self._closed
        closed = {**before, **{name: max(last, before.get(name, last)) for name, _, last, _ in seen}}
        if seen:
            rows = [value for name, *_ in seen for value in (sequence, name, closed[name])]
            self._con.execute(f"INSERT INTO watermarks VALUES {', '.join(['(?, ?, ?)'] * len(seen))}", rows)
        if not any(name in before and first <= before[name] for name, first, _, _ in seen):
            return 0, closed
        columns = {"exchange": list(before), "closed_at": pa.array(before.values(), pa.timestamp("us"))}
        self._create("closed", pa.table(columns))
        return corrections.late_rows(self._con), closed

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
