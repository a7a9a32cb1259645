"""Build the offline store: every family from the raw events into one parquet file each, replaced as a whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from features.catalogue import FEATURE_SERVICE
from features.events.events import Events
from features.families import columns, families

RECORD = "build.json"


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What was built, from what: kept beside the parquet files."""

    feature_service: str
    events_digest: str
    days: tuple[date, ...]  # the trading calendar of the events
    rows: dict[str, int]

    @property
    def built_through(self) -> date:
        """The last trading day built."""
        return self.days[-1]

    @classmethod
    def read(cls, offline: Path) -> BuildRecord:
        """Read the record beside the parquet files; ``AlertError`` where nothing was built."""
        recover(offline)
        path = offline / RECORD
        if not path.exists():
            raise AlertError(f"no feature build under {offline}", "wanted the offline store", "run alertgrade features")
        raw = json.loads(path.read_text())
        return cls(**{**raw, "days": tuple(date.fromisoformat(day) for day in raw["days"])})


def build(events: Events, offline: Path, *, progress: Callable[[str], None] | None = None) -> BuildRecord:
    """Derive every family from ``events`` and write ``offline/{family}.parquet`` and the build record.

    A table that is absent leaves its families null (a file without rows). The folder is replaced only when every
    family was written, so a failed build leaves the last good one standing.
    """
    recover(offline)
    staging = offline.with_name(offline.name + ".building")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    rows = {}
    for family, table in families(events).items():
        if progress:
            progress(family)
        rows[family] = _write(events, table, staging / f"{family}.parquet")
    record = BuildRecord(FEATURE_SERVICE, events.digest, _calendar(events), rows)
    (staging / RECORD).write_text(json.dumps(asdict(record), default=str, indent=1))
    swap(staging, offline)
    return record


def swap(staging: Path, offline: Path) -> None:
    """Put ``staging`` in the place of ``offline``; killed in between, ``recover`` brings the old one back."""
    old = _aside(offline)
    shutil.rmtree(old, ignore_errors=True)
    if offline.exists():
        offline.rename(old)
    staging.rename(offline)
    shutil.rmtree(old, ignore_errors=True)


def recover(offline: Path) -> None:
    """Undo half a swap: the last good build is there again."""
    if not offline.exists() and _aside(offline).exists():
        _aside(offline).rename(offline)


def _aside(offline: Path) -> Path:
    return offline.with_name(offline.name + ".old")


def _calendar(events: Events) -> tuple[date, ...]:
    days = events.trading_days().order_by("day_no").to_pyarrow()["trading_day"].to_pylist()
    if not days:
        raise AlertError("the raw tables hold no dated row", "wanted at least one trading day", "see alertgrade check")
    return tuple(days)


def _write(events: Events, table: ir.Table, path: Path) -> int:
    ordered = table.select(
        "account_id",
        # Feast wants instants with a zone; microseconds, since nanoseconds fail in its DuckDB store.
        table.event_timestamp.cast("timestamp('UTC', 6)").name("event_timestamp"),
        *columns(path.stem),
    ).order_by("account_id", "event_timestamp")
    events.backend.to_parquet(ordered, path)
    return int(pq.read_metadata(path).num_rows)
