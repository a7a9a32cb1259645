"""Build the offline store: derive what is missing or touched by changed raw rows, keep the rest, replace as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build_record import RECORD, BuildRecord, aside, recover
from features.catalogue import FAMILIES, FEATURE_SERVICE, FEATURES, STORED_FAMILIES
from features.compiled import keep
from features.digests import RawDays, changed_days
from features.events.events import Events
from features.events.sql import literal
from features.families import MAKERS, columns, derived
from features.marks import INTRADAY_DAY
from features.plan import Run, runs
from features.slices import EventsSlice
from features.versions import EVENT, Stamps, merge, write_changes, write_regular

__all__ = ["RECORD", "BuildRecord", "build", "recover", "swap"]

MANY_FILES = 24  # beyond so many, a family's files are merged into one
STRANGERS = 4  # so many days built before, none of which has the rows it had: these are other events
_TICK = timedelta(microseconds=1)

Progress = Callable[[str], None]


class Gate(Protocol):
    """What may end a build: ``features.quality.Gate``."""

    def raw(self, events: Events, before: BuildRecord | None, now: RawDays) -> None:
        """Judge the raw tables."""

    def features(self, con: Any, staging: Path, record: BuildRecord) -> None:
        """Judge the features of the store that is to be."""

    def accepted(self) -> tuple[dict[str, Any], ...]:
        """What someone let through."""


class Elsewhere(Protocol):
    """Another engine for some families: ``features.spark.SparkFamilies``."""

    @property
    def families(self) -> frozenset[str]:
        """Families it derives."""

    def derive(self, family: str, events: Events) -> Path:
        """Folder of parquet files with the family's rows."""


def build(
    events: Events,
    offline: Path,
    *,
    made_at: datetime | None = None,
    full: bool = False,
    afresh: bool = False,
    progress: Progress | None = None,
    gate: Gate | None = None,
    elsewhere: Elsewhere | None = None,
) -> BuildRecord:
    """Bring the offline store up to ``events`` and write the build record.

    Derived are the trading days not built yet and those that a changed, added or missing raw row can have touched;
    ``full`` derives every day. A value that comes out otherwise than stored becomes a new version made at ``made_at``
    (UTC; where not said, just after the last close): a read as of an earlier instant still gives what was known then.
    ``afresh`` forgets all versions; they are forgotten too where the orders and trades of no day are what they were
    (other events altogether), and of a family whose columns are others now or of whose raw tables one was never given.

    A table that is absent leaves its families null (a file without rows). The folder is replaced only when every
    family was written, so a failed build leaves the last good one standing. ``AlertError`` where there is no dated row,
    or where ``events`` begin after the first day built. ``gate`` judges the raw tables before anything is derived, and
    the features before they take their place; what it raises ends the build. ``elsewhere`` derives the families it
    names (``features.spark``); the others, and the comparison with what is stored, are DuckDB's.
    """
    recover(offline)
    there = _before(offline)
    before, serial = (None if afresh else there), (there.serial + 1 if there else 1)
    now = RawDays.of(events)
    if not now.calendar:
        raise AlertError("the raw tables hold no dated row", "wanted at least one trading day", "see alertgrade check")
    if before is not None and _strangers(before.raw, now):
        before = None
    if before is not None and now.calendar[0] > before.days[0]:
        raise AlertError(
            f"the raw tables begin on {now.calendar[0]}, the features built on {before.days[0]}",
            "wanted the raw rows of every day built",
            "give them, or build --afresh",
        )
    if gate:
        gate.raw(events, before, now)
    staging = offline.with_name(offline.name + ".building")
    shutil.rmtree(staging, ignore_errors=True)
    stamps, closed_at = _stamps(before, now, made_at), available_at(now.calendar[-1])
    files, rows, corrected = {}, {}, False
    cuts = _Cuts(events)
    for family in STORED_FAMILIES:
        if progress:
            progress(family)
        work = _Work(events, before, now, offline / family, staging / family, family, stamps, full, elsewhere, serial, cuts)
        files[family], corrections = work.done()
        corrected = corrected or corrections > 0
        rows[family] = sum(int(pq.read_metadata(staging / family / name).num_rows) for name in files[family])
    record = BuildRecord(
        feature_service=FEATURE_SERVICE,
        events_digest=events.digest,
        days=now.calendar,
        rows=rows,
        made_at=stamps.made_at if corrected else max(closed_at, before.made_at if before else closed_at),
        raw=now,
        files=files,
        columns={family: tuple(columns(family)) for family in STORED_FAMILIES},
        serial=serial,
        accepted=before.accepted if before else (),
    )
    if gate:
        gate.features(events.backend.con, staging, record)
        record = replace(record, accepted=(*record.accepted, *gate.accepted()))
    record.write(staging)
    swap(staging, offline)
    return record


def swap(staging: Path, offline: Path) -> None:
    """Put ``staging`` in the place of ``offline``; killed in between, ``recover`` brings the old one back."""
    old = aside(offline)
    shutil.rmtree(old, ignore_errors=True)
    if offline.exists():
        offline.rename(old)
    staging.rename(offline)
    shutil.rmtree(old, ignore_errors=True)


class _Cuts:
    """Cuts of ``events``, each made once: what families share of the same days is shared."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._made: dict[tuple[date, date], EventsSlice] = {}

    def of(self, first: date, last: date) -> Events:
        """Give the rows of trading days ``first`` to ``last``."""
        key = first, last
        if key not in self._made:
            self._made[key] = EventsSlice(self._events, first, last, len(self._made))
        return self._made[key]


@dataclass(frozen=True, slots=True)
class _Work:
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
    cuts: _Cuts

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


def _before(offline: Path) -> BuildRecord | None:
    try:
        return BuildRecord.read(offline)
    except AlertError:
        return None


def _strangers(before: RawDays, now: RawDays) -> bool:
    """Whether no day built before has the orders and trades it had then."""
    built = [day for day in before.calendar if {"orders", "trades"} & set(before.days[day])]

    def of(raw: RawDays, day: date) -> list[str | None]:
        return [raw.days.get(day, {}).get(name) for name in ("orders", "trades")]

    return len(built) >= STRANGERS and all(of(before, day) != of(now, day) for day in built)


def _stamps(before: BuildRecord | None, now: RawDays, made_at: datetime | None) -> Stamps:
    moment = (made_at or available_at(now.calendar[-1])).astimezone(UTC)
    if before is None:
        return Stamps(None, moment)
    return Stamps(before.closed_at, max(moment, before.made_at + _TICK))


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
