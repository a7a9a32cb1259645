"""Build the offline store: every family from the raw events into one parquet file each, replaced as a whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from features.cancelling import cancelling
from features.catalogue import FAMILIES, FEATURE_SERVICE
from features.definitions import INTRADAY_MARKS, STORED_FAMILIES
from features.events.events import Events
from features.first_seen import first_seen
from features.history import history
from features.intraday import intraday
from features.logins import logins
from features.profile import profile
from features.trading import trading

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


def families(events: Events) -> dict[str, ir.Table]:
    """Every stored family as an Ibis expression over the raw tables: (account_id, event_timestamp, features)."""
    days = events.trading_days()
    orders, trades, alerts = events.table("orders"), events.table("trades"), events.table("alerts")
    moments = alerts.select("account_id", "trading_day", moment=alerts.triggered_at)
    dispositions = events.table("dispositions") if events.has("dispositions") else None
    tables = {
        "profile": profile(events.table("accounts"), days),
        "trading": trading(trades, days),
        "cancelling": cancelling(orders, days),
        "logins": logins(events.table("logins"), days),
        "intraday": intraday(orders, trades, moments),
    }
    if events.has("alerts"):
        tables["history"] = history(first_seen(events), alerts, dispositions, days)
    return {family: tables.get(family, _nothing(family)) for family in STORED_FAMILIES}


def columns(family: str) -> list[str]:
    """Feature columns of a family's file, in catalogue order."""
    return [*FAMILIES[family], *(INTRADAY_MARKS if family == "intraday" else ())]


def _nothing(family: str) -> ir.Table:
    schema = {"account_id": "string", "event_timestamp": "timestamp(6)", **dict.fromkeys(columns(family), "float64")}
    return ibis.memtable([], schema=ibis.schema(schema))


def _write(events: Events, table: ir.Table, path: Path) -> int:
    ordered = table.select(
        "account_id",
        # Feast wants instants with a zone; microseconds, since nanoseconds fail in its DuckDB store.
        table.event_timestamp.cast("timestamp('UTC', 6)").name("event_timestamp"),
        *columns(path.stem),
    ).order_by("account_id", "event_timestamp")
    events.backend.to_parquet(ordered, path)
    return int(pq.read_metadata(path).num_rows)
