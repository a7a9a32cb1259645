"""Quality of a build: what stops it, what is only said, and who let it pass; thresholds in ``quality.yaml``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError
from features.build_record import BuildRecord
from features.digests import RawDays, count_of
from features.events.events import Events
from features.quality_features import feature_findings
from features.quality_finding import Finding
from features.quality_raw import raw_findings

REPORT = "quality.json"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who answers for a build that the checks would have stopped, and why."""

    name: str
    because: str

    @classmethod
    def of(cls, name: str | None, because: str | None) -> Acceptance | None:
        """From two options; ``AlertError`` where only one was given, or a blank."""
        if name is None and because is None:
            return None
        if not (name and name.strip() and because and because.strip()):
            raise AlertError("--accept without --because, or the other way round", "wanted a name and a reason")
        return cls(name.strip(), because.strip())


@dataclass(slots=True)
class Gate:
    """Judges a build twice: its raw tables before anything is derived, its features before they take their place.

    Without ``acceptance`` a finding that stops raises ``AlertError``, and the last good build stands. With one, the
    findings go on record with the name and the reason.
    """

    acceptance: Acceptance | None = None
    findings: list[Finding] = field(default_factory=list)
    statistics: dict[str, Any] = field(default_factory=dict)

    def raw(self, events: Events, before: BuildRecord | None, now: RawDays) -> None:
        """Judge the raw tables on the days that are new or changed."""
        self.findings = raw_findings(events, before.raw if before else None, now, thresholds())
        self.statistics = {"rows": _rows_of_last_days(now)}
        self._stop()

    def features(self, con: Any, staging: Path, record: BuildRecord) -> None:
        """Judge the features of the last day, and leave the report beside the parquet files."""
        found, statistics = feature_findings(con, staging, record, thresholds())
        self.findings += found
        self.statistics["features"] = statistics
        self._stop()
        report = {"day": record.built_through.isoformat(), "findings": [asdict(one) for one in self.findings]}
        text = json.dumps(report | self.statistics, default=str, ensure_ascii=False, indent=1)
        (staging / REPORT).write_text(text)

    def accepted(self) -> tuple[dict[str, Any], ...]:
        """What was let through, for the record; nothing where nothing had to be."""
        stopping = [str(one) for one in self.findings if one.stops]
        if not stopping or self.acceptance is None:
            return ()
        return ({"name": self.acceptance.name, "because": self.acceptance.because, "findings": stopping},)

    def _stop(self) -> None:
        stopping = [one for one in self.findings if one.stops]
        if stopping and self.acceptance is None:
            more = f" and {len(stopping) - _SHOWN} more" if len(stopping) > _SHOWN else ""
            raise AlertError(
                "a source looks broken: " + "; ".join(str(one) for one in stopping[:_SHOWN]) + more,
                "no feature was changed",
                "mend the source, or build with --accept NAME --because TEXT",
            )


@cache
def thresholds() -> Mapping[str, Any]:
    """The numbers of ``quality.yaml``."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("quality.yaml").read_text())
    return loaded


def _rows_of_last_days(now: RawDays) -> dict[str, dict[str, int]]:
    last = now.calendar[-2:]
    return {day.isoformat(): {name: count_of(now, day, name) for name in now.tables} for day in last}
