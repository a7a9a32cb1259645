"""Statements run by the database driver itself: for one alert, SQLAlchemy costs ten times the statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement, Select

Parameters = Mapping[str, Any]


class Statement:
    """A SQLAlchemy statement, compiled once a dialect; what the driver raises is raised as SQLAlchemy would.

    Values go to the driver and come from it as they are, but for ``mappings``, whose booleans are booleans: SQLite has
    them as 0 and 1.
    """

    def __init__(self, clause: ClauseElement, columns: Sequence[str] = ()) -> None:
        self._clause, self._columns = clause, list(columns) or None
        selected = list(clause.selected_columns) if isinstance(clause, Select) else []
        self._names = tuple(str(c.name) for c in selected)
        self._booleans = tuple(str(c.name) for c in selected if isinstance(c.type, Boolean))
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def rows(self, connection: Connection, parameters: Parameters) -> list[tuple[Any, ...]]:
        """What it selects."""
        text, given = self._for(connection.dialect, parameters)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, given)
            found = cursor.fetchall()
        except Exception as error:
            raise _as_sqlalchemy(error, text, connection.dialect) from error
        finally:
            cursor.close()
        return list(found)

    def each(self, connection: Connection, parameters: Parameters, at_once: int) -> Iterator[tuple[Any, ...]]:
        """What it selects, ``at_once`` rows at a time."""
        text, given = self._for(connection.dialect, parameters)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, given)
            while rows := cursor.fetchmany(at_once):
                yield from rows
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy(error, text, connection.dialect) from error
        finally:
            cursor.close()

    def mappings(self, connection: Connection, parameters: Parameters) -> list[dict[str, Any]]:
        """What it selects, by column."""
        found = [dict(zip(self._names, row, strict=True)) for row in self.rows(connection, parameters)]
        for row in found:
            row.update({name: bool(row[name]) for name in self._booleans if row[name] is not None})
        return found

    def run(self, connection: Connection, many: Sequence[Parameters]) -> None:
        """Run it with each of ``many``; at least one."""
        text, _ = self._for(connection.dialect, many[0])
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text, [self._for(connection.dialect, one)[1] for one in many])
        except Exception as error:
            raise _as_sqlalchemy(error, text, connection.dialect) from error
        finally:
            cursor.close()

    def _for(self, dialect: Dialect, parameters: Parameters) -> tuple[str, Any]:
        if dialect.name not in self._compiled:
            compiled: Any = self._clause.compile(dialect=dialect, column_keys=self._columns)
            order = list(compiled.positiontup) if compiled.positional else None
            self._compiled[dialect.name] = str(compiled), order, dict(compiled.params)
        text, order, fixed = self._compiled[dialect.name]
        given = {**fixed, **parameters}
        return text, (given if order is None else [given[name] for name in order])


def _as_sqlalchemy(error: Exception, text: str, dialect: Dialect) -> BaseException:
    driver: Any = dialect.loaded_dbapi
    return DBAPIError.instance(text, None, error, driver.Error, dialect=dialect)
