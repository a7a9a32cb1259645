"""The intraday rules on Spark: it counts, and brings here the counts of every unit and the events of those that matter.

Alerts, evidence and findings are then written by the one engine that writes them for DuckDB.
"""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline.batches import arrow_schema
from rules_baseline.reference import reference_tables
from rules_baseline.rule import Rule
from rules_baseline.rulebook import Rulebook
from rules_baseline.spark.counted import CountedEngine
from rules_baseline.spark.handover import Handover
from rules_baseline.spark.inputs import LOOKED_AT, make_inputs
from rules_baseline.state import EVENT_SQL, UNIT_SQL
from rules_baseline.statement import Statement, compile_rules, union
from rules_baseline.term_tables import term_tables
from rules_baseline.trigger import TriggerRecord

# One row for all events of a unit that count, one for all that may.
_TOTALS = f"""
SELECT {UNIT_SQL}, counts, max(term_id) AS term_id, sum(amount) AS amount, sum(lots) AS lots, max(reason) AS reason
FROM counted GROUP BY {UNIT_SQL}, counts"""
_OF_REACHED = f"SELECT {UNIT_SQL}, {EVENT_SQL} FROM counted SEMI JOIN reached USING ({UNIT_SQL}) WHERE counts"


def count_on_spark(spark: Handover, events: Any, book: Rulebook) -> tuple[list[TriggerRecord], pa.Table]:
    """Alerts and findings of the intraday rules over ``features.events.load.Events``, its raw tables handed over.

    Raises ``AlertError`` for a rule that cannot be said on Spark.
    """
    statement, reference = _compiled(book.rules), reference_tables(events)
    looked_at = {name: _filled(name, spark.fetch(query)) for name, query in LOOKED_AT.items()}
    days = {day for table in looked_at.values() for day in table.column("trading_day").unique().to_pylist()}
    with tempfile.TemporaryDirectory(prefix="alertgrade-") as folder:
        engine = CountedEngine(
            Path(folder),
            rules=book.rules,
            limits=book.limits,
            reference=reference,
            fingerprint="spark",
            statement=statement,
        )
        try:
            terms = term_tables(book.rules, book.limits, reference).tables
            make_inputs(spark, engine.facts_of(days) | terms, engine.needed)
            engine.look_at(looked_at)
            return _counted(spark, engine, statement)
        finally:
            engine.close()


def _counted(spark: Handover, engine: CountedEngine, statement: Statement) -> tuple[list[TriggerRecord], pa.Table]:
    parts = [f"SELECT {UNIT_SQL}, {EVENT_SQL} FROM ({sql})" for sql in statement.events.values()]
    spark.keep("counted", union(parts))
    reached = engine.take_totals(spark.fetch(_TOTALS))
    alerts = []
    if reached.num_rows:
        spark.give("reached", reached)
        alerts = engine.take_events(spark.fetch(_OF_REACHED))
    spark.forget()
    return alerts, engine.findings()


def _compiled(rules: tuple[Rule, ...]) -> Statement:
    try:
        return compile_rules(rules, dialect="pyspark")
    except ibis.common.exceptions.IbisError as error:
        raise AlertError(
            f"a rule has no Spark SQL: {error}", "wanted expressions that Spark has too", "run it with --engine duckdb"
        ) from error


def _filled(name: str, rows: pa.Table) -> pa.Table:
    """``rows`` with every column of the raw table, null where a row that stands for many has none."""
    schema = arrow_schema(name)
    columns = [
        rows.column(field.name) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
