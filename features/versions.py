"""New values beside stored ones: only what differs is written, as a newer version; what was seen then stays."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.events.sql import ident, path

EVENT, CREATED = "event_timestamp", "created_timestamp"
_KEY = f"account_id, {EVENT}"
_NEXT = "INTERVAL 1 MICROSECOND"


@dataclass(frozen=True, slots=True)
class Stamps:
    """When rows count as made: ``closed_at`` is the close of the last day built before (or none), ``made_at`` now.

    A row of a later moment than ``closed_at`` is of the regular build and was made when it became available, at its own
    ``event_timestamp``. Any other is a correction, made at ``made_at``, and later than the version it replaces.
    """

    closed_at: datetime | None
    made_at: datetime


def write_regular(con: Any, rows: str, columns: Sequence[str], file: Path) -> None:
    """Write ``rows`` (SQL giving key and ``columns``) as made when they became available."""
    con.execute(_copy(f"SELECT {_KEY}, {EVENT} AS {CREATED}, {_list(columns)} FROM ({rows})", file))


def write_changes(
    con: Any, rows: str, stored: Sequence[Path], within: str, columns: Sequence[str], stamps: Stamps, file: Path
) -> tuple[int, int]:
    """Write what of ``rows`` differs from the newest stored versions; how many rows did, and how many are corrections.

    ``within`` is the SQL condition on a row that ``rows`` covers; a stored row there that ``rows`` lacks gets a version
    with the values of the row before it, which is what a read at its moment would give had it never been.
    """
    read = ", ".join(path(one) for one in stored)
    newest = f"QUALIFY row_number() OVER (PARTITION BY {_KEY} ORDER BY {CREATED} DESC) = 1"
    con.execute(f"CREATE OR REPLACE TEMP TABLE _derived AS {rows}")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _stored AS SELECT *, ({within}) AS _within FROM read_parquet([{read}]) {newest}"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE _wanted AS {_wanted(columns)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE _changed AS {_changed(columns, stamps)}")
    [(count, corrections)] = con.execute(
        f"SELECT count(*), count(*) FILTER ({CREATED} > {EVENT}) FROM _changed"
    ).fetchall()
    if count:
        con.execute(_copy("SELECT * FROM _changed", file))
    for name in ("_derived", "_stored", "_wanted", "_changed"):
        con.execute(f"DROP TABLE {name}")
    return int(count), int(corrections)


def merge(con: Any, files: Sequence[Path], file: Path) -> None:
    """Write the rows of ``files``, every version, into one."""
    con.execute(_copy(f"SELECT * FROM read_parquet([{', '.join(path(one) for one in files)}])", file))


def _wanted(columns: Sequence[str]) -> str:
    names = _list(columns)
    gone = (
        f"SELECT {_KEY} FROM _stored AS s WHERE s._within AND NOT EXISTS (SELECT 1 FROM _derived AS d "
        f"WHERE d.account_id = s.account_id AND d.{EVENT} = s.{EVENT})"
    )
    known = f"SELECT {_KEY}, {names} FROM _derived UNION ALL SELECT {_KEY}, {names} FROM _stored WHERE NOT _within"
    values = ", ".join(f"v.{ident(c)}" for c in columns)
    carried = (
        f"SELECT g.account_id, g.{EVENT}, {values} FROM ({gone}) AS g ASOF LEFT JOIN ({known}) AS v "
        f"ON g.account_id = v.account_id AND g.{EVENT} > v.{EVENT}"
    )
    return f"SELECT {_KEY}, {names} FROM _derived UNION ALL {carried}"


def _changed(columns: Sequence[str], stamps: Stamps) -> str:
    made = _instant(stamps.made_at)
    regular = f"w.{EVENT} > {_instant(stamps.closed_at)}" if stamps.closed_at else "true"
    differs = " OR ".join(f"w.{ident(c)} IS DISTINCT FROM s.{ident(c)}" for c in columns)
    return (
        f"SELECT w.account_id, w.{EVENT}, CASE WHEN s.account_id IS NULL AND {regular} THEN w.{EVENT} "
        f"ELSE greatest({made}, w.{EVENT} + {_NEXT}, s.{CREATED} + {_NEXT}) END AS {CREATED}, "
        f"{', '.join(f'w.{ident(c)}' for c in columns)} FROM _wanted AS w LEFT JOIN _stored AS s "
        f"ON w.account_id = s.account_id AND w.{EVENT} = s.{EVENT} WHERE s.account_id IS NULL OR {differs}"
    )


def _copy(rows: str, file: Path) -> str:
    return f"COPY ({rows} ORDER BY account_id, {EVENT}, {CREATED}) TO {path(file)} (FORMAT parquet)"


def _list(columns: Sequence[str]) -> str:
    return ", ".join(ident(column) for column in columns)


def _instant(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"
