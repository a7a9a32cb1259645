"""Raw tables that CTP does not carry, lying beside its records: checked as the loader does, then handed on."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import replace
from typing import Any

from features.events.pseudonym import IDENTITY_COLUMNS
from features.events.sources import Source
from features.events.sql import ident, literal
from features.events.stage import stage

_WITHHELD = "(withheld: the row may name a person)"


def take_table(db: Any, source: Source) -> None:
    """Make the table of ``source`` in the engine, typed as the contract says; broken rows go to ``quarantine``.

    Names and bank accounts stay as they are for the loader to replace, so that a person has one pseudonym whether the
    table came this way or not; in the quarantine they are withheld. Raises ``AlertError`` for a file that cannot be
    read or lacks a column.
    """
    name = source.table.name
    draft = f"beside {name}"  # under this name the loader knows of no identity column
    stage(db, replace(source, table=replace(source.table, name=draft)), b"")
    db.execute(f"DROP TABLE IF EXISTS {ident(name)}")
    db.execute(f"ALTER TABLE {ident(draft)} RENAME TO {ident(name)}")
    named = any(owner == name for owner, _ in IDENTITY_COLUMNS)
    text = literal(_WITHHELD) if named else '"row"'
    db.execute(f'UPDATE quarantine SET "table" = {literal(name)}, "row" = {text} WHERE "table" = {literal(draft)}')
