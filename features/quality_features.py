"""What is wrong with the features of the last day: outside their range, or not what they were the day before."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from features.availability import available_at
from features.build_record import BuildRecord
from features.catalogue import FAMILIES, FEATURES, STORED_FAMILIES
from features.events.sql import ident
from features.point_in_time import parquet
from features.quality_finding import Finding

Thresholds = Mapping[str, Any]
Statistics = dict[str, dict[str, float | int | None]]
_PER_COLUMN = ("with_value", "least", "most", "median")


def feature_findings(
    con: Any, offline: Path, record: BuildRecord, limits: Thresholds
) -> tuple[list[Finding], dict[str, Statistics]]:
    """Findings on the last day's rows, and by family and feature how many have a value, its range and its median."""
    found: list[Finding] = []
    statistics: dict[str, Statistics] = {}
    for family in STORED_FAMILIES:
        days = [_of_day(con, offline / family, family, day, record) for day in record.days[-2:]]
        statistics[family] = days[-1]
        found += _out_of_range(con, offline / family, family, record, limits)
        if len(days) == 2:
            found += _moved(days[0], days[1], record.built_through, limits)
    return found, statistics


def _of_day(con: Any, folder: Path, family: str, day: date, record: BuildRecord) -> Statistics:
    names = FAMILIES[family]
    each = ", ".join(f"count({c}), min({c}), max({c}), median({c})" for c in map(ident, names))
    place = record.days.index(day)
    since = f"event_timestamp > {_at(record.days[place - 1])} AND " if place else ""
    sql = f"SELECT count(*), {each} FROM {parquet(folder)} WHERE {since}event_timestamp <= {_at(day)}"
    rows, *values = con.execute(sql).fetchall()[0]
    columns = [dict(zip(_PER_COLUMN, values[n * 4 : n * 4 + 4], strict=True)) for n in range(len(names))]
    return {name: {"rows": rows, **column} for name, column in zip(names, columns, strict=True)}


def _out_of_range(con: Any, folder: Path, family: str, record: BuildRecord, limits: Thresholds) -> Iterator[Finding]:
    """Values outside the range of their unit in the files of this build."""
    new = [name for name in record.files[family] if name.startswith(f"{record.serial:05d}-")]
    ranges = [(name, _range(FEATURES[name].unit, limits)) for name in FAMILIES[family]]
    judged = [(name, low, high) for name, (low, high) in ranges if low is not None]
    if not new or not judged:
        return
    conditions = ", ".join(f"count(*) FILTER ({ident(n)} < {low} OR {ident(n)} > {high})" for n, low, high in judged)
    files = ", ".join(f"'{folder / name}'" for name in new)
    counts = con.execute(f"SELECT {conditions} FROM read_parquet([{files}])").fetchall()[0]
    for (name, low, high), count in zip(judged, counts, strict=True):
        if count:
            wanted = f"wanted {low} to {high}" if high != "'inf'::DOUBLE" else f"wanted {low} or more"
            yield Finding("range", name, None, f"{count:,} values out of range", wanted, True)


def _range(unit: str, limits: Thresholds) -> tuple[int | None, str]:
    if unit in limits["share_units"]:
        return 0, "1"
    return (0 if unit in limits["counted_units"] else None), "'inf'::DOUBLE"


def _moved(then: Statistics, today: Statistics, day: date, limits: Thresholds) -> Iterator[Finding]:
    factor = limits["feature_factor"]
    for name, one in today.items():
        other = then[name]
        if min(one["with_value"] or 0, other["with_value"] or 0) < limits["feature_rows"]:
            continue
        a, b = abs(one["median"] or 0.0), abs(other["median"] or 0.0)
        if a and b and not 1 / factor < a / b < factor:
            seen = f"median {one['median']:,.4g}, {other['median']:,.4g} the day before"
            yield Finding("shift", name, day, seen, "wanted about the same", False)


def _at(day: date) -> str:
    return f"TIMESTAMPTZ '{available_at(day).isoformat()}'"
