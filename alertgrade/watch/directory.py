"""A folder as intake: whole files, put there by renaming, in the order of their names."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alertgrade.errors import AlertError
from alertgrade.watch.intake import TABLES, Delivery
from features.events.sources import SUFFIXES

_POLL_S = 0.02
_NAME = re.compile(rf"(?:(?P<batch>.+)-)?(?P<table>{'|'.join(TABLES)})(?:{'|'.join(map(re.escape, SUFFIXES))})")


@dataclass(slots=True)
class _Batch:
    """Files of one name that were not taken: the first of each table, and those that are there twice."""

    files: dict[str, Path] = field(default_factory=dict)
    offsets: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    def add(self, table: str, offset: str, file: Path) -> None:
        self.offsets.append(offset)
        if table in self.files:
            self.twice.append(offset)
        else:
            self.files[table] = file


class DirectoryIntake:
    """Batches in ``folder``: ``NAME-orders.parquet`` and ``NAME-trades.parquet``, or ``NAME/orders.parquet`` and so on.

    Names order the batches (text order); CSV and gzipped CSV do as well. Names that begin with ``_`` or ``.`` and names
    that are none of these are passed over, so a file may be written under such a name and then renamed. A batch of one
    table only waits ``patience_s`` for the other, unless a later one is there; the other is taken still when it comes.
    A file whose name was taken before is not, whatever it holds. ``clock`` counts seconds.
    """

    def __init__(self, folder: Path, *, patience_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        if not folder.is_dir():
            raise AlertError(f"no folder {folder}", "wanted a folder that batches are put into", "make it first")
        self._folder, self._patience, self._clock = folder, patience_s, clock
        self._done: set[str] = set()
        self._whole: set[str] = set()  # folders whose tables were all taken: not opened again
        self._met: dict[str, float] = {}

    @property
    def address(self) -> str:
        """The folder's path."""
        return self._folder.resolve().as_posix()

    def resume(self, committed: Sequence[str]) -> None:
        """Pass over these files from now on."""
        self._pass_over(committed)

    def next(self, wait_s: float) -> Delivery | None:
        """The batch of the smallest name that is whole; looks again until ``wait_s`` is over."""
        until = self._clock() + wait_s
        while True:
            batch = self._first()
            if batch is not None:
                faults = tuple((offset, "the batch has this table twice", "") for offset in batch.twice)
                return Delivery(tuple(batch.offsets), files=batch.files, folder=self._folder, faults=faults)
            left = until - self._clock()
            if left <= 0:
                return None
            time.sleep(min(_POLL_S, left))

    def done(self, delivery: Delivery) -> None:
        """Never look at these files again."""
        self._pass_over(delivery.offsets)
        self._met.clear()

    def close(self) -> None:
        """Hold nothing."""

    def _pass_over(self, offsets: Iterable[str]) -> None:
        self._done.update(offsets)
        for batch in {offset.partition("/")[0] for offset in offsets if "/" in offset}:
            if all(any(f"{batch}/{table}{suffix}" in self._done for suffix in SUFFIXES) for table in TABLES):
                self._whole.add(batch)

    def _first(self) -> _Batch | None:
        waiting = self._waiting()
        for place, name in enumerate(sorted(waiting)):
            batch = waiting[name]
            since = self._met.setdefault(name, self._clock())
            whole = len(batch.files) == len(TABLES) or place + 1 < len(waiting)
            if whole or self._clock() - since >= self._patience:
                return batch
        return None

    def _waiting(self) -> dict[str, _Batch]:
        """Batches with files that were not taken, by name."""
        found: dict[str, _Batch] = {}
        for entry in os.scandir(self._folder):
            if entry.name.startswith(("_", ".")) or entry.name in self._done or entry.name in self._whole:
                continue
            folder = Path(entry.path) if entry.is_dir() else None
            for file in [Path(entry.path)] if folder is None else sorted(folder.iterdir()):
                match = _NAME.fullmatch(file.name)
                if match is None or (folder is None) is (match["batch"] is None):
                    continue
                offset = file.relative_to(self._folder).as_posix()
                if offset not in self._done:
                    name = match["batch"] if folder is None else folder.name
                    found.setdefault(name, _Batch()).add(match["table"], offset, file)
        return found
