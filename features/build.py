"""Build the offline store: derive what is missing or touched by changed raw rows, keep the rest, replace as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build_family import Elsewhere, FamilyBuild
from features.build_record import RECORD, BuildRecord, aside, recover
from features.catalogue import FEATURE_SERVICE, STORED_FAMILIES
from features.digests import RawDays
from features.events.events import Events
from features.families import columns
from features.slices import Cuts
from features.versions import Stamps

__all__ = ["RECORD", "BuildRecord", "Elsewhere", "build", "recover", "swap"]

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
    cuts = Cuts(events)
    with events.bounded():
        for family in STORED_FAMILIES:
            if progress:
                progress(family)
            of_it = offline / family, staging / family, family
            work = FamilyBuild(events, before, now, *of_it, stamps, full, elsewhere, serial, cuts)
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
