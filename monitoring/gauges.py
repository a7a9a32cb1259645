"""Gauges for Prometheus: the night's figures as a text file that node_exporter's textfile collector reads."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from monitoring.nightly import Night


def write_gauges(path: Path, found: Night) -> Path:
    """Write ``path`` as a whole; names start with ``alertgrade_monitoring_`` and no label holds an account."""
    registry = CollectorRegistry()
    rows = Gauge("alertgrade_monitoring_drift_columns", "Columns by drift verdict", ["verdict"], registry=registry)
    for verdict, count in found.weeks.counts().items():
        rows.labels(verdict).set(count)
    use = sum(row.use or 0.0 for row in found.weeks.rows if row.verdict.value in ("major", "moderate"))
    _gauge(registry, "drifted_use", "Share of the model's use that lies in drifted features", use)
    _gauge(registry, "scores", "Scores compared", found.weeks.current_rows)
    _gauge(registry, "degraded_share", "Share of degraded grades", found.scores.degraded / found.weeks.current_rows)
    _gauge(registry, "pages", "Pages sent this night", len(found.pages))
    evidence = Gauge("alertgrade_monitoring_evidence", "Evidence over its limit", ["stream"], registry=registry)
    for alarm in found.alarms:
        evidence.labels(alarm.name).set(min(alarm.evidence / alarm.limit, 1e9))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), registry)
    return path


def _gauge(registry: CollectorRegistry, name: str, text: str, value: float) -> None:
    Gauge(f"alertgrade_monitoring_{name}", text, registry=registry).set(value)
