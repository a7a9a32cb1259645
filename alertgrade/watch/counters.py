"""The counts against limits now, in a file that the service and the desk read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rules_baseline.alerts import write_parquet
from rules_baseline.counters_table import counters_table

NAME = "counters.parquet"


class CountersFile:
    """Written anew, whole or not at all, at most every ``every_s`` seconds of ``clock``; ``folder`` is made."""

    def __init__(self, folder: Path, clock: Callable[[], float], every_s: float = 1.0) -> None:
        self._file, self._clock, self._every = folder / NAME, clock, every_s
        self._told_at: float | None = None
        self._behind = False

    def tell(self, rows: Callable[[], Iterable[Mapping[str, object]]]) -> None:
        """Write what ``rows`` gives now, or leave it for later where the last time is not long ago."""
        now = self._clock()
        if self._told_at is not None and now - self._told_at < self._every:
            self._behind = True
            return
        self._write(rows)
        self._told_at = now

    def settle(self, rows: Callable[[], Iterable[Mapping[str, object]]]) -> None:
        """Write what was left for later, where something was."""
        if self._behind:
            self._write(rows)

    def _write(self, rows: Callable[[], Iterable[Mapping[str, object]]]) -> None:
        write_parquet(counters_table(rows()), self._file)
        self._behind = False
