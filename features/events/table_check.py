"""Faults of a whole table that stop the load: overlapping validity, one id for a group and an account."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from alertgrade.errors import AlertError
from features.events.schema import TABLES, Table
from features.events.sql import ident


def refuse_overlaps(connection: Any) -> None:
    """Raise ``AlertError`` where two rows of one key are valid on one day (``valid_from <= day < valid_to``)."""
    for table in TABLES.values():
        if table.validity_key:
            _refuse_overlap(connection, table)


def _refuse_overlap(connection: Any, table: Table) -> None:
    key = ", ".join(ident(name) for name in table.validity_key)
    before = f"PARTITION BY {key} ORDER BY valid_from, valid_to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    reach = f"max(coalesce(valid_to, DATE '9999-12-31')) OVER ({before}) AS reach"
    rows = f"SELECT {key}, valid_from, {reach} FROM {ident(table.name)}"
    found = connection.execute(f"FROM ({rows}) WHERE reach > valid_from ORDER BY ALL").fetchall()
    if found:
        *values, begins, reach = found[0]
        what = ", ".join(f"{name} {value}" for name, value in zip(table.validity_key, values, strict=True))
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise AlertError(
            f"{table.name}: two rows of {what} are valid at once, one from {begins} and one until {reach}{more}",
            "wanted one row a day, valid_from <= day < valid_to",
            "end the older row on the day the newer one begins",
        )


def refuse_shared_names(connection: Any) -> None:
    """Raise ``AlertError`` where a group_id is also an account_id: alerts name either as their subject."""
    for table in TABLES.values():
        if "account_id" not in table.column_names:
            continue
        found = connection.execute(
            f"SELECT DISTINCT account_id FROM {ident(table.name)} "
            "WHERE account_id IN (SELECT group_id FROM control_groups) ORDER BY 1"
        ).fetchall()
        if found:
            raise AlertError(
                f"{found[0][0]!r} is a group_id in control_groups and an account_id in {table.name}",
                "wanted different ids for groups and accounts",
                "rename the group",
            )
