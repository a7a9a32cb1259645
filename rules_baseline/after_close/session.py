"""The DuckDB session of the loaded events: raw tables by name, and tables that are computed once and dropped again."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import pyarrow as pa

from features.events.schema import TABLES
from rules_baseline.inputs import IBIS_TYPES

_MEMBERSHIPS = {"account_id": "string", "group_id": "string", "valid_from": "date", "valid_to": "date"}


@lru_cache(maxsize=1024)
def sql_of(node: Any, dialect: str = "duckdb") -> str:
    """An expression's SQL; the same screen over other events is the same expression, and building SQL costs 30 ms."""
    return str(ibis.to_sql(node.to_expr(), dialect=dialect))


class Session:
    """Ibis expressions over ``features.events.load.Events``, run in its session.

    All tables are unbound, since looking each up in the database again costs more than running most of the queries.
    """

    def __init__(self, events: Any) -> None:
        self._connection = events.backend.con
        self._names: list[str] = []

    def raw(self, name: str) -> Any:
        """A raw table; without rows where it was not given. Raises ``KeyError`` for a name that is none."""
        if name not in TABLES:
            raise KeyError(f"{name!r} is no raw table; the raw tables are {', '.join(TABLES)}")
        return ibis.table({column.name: IBIS_TYPES[column.kind] for column in TABLES[name].columns}, name=name)

    def is_empty(self, name: str) -> bool:
        """Whether a raw table has no rows."""
        return not self._connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchall()  # noqa: S608 -- names of ours

    def memberships(self) -> Any:
        """Declared groups, one an account and day at most."""
        return ibis.table(_MEMBERSHIPS, name="memberships")

    def put(self, table: pa.Table) -> Any:
        """An Arrow table as a table of this session."""
        self._connection.register("after_close_arriving", table)
        try:
            schema = ibis.Schema.from_pyarrow(table.schema)
            return self._create("SELECT * FROM after_close_arriving", schema)
        finally:
            self._connection.unregister("after_close_arriving")

    def keep(self, expression: Any) -> Any:
        """The rows of an expression, computed once."""
        schema = expression.schema()
        # a sum of whole numbers comes out of DuckDB wider than ibis thinks it is
        columns = ", ".join(
            f'CAST("{name}" AS BIGINT) AS "{name}"' if kind.is_integer() else f'"{name}"'
            for name, kind in schema.items()
        )
        return self._create(f"SELECT {columns} FROM ({sql_of(expression.op())})", schema)  # noqa: S608

    def gather(self, expression: Any) -> Any:
        """``keep``, here: what is made of the rows is worked out by this engine, wherever the rows came from."""
        return self.keep(expression)

    def fetch(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table."""
        return self.sql(sql_of(expression.op()))

    def sql(self, query: str) -> pa.Table:
        """The rows of a query as an Arrow table."""
        return self._connection.sql(query).to_arrow_table()

    def forget(self) -> None:
        """Drop every table that ``put`` and ``keep`` made."""
        while self._names:
            self._connection.execute(f"DROP TABLE IF EXISTS {self._names.pop()}")

    def _create(self, query: str, schema: Any) -> Any:
        # ibis 12 cannot make a temporary table on DuckDB 2
        name = f"after_close_{len(self._names)}"
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
        self._names.append(name)
        return ibis.table(schema, name=name)
