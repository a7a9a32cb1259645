"""The build record: what was built, from what, when; kept beside the parquet files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from features.availability import available_at
from features.digests import RawDays

RECORD = "build.json"


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What was built, from what.

    ``raw`` says which days were built from which raw rows, ``files`` which parquet files hold a family, in the order of
    the builds that wrote them, ``columns`` what they hold; ``made_at`` is the instant of the newest values (UTC),
    ``accepted`` who let a build through that the checks of quality had stopped, and why.
    """

    feature_service: str
    events_digest: str
    days: tuple[date, ...]  # the trading calendar of the events
    rows: dict[str, int]  # of every version
    made_at: datetime
    raw: RawDays
    files: dict[str, tuple[str, ...]]
    columns: dict[str, tuple[str, ...]]
    serial: int = 1  # builds of this folder, this one included, forgotten ones too
    accepted: tuple[dict[str, Any], ...] = field(default=())

    @property
    def built_through(self) -> date:
        """The last trading day built."""
        return self.days[-1]

    @property
    def closed_at(self) -> datetime:
        """The close of the last trading day built: until then a later row is no correction."""
        return available_at(self.built_through)

    @classmethod
    def read(cls, offline: Path) -> BuildRecord:
        """Read the record beside the parquet files; ``AlertError`` where nothing was built."""
        recover(offline)
        path = offline / RECORD
        if not path.exists():
            raise AlertError(f"no feature build under {offline}", "wanted the offline store", "run alertgrade features")
        raw = json.loads(path.read_text())
        if "raw" not in raw:
            raise AlertError(
                f"the feature build under {offline} is of an older version", do="run alertgrade features again"
            )
        days = tuple(date.fromisoformat(day) for day in raw["days"])
        return cls(
            feature_service=raw["feature_service"],
            events_digest=raw["events_digest"],
            days=days,
            rows=raw["rows"],
            made_at=datetime.fromisoformat(raw["made_at"]),
            raw=RawDays.from_json(raw["raw"], days),
            files={family: tuple(names) for family, names in raw["files"].items()},
            columns={family: tuple(names) for family, names in raw["columns"].items()},
            serial=raw["serial"],
            accepted=tuple(raw["accepted"]),
        )

    def write(self, offline: Path) -> None:
        """Write it into the folder of the parquet files."""
        plain = {
            "feature_service": self.feature_service,
            "events_digest": self.events_digest,
            "built_through": self.built_through.isoformat(),
            "made_at": self.made_at.isoformat(),
            "serial": self.serial,
            "rows": self.rows,
            "files": {family: list(names) for family, names in self.files.items()},
            "columns": {family: list(names) for family, names in self.columns.items()},
            "accepted": list(self.accepted),
            "days": [day.isoformat() for day in self.days],
            "raw": self.raw.as_json(),
        }
        (offline / RECORD).write_text(json.dumps(plain, ensure_ascii=False, indent=1))


def recover(offline: Path) -> None:
    """Undo half a swap: the last good build is there again."""
    if not offline.exists() and aside(offline).exists():
        aside(offline).rename(offline)


def aside(offline: Path) -> Path:
    """Where the last good build waits while the new one takes its place."""
    return offline.with_name(offline.name + ".old")
