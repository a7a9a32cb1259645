"""A ledger's file changed behind its back, and what two processes are asked of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ledger.memory_projections import SHAPES
from ledger.second_core import Asked
from ledger.signed import KINDS


def changed(file: Path, statement: str) -> None:
    raw = sqlite3.connect(file)
    raw.execute("DROP TRIGGER IF EXISTS entries_no_update")
    raw.execute("DROP TRIGGER IF EXISTS entries_no_delete")
    raw.execute(statement)
    raw.commit()
    raw.close()


def asked(file: Path, span: int = 2, waited: Sequence[int] = ()) -> Asked:
    return Asked(str(file), 0, SHAPES, {}, waited, sorted(KINDS), span)
