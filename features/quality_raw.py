"""What is wrong with the raw tables of a day: empty, incomplete, with strange clocks, in another unit."""

# The SQL below is put together from names of the contract and numbers of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from statistics import median
from typing import Any

from features.digests import RawDays, changed_days, count_of
from features.events.calendar import NOT_A_MARKET
from features.events.events import Events
from features.events.schema import TABLES
from features.events.sql import ident
from features.quality_finding import Finding

Thresholds = Mapping[str, Any]


def raw_findings(events: Events, before: RawDays | None, now: RawDays, limits: Thresholds) -> list[Finding]:
    """Findings on the days that are new or whose rows changed since ``before``, table by table."""
    changed = set(now.calendar) if before is None else changed_days(before, now, frozenset()) & set(now.calendar)
    tables = [name for name in now.tables if "trading_day" in TABLES[name].column_names and name not in NOT_A_MARKET]
    found = list(_gone(before, now, limits)) if before else []
    for name in tables:
        found += _rows(name, before, now, sorted(changed), limits)
        if changed and "event_time" in TABLES[name].column_names:
            found += _clocks(events.backend.con, name, changed, limits)
        if changed:
            found += _units(events.backend.con, name, now, changed, limits)
            found += _nulls(events.backend.con, name, now, changed, limits)
    return found


def _gone(before: RawDays, now: RawDays, limits: Thresholds) -> Iterator[Finding]:
    """Tables, and days of tables, that had rows when they were built and have none now."""
    for name in before.tables:
        days = [d for d in before.calendar if count_of(before, d, name) >= limits["usual_rows"]]
        lost = [d for d in days if count_of(now, d, name) == 0]
        if lost:
            what = "the whole table" if len(lost) == len(days) else f"{len(lost)} days"
            yield Finding("gone", name, lost[0], f"{what} had rows when built and has none now", "wanted them", True)


def _rows(
    name: str, before: RawDays | None, now: RawDays, changed: list[date], limits: Thresholds
) -> Iterator[Finding]:
    """Days without rows, or with many more or fewer of them, where the days before say what is usual."""
    counts = [max(count_of(now, d, name), count_of(before, d, name) if before else 0) for d in now.calendar]
    for day in changed:
        place = now.calendar.index(day)
        past = counts[max(place - limits["previous_days"], 0) : place]
        count = count_of(now, day, name)
        share = sum(n > 0 for n in past) / len(past) if past else 0.0
        if len(past) < limits["least_days"] or share < limits["usual_share"]:
            continue
        usual = median(past)
        if usual < limits["usual_rows"]:
            continue
        if count == 0:
            yield Finding("empty", name, day, "no rows", f"usually about {usual:,.0f} a day", True)
        elif not usual / limits["rows_factor"] < count < usual * limits["rows_factor"]:
            yield Finding("rows", name, day, f"{count:,} rows", f"usually about {usual:,.0f} a day", False)


def _clocks(con: Any, name: str, changed: set[date], limits: Thresholds) -> Iterator[Finding]:
    early, late = limits["clock_days_before"], limits["clock_days_after"]
    off = f"event_time::DATE NOT BETWEEN trading_day - {early} AND trading_day + {late}"
    sql = f"SELECT trading_day, count(*), count(*) FILTER ({off}) AS off FROM {ident(name)} {_on(changed)} GROUP BY 1 "
    for day, rows, count in con.execute(sql + "HAVING off > 0 ORDER BY 1").fetchall():
        stops = count / rows >= limits["clock_share_stop"] and rows >= limits["usual_rows"]
        if stops or count / rows >= limits["clock_share_say"]:
            seen = f"{count:,} of {rows:,} event times are far from the trading day"
            yield Finding("clocks", name, day, seen, f"wanted {early} days before to {late} after it", stops)


def _units(con: Any, name: str, now: RawDays, changed: set[date], limits: Thresholds) -> Iterator[Finding]:
    """Columns of which half the things moved by the factor of a unit since the day before."""
    once = name in limits["once_a_day"]
    least_rows, least_things = (1, limits["unit_things"] * 10) if once else (limits["unit_rows"], limits["unit_things"])
    for column, thing in limits["units"].get(name, {}).items():
        value = f"approx_quantile(abs({column})::DOUBLE, 0.5)"
        sql = (
            f"WITH one AS (SELECT trading_day, {thing} AS thing, {value} AS v FROM {ident(name)} "
            f"{_on(_with_day_before(now, changed))} GROUP BY 1, 2 HAVING count({column}) >= {least_rows} AND v > 0) "
            "SELECT trading_day, median(log10(v / earlier)) AS moved FROM (SELECT *, lag(v) OVER w AS earlier, "
            "lag(trading_day) OVER w AS earlier_day FROM one WINDOW w AS (PARTITION BY thing ORDER BY trading_day)) "
            f"WHERE earlier IS NOT NULL GROUP BY 1 HAVING count(*) >= {least_things} "
            f"AND abs(moved) >= log10({limits['unit_factor']}) ORDER BY 1"
        )
        for day, moved in con.execute(sql).fetchall():
            if day in changed:
                seen = f"the median {thing} moved by a factor of {10**moved:,.3g}"
                yield Finding("unit", f"{name}.{column}", day, seen, "wanted one unit", True)


def _nulls(con: Any, name: str, now: RawDays, changed: set[date], limits: Thresholds) -> Iterator[Finding]:
    """Nullable columns of the last day, against the day before."""
    columns = [c.name for c in TABLES[name].columns if c.nullable]
    if now.calendar[-1] not in changed or len(now.calendar) < 2 or not columns:
        return
    shares = ", ".join(f"1 - count({ident(c)}) / count(*)" for c in columns)
    sql = (
        f"SELECT trading_day, count(*), {shares} FROM {ident(name)} {_on(set(now.calendar[-2:]))} GROUP BY 1 ORDER BY 1"
    )
    days = con.execute(sql).fetchall()
    if len(days) < 2 or min(days[0][1], days[1][1]) < limits["usual_rows"]:
        return
    for place, column in enumerate(columns, start=2):
        then, today = days[0][place], days[1][place]
        if abs(today - then) >= limits["null_shift"]:
            seen = f"{today:.0%} null, {then:.0%} the day before"
            yield Finding("nulls", f"{name}.{column}", now.calendar[-1], seen, "wanted about the same", False)


def _with_day_before(now: RawDays, changed: set[date]) -> set[date]:
    places = {now.calendar.index(day) for day in changed}
    return changed | {now.calendar[place - 1] for place in places if place}


def _on(days: set[date]) -> str:
    return f"WHERE trading_day IN ({', '.join(f'DATE {day.isoformat()!r}' for day in sorted(days))})"
