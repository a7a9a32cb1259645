"""Which accounts and other subjects the raw tables name, whatever table it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from features.events.schema import TABLES

_SUBJECT = ("account_id", "group_id", "subject_id")


def accounts_named(connection: Any, tables: Iterable[str] = tuple(TABLES)) -> set[str]:
    """Every account_id of the loaded ``tables``; empty where they have no rows."""
    named = {name: TABLES[name].column_names for name in tables}
    parts = [f"SELECT account_id FROM {name}" for name, columns in named.items() if "account_id" in columns]  # noqa: S608 -- names of ours
    return {account for (account,) in connection.execute(" UNION ".join(parts)).fetchall()}


def is_named(connection: Any, subject: str) -> bool:
    """Whether any loaded table has ``subject`` as an account, a group or the subject of a row."""
    parts = [
        f"SELECT 1 FROM {name} WHERE {column} = $subject"  # noqa: S608 -- names of ours
        for name, table in TABLES.items()
        for column in _SUBJECT
        if column in table.column_names
    ]
    return bool(connection.execute(" UNION ALL ".join(parts) + " LIMIT 1", {"subject": subject}).fetchall())
