"""A DuckDB connection that parses each text of SQL once: of a small batch's time a quarter goes into parsing."""

from __future__ import annotations

import warnings
from typing import Any

import pyarrow as pa

_MOST = 256  # texts; those beyond, made for one batch each, are parsed as they come


class ParsedConnection:
    """A connection whose ``execute`` keeps the parsed statement of every text it meets; all else is the connection's.

    Texts that hold more than one statement are given to the connection as they are.
    """

    def __init__(self, con: Any) -> None:
        self._con = con
        self._parsed: dict[str, Any] = {}

    def execute(self, sql: str, parameters: Any = None) -> Any:
        """Run ``sql``; raises what the connection raises."""
        statement = self._parsed.get(sql)
        if statement is None:
            statement = self._keep(sql)
        return self._con.execute(statement) if parameters is None else self._con.execute(statement, parameters)

    def arrow(self, sql: str, parameters: Any = None) -> pa.Table:
        """The rows of ``sql`` as an Arrow table; raises what the connection raises.

        The connection's ``sql`` would parse and bind the text twice, which of a small result costs most of the time.
        """
        result = self.execute(sql, parameters)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)
            return result.to_arrow_table()

    def _keep(self, sql: str) -> Any:
        if len(self._parsed) >= _MOST:
            return sql
        found = self._con.extract_statements(sql)
        if len(found) != 1:
            return sql
        self._parsed[sql] = found[0]
        return found[0]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)
