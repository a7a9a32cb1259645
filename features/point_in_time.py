"""Features as they were known at many moments at once: one ASOF join a family over the offline parquet."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from features.events.sql import ident, path
from features.events.workspace import OFFLINE

_BEST = "max(event_timestamp) OVER w AS best_event"


def as_known(
    moments: pd.DataFrame, families: Mapping[str, Sequence[str]], offline: Path, *, as_known_now: bool = False
) -> pd.DataFrame:
    """Columns of ``families`` (family: columns) at each of ``moments``, rows and order kept, repeats and all.

    ``moments`` has ``account_id`` and ``event_timestamp`` (UTC). A row of features is seen from the later of its
    ``event_timestamp`` and its ``created_timestamp`` on; of those seen, the newest ``event_timestamp``, then the newest
    ``created_timestamp`` stands. ``as_known_now`` takes the newest version of every row whenever it was made.
    Nothing known: NaN.
    """
    import duckdb

    with duckdb.connect(config=OFFLINE) as con:
        con.execute("SET TimeZone = 'UTC'")
        asked = moments[["account_id", "event_timestamp"]].assign(asked=range(len(moments)))
        con.register("asked_frame", asked)
        con.execute(
            "CREATE TEMP TABLE asked AS SELECT account_id::VARCHAR AS account_id, "
            "event_timestamp::TIMESTAMPTZ AS at, asked FROM asked_frame"
        )
        parts = []
        for family, columns in families.items():
            if columns:
                con.execute(_join(offline / family, columns, as_known_now))
                parts.append(con.execute(f"SELECT {_list(columns)} FROM found ORDER BY asked").df())
    joined: pd.DataFrame = pd.concat(parts, axis=1).astype("float64")
    return joined


def timeline(family: Path, columns: Sequence[str], *, as_known_now: bool, only: str = "true") -> str:
    """SQL: (account_id, seen_at, event_timestamp, columns), each row standing from ``seen_at`` until the next."""
    rows = f"SELECT *, greatest(event_timestamp, created_timestamp) AS known_at FROM {parquet(family)} WHERE {only}"
    names = _list(columns)
    if as_known_now:
        return (
            f"SELECT account_id, event_timestamp AS seen_at, event_timestamp, {names} FROM ({rows}) QUALIFY "
            "row_number() OVER (PARTITION BY account_id, event_timestamp ORDER BY created_timestamp DESC) = 1"
        )
    best = (
        f"SELECT *, {_BEST} FROM ({rows}) "
        "WINDOW w AS (PARTITION BY account_id ORDER BY known_at, event_timestamp, created_timestamp "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    # a correction of a day behind the newest one known is never the row that stands
    return (
        f"SELECT account_id, known_at AS seen_at, event_timestamp, {names} FROM ({best}) "
        "WHERE event_timestamp = best_event QUALIFY row_number() OVER (PARTITION BY account_id, known_at "
        "ORDER BY event_timestamp DESC, created_timestamp DESC) = 1"
    )


def parquet(family: Path) -> str:
    """SQL of a family's files."""
    files = ", ".join(path(file) for file in sorted(family.glob("*.parquet")))
    return f"read_parquet([{files}])"


def _join(family: Path, columns: Sequence[str], as_known_now: bool) -> str:
    rows = timeline(family, columns, as_known_now=as_known_now, only="account_id IN (SELECT account_id FROM asked)")
    values = ", ".join(f"t.{ident(column)}" for column in columns)
    return (
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT a.asked, {values} FROM asked AS a "
        f"ASOF LEFT JOIN ({rows}) AS t ON a.account_id = t.account_id AND a.at >= t.seen_at"
    )


def _list(columns: Sequence[str]) -> str:
    return ", ".join(ident(column) for column in columns)
