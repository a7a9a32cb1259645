"""One family's part of a build: which days it derives, what of them is new, and the files that hold it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from features.availability import available_at
from features.build_record import BuildRecord
from features.catalogue import FAMILIES, FEATURES
from features.compiled import keep
from features.digests import RawDays, changed_days
from features.events.events import Events
from features.events.sql import literal
from features.families import MAKERS, columns, derived
from features.in_parts import forget
from features.marks import INTRADAY_DAY
from features.plan import Run, runs
from features.slices import Cuts
from features.versions import EVENT, Stamps, merge, write_changes, write_regular

MANY_FILES = 24  # beyond so many, a family's files are merged into one


class Elsewhere(Protocol):
    """Another engine for some families: ``features.spark.SparkFamilies``."""

    @property
    def families(self) -> frozenset[str]:
        """Families it derives."""

    def derive(self, family: str, events: Events) -> Path:
        """Folder of parquet files with the family's rows."""


@dataclass(frozen=True, slots=True)
class FamilyBuild:
    """One family's part of a build: the files of ``target``, from those of ``source`` and the raw rows."""

    events: Events
    before: BuildRecord | None
    now: RawDays
    source: Path
    target: Path
    family: str
    stamps: Stamps
    full: bool
    elsewhere: Elsewhere | None
    serial: int
    cuts: Cuts

    def done(self) -> tuple[tuple[str, ...], int]:
        """Names of the family's files, all in ``target``, and how many corrections the new ones hold."""
        self.target.mkdir(parents=True)
        kept = self._kept()
        if not kept:
            write_regular(self._con, self._sql(self.events, None), columns(self.family), self.target / self._name(0))
            return (self._name(0),), 0
        made, corrected = [], 0
        for number, run in enumerate(self._runs()):
            name = self._name(number)
            changes, corrections = self._write(run, kept, self.target / name)
            corrected += corrections
            made += [name] if changes else []
        files = [*(self.source / name for name in kept), *(self.target / name for name in made)]
        if len(files) > MANY_FILES:
            merged = self._name("merged")
            merge(self._con, files, self.target / merged)
            for name in made:
                (self.target / name).unlink()
            return (merged,), corrected
        for name in kept:
            _link(self.source / name, self.target / name)
        return (*kept, *made), corrected

    def _kept(self) -> tuple[str, ...]:
        """Files whose versions live on: none where the family is new, or has other columns or tables than before."""
        if self.before is None or self.before.columns.get(self.family) != tuple(columns(self.family)):
            return ()
        new = set(self.now.tables) - set(self.before.raw.tables)
        return () if new & self._tables else self.before.files.get(self.family, ())

    def _runs(self) -> list[Run | None]:
        """Runs of days to derive; ``None`` is everything, at once."""
        reach = MAKERS[self.family].reach
        if self.full or reach is None or self.before is None:
            return [None]
        changed = changed_days(self.before.raw, self.now, self._tables)
        return list(runs(changed, self.now.calendar, reach))

    def _write(self, run: Run | None, kept: tuple[str, ...], file: Path) -> tuple[int, int]:
        events = self.events if run is None else self.cuts.of(run.lead, run.last)
        rows = self._sql(events, run)
        within = "true" if run is None else self._within(run)
        return write_changes(
            self._con, rows, [self.source / name for name in kept], within, columns(self.family), self.stamps, file
        )

    def _sql(self, events: Events, run: Run | None) -> str:
        """The rows to write, as SQL over the session's tables."""
        self._con.execute("DROP TABLE IF EXISTS _family")
        if self.elsewhere and self.family in self.elsewhere.families:
            made = literal(f"{self.elsewhere.derive(self.family, events)}/*.parquet")
            stamp = "event_timestamp::TIMESTAMPTZ AS event_timestamp"
            self._con.execute(f"CREATE TEMP TABLE _family AS SELECT * REPLACE ({stamp}) FROM read_parquet({made})")  # noqa: S608
        else:
            table = derived(self.family, events)
            stamped = table.mutate(event_timestamp=table.event_timestamp.cast("timestamp('UTC', 6)"))
            keep(self.events.backend, "_family", stamped)
            forget(self._con)
        return "SELECT * FROM _family" + ("" if run is None else f" WHERE {self._within(run)}")  # noqa: S608

    def _within(self, run: Run) -> str:
        """SQL condition on a row: it is of a trading day of ``run``, by its mark, or by the closes around it."""
        if INTRADAY_DAY in columns(self.family):
            return f"{INTRADAY_DAY} BETWEEN {run.first:%Y%m%d} AND {run.last:%Y%m%d}"
        earlier = [day for day in self.now.calendar if day < run.first]
        since = f"{EVENT} > TIMESTAMPTZ '{available_at(earlier[-1])}' AND " if earlier else ""
        return f"{since}{EVENT} <= TIMESTAMPTZ '{available_at(run.last)}'"

    def _name(self, part: int | str) -> str:
        """A name no other file of this store ever had: an online store remembers which files it was made of."""
        return f"{self.serial:05d}-{self.events.digest[:8]}-{part}.parquet"

    @property
    def _tables(self) -> frozenset[str]:
        made_of = {table for name in FAMILIES[self.family] for table in FEATURES[name].tables}
        return frozenset({*MAKERS[self.family].needs, *made_of})

    @property
    def _con(self) -> Any:
        return self.events.backend.con


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
