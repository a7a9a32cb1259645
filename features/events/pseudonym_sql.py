"""Identity columns replaced by pseudonyms on their way through the engine: no table holds them in the clear."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from features.events import casts
from features.events.pseudonym import IDENTITY_COLUMNS, pseudonym
from features.events.schema import Table
from features.events.sql import ident


@contextmanager
def pseudonymised(
    connection: Any, table: Table, rows: str, types: dict[str, str], key: bytes
) -> Iterator[tuple[str, dict[str, str]]]:
    """SQL and types of ``rows`` with pseudonyms in place of identities, to be read inside the ``with`` block."""
    columns = [name for owner, name in sorted(IDENTITY_COLUMNS) if owner == table.name and name in types]
    for name in columns:
        connection.create_function(_function(name), _coder(key, f"{table.name}.{name}"), ["VARCHAR"], "VARCHAR")
        value = f"CAST({casts.raw(ident(name), types[name])} AS VARCHAR)"
        rows = f"SELECT * REPLACE ({_function(name)}({value}) AS {ident(name)}) FROM ({rows})"
        types = {**types, name: "VARCHAR"}
    try:
        yield rows, types
    finally:
        for name in columns:
            connection.remove_function(_function(name))


def _coder(key: bytes, domain: str) -> Callable[[str], str]:
    return lambda value: pseudonym(value, key, domain)


def _function(column: str) -> str:
    return f"_pseudonym_of_{column}"
