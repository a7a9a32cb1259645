"""A file that ``alertgrade publish`` writes, kept in memory and read again when it is another one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

T = TypeVar("T")
_log = logging.getLogger("serving")


def dated(name: str) -> pa.Schema:
    """What an account was when: account_id, ``name``, valid_from and valid_to (exclusive; null: it goes on)."""
    return pa.schema(
        [
            pa.field("account_id", pa.string(), nullable=False),
            pa.field(name, pa.string(), nullable=False),
            pa.field("valid_from", pa.date32(), nullable=False),
            pa.field("valid_to", pa.date32()),
        ]
    )


class DeskFile(Generic[T]):
    """What ``made`` makes of the table in ``file``, which has at least ``schema``.

    No file, or one that cannot be read, gives ``nothing``, and the log says ``without`` once: a grade does not wait
    for it.
    """

    def __init__(self, file: Path, schema: pa.Schema, made: Callable[[pa.Table], T], nothing: T, without: str) -> None:
        self._file, self._schema, self._made, self._nothing, self._without = file, schema, made, nothing, without
        self._written: int | None = None
        self._held = nothing

    def now(self) -> T:
        """What the file of now holds."""
        try:
            written = self._file.stat().st_mtime_ns
        except OSError:
            written = 0
        if written != self._written:
            self._held = self._read()
            self._written = written
        return self._held

    def _read(self) -> T:
        try:
            names = self._schema.names
            # the cast refuses other types, and a null where there may be none
            return self._made(pq.read_table(self._file, columns=names).select(names).cast(self._schema))
        except Exception as error:  # whatever the file holds
            _log.warning("%s until alertgrade publish: %s", self._without, error)
            return self._nothing
