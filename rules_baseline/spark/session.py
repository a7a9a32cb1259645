"""The screens' session on Spark: what reads raw rows runs there, what is made of results is finished here."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import re
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from rules_baseline.after_close.session import Session, sql_of
from rules_baseline.spark.handover import Handover

_OWN = re.compile(r"\bafter_close_\d+\b")


class SparkSession(Session):
    """Ibis expressions of the screens over tables handed over to Spark.

    An expression that reads a raw table, or a table kept on Spark, runs on Spark. One over results alone (Arrow tables
    that were put, rows that were gathered, and what was made of those) runs in the DuckDB session of the events, as it
    does without Spark. Results that meet raw rows are handed over first.
    """

    def __init__(self, events: Any, spark: Handover) -> None:
        super().__init__(events)
        self._spark = spark
        self._there: set[str] = set()  # tables of this session that Spark keeps
        self._known: set[str] = set()  # tables of this session that Spark was given
        self._here: set[str] = set()  # tables of this session that DuckDB has

    def put(self, table: pa.Table) -> Any:
        """An Arrow table as a table of this session."""
        made = super().put(table)
        self._here.add(made.get_name())
        return made

    def keep(self, expression: Any) -> Any:
        """The rows of an expression, computed once, where it runs."""
        if self._runs_here(expression):
            made = super().keep(expression)
            self._here.add(made.get_name())
            return made
        schema = expression.schema()
        columns = ", ".join(
            f"CAST(`{name}` AS BIGINT) AS `{name}`" if kind.is_integer() else f"`{name}`"
            for name, kind in schema.items()
        )
        name = self._next_name()
        self._spark.keep(name, f"SELECT {columns} FROM ({self._sql_there(expression)})")
        self._there.add(name)
        return ibis.table(schema, name=name)

    def gather(self, expression: Any) -> Any:
        """The rows of an expression, brought here."""
        return self.keep(expression) if self._runs_here(expression) else self.put(self.fetch(expression))

    def fetch(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table."""
        if self._runs_here(expression):
            return super().fetch(expression)
        return self._spark.fetch(self._sql_there(expression))

    def sql(self, query: str) -> pa.Table:
        """The rows of a DuckDB query over results, as an Arrow table; those kept on Spark are brought here for it."""
        for name in set(_OWN.findall(query)) & self._there - self._here:
            self._bring(name)
        return super().sql(query)

    def forget(self) -> None:
        """Drop every table that ``put`` and ``keep`` made."""
        self._spark.forget()
        self._there.clear()
        super().forget()

    def _runs_here(self, expression: Any) -> bool:
        return _tables(expression) <= self._here

    def _sql_there(self, expression: Any) -> str:
        for name in _tables(expression) & self._here - self._known - self._there:
            self._spark.give(name, super().sql(f"FROM {name}"))
            self._known.add(name)
        return sql_of(expression.op(), "pyspark")

    def _bring(self, name: str) -> None:
        rows = self._spark.fetch(f"SELECT * FROM {name}")
        self._connection.register("after_close_arriving", rows)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM after_close_arriving")
        self._connection.unregister("after_close_arriving")
        self._here.add(name)

    def _next_name(self) -> str:
        name = f"after_close_{len(self._names)}"
        self._names.append(name)
        return name


def _tables(expression: Any) -> set[str]:
    return {node.name for node in expression.op().find(ops.UnboundTable)}
