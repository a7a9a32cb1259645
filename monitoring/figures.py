"""Figures that can be traced: each is one aggregate over named rows, and the rows are kept beside the report."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from alertgrade.errors import AlertError
from monitoring.entry_columns import EntryColumns

TRACE = "figures.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: ``sql`` is an aggregate over the rows of ``relation`` for which ``where`` holds."""

    id: str
    zh: str
    en: str
    relation: str
    sql: str
    unit: str = "count"  # count, share, CNY, hours, ratio
    where: str = "true"


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows for people: a statement over ``{rows}``, the rows of ``relation``; its columns' names in both languages."""

    id: str
    zh: str
    en: str
    relation: str
    sql: str
    columns: Sequence[tuple[str, str]]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report's contents: relations (name -> statement over the entries' views), figures and listings of them."""

    relations: Mapping[str, str]
    figures: Sequence[Figure]
    listings: Sequence[Listing] = ()


@dataclass(frozen=True, slots=True)
class Computed:
    """Values by id: figures (null: nothing to aggregate) and listings, JSON-ready."""

    figures: dict[str, float | int | None] = field(default_factory=dict)
    listings: dict[str, list[list[Any]]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def compute(columns: EntryColumns, sheet: Sheet, parameters: Mapping[str, Any]) -> Computed:
    """Hold every relation as a table named after it, and take the figures and listings from those tables only."""
    for name, sql in sheet.relations.items():
        columns.hold(name, sql, dict(parameters))
    found = Computed()
    for figure in sheet.figures:
        row = columns.rows(_figure_sql(figure, figure.relation))[0]
        found.figures[figure.id] = plain(row["value"])
    for listing in sheet.listings:
        rows = columns.query(listing.sql.replace("{rows}", listing.relation)).to_pylist()
        found.listings[listing.id] = [[plain(value) for value in row.values()] for row in rows]
    return found


def keep_rows(columns: EntryColumns, sheet: Sheet, found: Computed, folder: Path) -> list[Path]:
    """Write each relation's rows as parquet, and how each figure follows from them, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in sheet.relations:
        path = folder / f"{name}.parquet"
        columns.write(name, path)
        written.append(path)
    trace = {
        "figures": [{**asdict(one), "value": found.figures[one.id]} for one in sheet.figures],
        "listings": [
            {"id": one.id, "relation": one.relation, "sql": one.sql, "rows": found.listings[one.id]}
            for one in sheet.listings
        ],
    }
    path = folder / TRACE
    path.write_text(json.dumps(trace, ensure_ascii=False, indent=1), encoding="utf-8")
    return [*written, path]


def retrace(folder: Path) -> list[str]:
    """Compute every figure again from the rows kept beside a report; each one that differs, in words."""
    kept = _kept(folder)
    faults = []
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for one in kept["figures"]:
            figure, said, again = _again(db, folder, one)
            if again != said:
                faults.append(f"{figure.id}: the report says {said}, its rows say {again}")
        for one in kept["listings"]:
            found = db.execute(one["sql"].replace("{rows}", _file(folder, one["relation"]))).fetchall()
            if [[plain(value) for value in row] for row in found] != one["rows"]:
                faults.append(f"{one['id']}: the listing differs from its rows")
    return faults


@dataclass(frozen=True, slots=True)
class Traced:
    """One figure with how it follows: its aggregate, the file of its rows, what it says now, and the first rows."""

    figure: Figure
    file: Path
    said: Any
    again: Any
    rows: int
    columns: list[str]
    first: list[list[Any]]


def figures_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The figures kept in ``folder`` by their ids, as ``keep_rows`` wrote them."""
    return {one["id"]: one for one in _kept(folder)["figures"]}


def trace(folder: Path, figure: str, most: int = 20) -> Traced:
    """A figure computed again from the rows kept in ``folder``, with at most ``most`` of them.

    A figure that is not among the folder's raises ``AlertError``, which names those that are.
    """
    known = figures_of(folder)
    if figure not in known:
        raise AlertError(f"no figure {figure!r} in {folder / TRACE}", f"wanted one of {', '.join(known)}")
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        one, said, again = _again(db, folder, known[figure])
        inside = f"FROM {_file(folder, one.relation)} WHERE {one.where}"
        count = int(db.execute(f"SELECT count(*) {inside}").fetchall()[0][0])
        found = db.execute(f"SELECT * {inside} LIMIT {most}")
        names = [column[0] for column in found.description or ()]
        first = [[_cell(value) for value in row] for row in found.fetchall()]
    return Traced(one, folder / f"{one.relation}.parquet", said, again, count, names, first)


def _again(db: Any, folder: Path, kept: dict[str, Any]) -> tuple[Figure, Any, Any]:
    """A figure as it was kept: how it follows, what it said, and what its rows say now."""
    figure = Figure(**{name: value for name, value in kept.items() if name != "value"})
    again = plain(db.execute(_figure_sql(figure, _file(folder, figure.relation))).fetchall()[0][0])
    return figure, kept["value"], again


def _cell(value: Any) -> Any:
    return plain(value) if value is None or isinstance(value, int | float | str | date) else str(value)


def _kept(folder: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads((folder / TRACE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AlertError(f"{folder / TRACE} cannot be read ({error})", "wanted a report's rows folder") from error
    return kept


def _figure_sql(figure: Figure, rows: str) -> str:
    return f"SELECT {figure.sql} AS value FROM {rows} WHERE {figure.where}"


def _file(folder: Path, relation: str) -> str:
    return f"read_parquet('{folder / relation}.parquet')"


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as text, decimals and doubles rounded to nine digits, NaN as null."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int):
        return value
    number = round(float(value), 9)
    return None if number != number else number
