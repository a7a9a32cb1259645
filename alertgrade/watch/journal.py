"""A file of JSON lines that only grows, kept equal to a list that is durable elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError


class Journal:
    """Lines appended and synced; each line is there exactly once, though the process may die between any two steps."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def catch_up(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Begin: drop a line that was not written whole, and append what of ``records`` is not there yet.

        Raises ``AlertError`` where the file holds anything else than the first of ``records``.
        """
        wanted = [as_line(record) for record in records]
        whole = self._path.read_bytes() if self._path.exists() else b""
        kept = whole[: whole.rfind(b"\n") + 1]
        lines = [f"{line}\n" for line in kept.decode().split("\n")[:-1]]  # splitlines would split at more
        if lines != wanted[: len(lines)]:
            raise AlertError(
                f"{self._path} is not what this watch wrote",
                "wanted a file that only the watch appends to",
                "restore it",
            )
        if len(kept) < len(whole):
            os.truncate(self._path, len(kept))
        self._append(wanted[len(lines) :])

    def append(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Append and sync."""
        self._append([as_line(record) for record in records])

    def _append(self, lines: Sequence[str]) -> None:
        if not lines:
            return
        with self._path.open("ab") as file:
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())


def as_line(record: Mapping[str, Any]) -> str:
    """One line of JSON; equal records give equal lines.

    >>> as_line({"b": 1, "a": "异常"})
    '{"a": "异常", "b": 1}\\n'
    """
    return json.dumps(record, ensure_ascii=False, sort_keys=True, default=str) + "\n"
