"""The engine for rows that were counted elsewhere: totals of all units, and the events of those that reach a level."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pyarrow as pa

from rules_baseline import memory
from rules_baseline.ahead import found_in_state
from rules_baseline.engine import RulesEngine
from rules_baseline.memory import Needed
from rules_baseline.spark.inputs import DAY_FACTS
from rules_baseline.state import EVENT_SQL, UNIT_SQL
from rules_baseline.trigger import TriggerRecord

_SEQUENCE = 1  # whole days are one batch
_SUMS = ("counts", "term_id", "amount", "lots", "reason")
_INSERT = f"INSERT INTO events SELECT {_SEQUENCE}, {{columns}}, 1, FALSE, hash({UNIT_SQL}) FROM arriving"
# A unit whose events come by themselves is not counted by its total besides.
_REACHED = f"""
SELECT {UNIT_SQL} FROM events JOIN term_levels USING (term_id)
ANTI JOIN exempt USING (rule_id, trading_day, subject_type, subject_id)
WHERE counts AND amount >= least(warning_at, breach_at)"""
_FRESH = f"SELECT unit, {UNIT_SQL}, term_id, amount, lots, counts, sign FROM events"
_FORGET = f"DELETE FROM events WHERE counts AND ({UNIT_SQL}) IN (SELECT {UNIT_SQL} FROM arriving)"


class CountedEngine(RulesEngine):
    """Alerts and findings of one batch of whole days, from what another engine counted; nothing of it is durable."""

    @property
    def needed(self) -> Needed:
        """What the rules need kept, from their own parameters."""
        return self._counting.needed

    def facts_of(self, days: Collection[date]) -> dict[str, pa.Table]:
        """The tables ``DAY_FACTS`` of those days."""
        self._counting.facts.meet(days)
        return {name: self._con.sql(f"FROM {name}").to_arrow_table() for name in DAY_FACTS}

    def look_at(self, rows: Mapping[str, pa.Table]) -> None:
        """Take note of whom the rules look at: orders and trades, one row for all that are alike in that."""
        for name, table in rows.items():
            self._con.register(f"batch_{name}", table)
        memory.keep(self._con, _SEQUENCE, self._counting.needed)

    def take_totals(self, totals: pa.Table) -> pa.Table:
        """Take the totals of every unit (its columns and ``_SUMS``); returns the units that reach a level."""
        own = ", ".join(name if name in _SUMS else "NULL" for name in EVENT_SQL.split(", "))
        self._insert(totals, f"{UNIT_SQL}, {own}")
        return self._con.sql(_REACHED).to_arrow_table()

    def take_events(self, events: pa.Table) -> list[TriggerRecord]:
        """Take the events that count of units that reach a level, in place of their totals; returns the alerts."""
        self._con.register("arriving", events)
        self._con.execute(_FORGET)
        self._insert(events, f"{UNIT_SQL}, {EVENT_SQL}")
        rows = self._con.sql(_FRESH).to_arrow_table()
        exempt = self._counting.exempt(tuple(sorted(rows.column("trading_day").unique().to_pylist())))
        return self._book.records(
            found_in_state(self._con, rows, self._totals, self._book, exempt, late=False).crossings
        )

    def _insert(self, rows: pa.Table, columns: str) -> None:
        self._con.register("arriving", rows)
        self._con.execute(_INSERT.format(columns=columns))
        self._con.unregister("arriving")
