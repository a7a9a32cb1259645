"""A table as a file of the kind its name says: parquet or CSV, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from alertgrade.errors import AlertError
from rules_baseline.alerts import write_parquet

KINDS = (".parquet", ".csv")


def check_name(path: Path, option: str) -> None:
    """Raise ``AlertError`` for a name that ends in no kind there is; ``option`` is what the user typed it for."""
    if Path(path).suffix not in KINDS:
        raise AlertError(f"{option} {path}", f"wanted a name that ends in {' or '.join(KINDS)}")


def write_table(table: pa.Table, path: Path) -> None:
    """Write ``table`` to ``path``, replacing what was there; equal tables give equal bytes.

    Raises ``AlertError`` as ``check_name`` does.
    """
    check_name(path, "file")
    if path.suffix == ".parquet":
        write_parquet(table, path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        csv.write_csv(table, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
