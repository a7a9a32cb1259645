"""What of a batch counts, or may: its rows with what is known of them, through the SQL of every rule."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from rules_baseline import memory
from rules_baseline.alongside import Alongside
from rules_baseline.arrived import Arrived, Seen
from rules_baseline.batches import Batch
from rules_baseline.crossing import Exempt
from rules_baseline.facts import ROW_FACTS, Facts, cancels_of, opens_of
from rules_baseline.limits import Limits
from rules_baseline.rule import Rule
from rules_baseline.state import EVENT_SQL, TYPED_EVENT_SQL, UNIT_SQL, put
from rules_baseline.statement import Statement, union
from rules_baseline.term_tables import TermTables

_EVENTS = f"""{{rows}}
SELECT {UNIT_SQL}, {TYPED_EVENT_SQL}, sign, hash({UNIT_SQL}) AS unit FROM ({{parts}})"""
# a table of their own would cost a small batch more than it costs to name them here
_ROWS = f"WITH cancels AS MATERIALIZED ({cancels_of()}), opens AS MATERIALIZED ({opens_of()})"
_APPEND = f"""INSERT INTO events
SELECT $sequence, {UNIT_SQL}, {EVENT_SQL}, sign, {{late}}, unit FROM new_events {{closed}}"""
_LATE = ("coalesce(event_time <= closed_at, FALSE)", "LEFT JOIN closed USING (exchange)")
_OF_DAYS = "SELECT * FROM {name} WHERE trading_day IN (SELECT unnest($days::DATE[]))"


class Counting:
    """The rules of a run on one connection: the tables their SQL reads, and the parts of it that a batch needs."""

    def __init__(
        self,
        con: Any,
        rules: Sequence[Rule],
        statement: Statement,
        terms: TermTables,
        limits: Limits,
        reference: Mapping[str, pa.Table],
    ) -> None:
        self._con, self.statement = con, statement
        for name, table in terms.tables.items():
            put(con, name, table)
        self.facts = Facts(con, reference)
        con.execute(_exempt_view(rules))
        self._exempts = any(rule.exempt for rule in rules)
        self._exempt: tuple[tuple[date, ...], Exempt] | None = None  # of the days asked for last
        self.needed = memory.needed_by(terms.terms, limits.entries)
        self._terms = terms.tables
        self._alongside: Alongside | None = None  # not before a batch needs it
        self._in_use = [(rule, {t.exchange for t in terms.terms if t.rule_id == rule.id}) for rule in rules]

    def warm(self) -> None:
        """Have ready what the first small batch would wait for."""
        self._alongside = self._alongside or Alongside(self._terms)
        self._alongside.warm()

    def begin(self, batch: Batch, seen: Sequence[Seen]) -> Alongside | None:
        """Start on the rules whose events are rows of a small ``batch``; None where none is in use.

        ``made`` makes these events itself where nothing was begun.
        """
        events = self._of_rows({one.exchange for one in seen})
        if not events:
            return None
        self._alongside = self._alongside or Alongside(self._terms)
        days = tuple(sorted({one.day for one in seen}))
        sql = _EVENTS.format(rows=_ROWS, parts=union(events))
        self._alongside.begin(batch, sql, days=days, facts=lambda: self._facts_of(days))
        return self._alongside

    def made(self, sequence: int, arrived: Arrived, *, begun: bool) -> pa.Table | None:
        """Keep what the batch in hand leaves to later ones, and make its events; None where no rule looks at any.

        ``begun``: those that are rows of the batch are being made alongside. Given are the rows as ``Totals.add``
        takes them: the unit and its hash, and the columns of an event.
        """
        memory.keep(self._con, sequence, self.needed)
        parts = self._of_several_rows(sequence, arrived)
        rows = [] if begun else self._of_rows(arrived.exchanges)
        sql = _EVENTS.format(rows=_ROWS if rows else "", parts=union(parts + rows))
        return self._con.arrow(sql) if parts + rows else None

    def append(self, sequence: int, events: pa.Table, *, late: bool) -> None:
        """Append events to the state; ``late`` says whether the batch in hand has late rows."""
        of_event, closed = _LATE if late else ("FALSE", "")
        self._con.register("new_events", events)
        self._con.execute(_APPEND.format(late=of_event, closed=closed), {"sequence": sequence})
        self._con.unregister("new_events")

    def exempt(self, days: tuple[date, ...]) -> Exempt:
        """Whom of these days rules count and never alert."""
        if not self._exempts:
            return frozenset()
        if self._exempt is None or self._exempt[0] != days:
            rows = self._con.execute(_OF_DAYS.format(name="exempt"), {"days": list(days)}).fetchall()
            self._exempt = days, frozenset(rows)
        return self._exempt[1]

    def close(self) -> None:
        """Let go of the thread that works alongside, where there is one."""
        if self._alongside is not None:
            self._alongside.close()

    def _facts_of(self, days: tuple[date, ...]) -> dict[str, pa.Table]:
        told = {"days": list(days)}
        return {name: self._con.arrow(_OF_DAYS.format(name=name), told) for name in ROW_FACTS}

    def _of_rows(self, exchanges: Collection[str]) -> list[str]:
        """SQL of the events that are rows of the batch in hand, rule by rule."""
        return [f"SELECT *, 1 AS sign FROM ({self.statement.events[rule.id]})" for rule in self.plain(exchanges)]

    def _of_several_rows(self, sequence: int, arrived: Arrived) -> list[str]:
        """SQL of the events that the batch in hand makes of its own rows and of earlier ones, or takes back."""
        held = memory.hold(
            self._con, sequence, self.needed, first_day=arrived.days[0], since=arrived.since, until=arrived.until
        )
        late, rules = arrived.late > 0, self.derived(arrived.exchanges)
        return [part for rule in rules for part in self.changed(rule, held, late=late)]

    def plain(self, exchanges: Collection[str]) -> list[Rule]:
        """Rules in use at one of these exchanges whose events are rows of the batch."""
        return [rule for rule, used in self._in_use if not rule.derived and used & set(exchanges)]

    def derived(self, exchanges: Collection[str]) -> list[Rule]:
        """Rules in use at one of these exchanges whose events are made of several rows."""
        return [rule for rule, used in self._in_use if rule.derived and used & set(exchanges)]

    def changed(self, rule: Rule, held: memory.Held, *, late: bool) -> list[str]:
        """What a derived rule says now and did not before, and, where rows came late, the other way round."""
        matches = held.matches_of_groups if "control_groups" in rule.needs else held.matches
        rows, before = (
            (matches, held.matches_before) if rule.looks_at == "trades" else (held.messages, held.bursts_before)
        )
        if not rows:
            return []
        now = self.statement.events[rule.id]
        if not before:
            return [f"SELECT *, 1 AS sign FROM ({now})"]
        earlier = self.statement.before[rule.id]
        parts = [f"SELECT *, 1 AS sign FROM (({now}) EXCEPT ALL ({earlier}))"]
        return [*parts, f"SELECT *, -1 AS sign FROM (({earlier}) EXCEPT ALL ({now}))"] if late else parts


def _exempt_view(rules: Sequence[Rule]) -> str:
    """SQL of the view of subjects that a rule counts and never alerts."""
    parts = [f"SELECT '{rule.id}' AS rule_id, * FROM {rule.exempt}" for rule in rules if rule.exempt]
    nobody = "SELECT '' AS rule_id, * FROM programmatic WHERE false"
    return f"CREATE OR REPLACE TEMP VIEW exempt AS {union(parts or [nobody])}"
