"""The feature store: Feast behind four verbs, apply, materialize, point-in-time read, online write."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build import BuildRecord, recover
from features.catalogue import FAMILIES, FEATURE_SERVICE, STORED, STORED_FAMILIES
from features.definitions import INTRADAY_AT, INTRADAY_DAY, objects

ONLINE_DATABASE = "online.db"
_BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)  # before the first Chinese futures trade: "from the beginning"


@dataclass(frozen=True, slots=True)
class OnlineRecord:
    """What an online store holds: everything known at ``materialized_to``, days up to ``built_through`` (or none)."""

    materialized_to: datetime
    built_through: date | None

    def write(self, database: Path) -> None:
        """Write it into the SQLite file of the store."""
        day = self.built_through.isoformat() if self.built_through else None
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("CREATE TABLE alertgrade_record (materialized_to TEXT, built_through TEXT)")
            connection.execute("INSERT INTO alertgrade_record VALUES (?, ?)", (self.materialized_to.isoformat(), day))

    @classmethod
    def read(cls, database: Path) -> OnlineRecord:
        """Read it from the SQLite file of the store."""
        with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            to, day = connection.execute("SELECT materialized_to, built_through FROM alertgrade_record").fetchone()
        return cls(datetime.fromisoformat(to), date.fromisoformat(day) if day else None)


class OfflineAndOnlineStore:
    """Feast's store under one folder: ``offline/`` parquet, ``registry.db``, ``online.db``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.offline = folder / "offline"
        recover(self.offline)
        self.feast: Any = open_feast(folder)
        self._inode: int | None = None

    def apply(self) -> None:
        """Register entity, views and service; safe to repeat."""
        self.feast.apply(list(objects(self.offline).values()))

    def materialize(self, to: datetime) -> date | None:
        """Write what was known at ``to`` (UTC) to the online store; return the last trading day it covers.

        The day is null where not even the first one was closed by ``to``. Readers see the old store until the new one
        is whole. ``AlertError`` where nothing was built.
        """
        record = BuildRecord.read(self.offline)
        self.apply()
        # Rebuilt aside and renamed: the stock store would let an old row stay beside a newer build.
        fresh = self.folder / (ONLINE_DATABASE + ".new")
        fresh.unlink(missing_ok=True)
        building = open_feast(self.folder, online=fresh.name)
        views = [name for name in objects(self.offline) if name in STORED_FAMILIES]
        building.apply(list(objects(self.offline).values()))  # makes the tables of the new online store
        with contextlib.redirect_stdout(io.StringIO()):  # Feast reports progress by print
            building.materialize(start_date=_BEGINNING, end_date=to, feature_views=views)
        covered = covered_day(record, to)
        OnlineRecord(to, covered).write(fresh)  # in the same file, so that both appear at once
        fresh.replace(self.folder / ONLINE_DATABASE)
        return covered

    def historical(self, moments: pd.DataFrame) -> pd.DataFrame:
        """Features as known at each moment: a point-in-time join, rows and order of ``moments`` kept.

        ``moments`` has ``account_id``, ``event_timestamp`` (UTC) and ``trading_day`` (date of the alert), which
        decides whether an intraday row is of that day; else its features are null. Result: the columns of ``STORED``.
        """
        if moments.empty:
            return pd.DataFrame(columns=list(STORED), dtype="float64")
        asked = moments[["account_id", "event_timestamp"]].reset_index(drop=True)
        stamps = pd.to_datetime(asked["event_timestamp"], utc=True, format="ISO8601")
        asked["event_timestamp"] = stamps.astype("datetime64[us, UTC]")
        unique = asked.drop_duplicates()
        found = self.feast.get_historical_features(
            entity_df=unique, features=self.feast.get_feature_service(FEATURE_SERVICE)
        ).to_df()
        merged = asked.merge(found, on=["account_id", "event_timestamp"], how="left", validate="many_to_one")
        today = pd.to_datetime(moments["trading_day"]).dt.strftime("%Y%m%d").astype("float64").reset_index(drop=True)
        other_day = merged[INTRADAY_DAY].isna() | (merged[INTRADAY_DAY] != today)
        merged.loc[other_day, list(FAMILIES["intraday"])] = float("nan")
        return merged[list(STORED)].astype("float64")

    def write_intraday(self, rows: pd.DataFrame) -> None:
        """Write intraday rows (account_id, event_timestamp, features, both marks) to the online store; newest wins.

        A row that speaks of an earlier moment than the one stored is left out.
        """
        feast = self._current()
        rows = rows.sort_values(INTRADAY_AT, kind="stable").drop_duplicates("account_id", keep="last")
        accounts = [{"account_id": a} for a in rows["account_id"]]
        found = feast.get_online_features([f"intraday:{INTRADAY_AT}"], accounts).to_dict()[INTRADAY_AT]
        stored = pd.Series(found, dtype="float64", index=rows.index)
        newer = rows[stored.isna() | (rows[INTRADAY_AT] >= stored)]
        if len(newer):
            feast.write_to_online_store("intraday", newer)

    def _current(self) -> Any:
        """Feast on the online file of now: another process may have put a new one in its place."""
        path = self.folder / ONLINE_DATABASE
        inode = path.stat().st_ino if path.exists() else None
        if inode != self._inode:
            self.feast, self._inode = open_feast(self.folder), inode
        return self.feast


def covered_day(record: BuildRecord, at: datetime) -> date | None:
    """Last trading day of the build whose features were available at ``at``; null before the first close."""
    return max((day for day in record.days if available_at(day) <= at), default=None)


def open_feast(folder: Path, *, online: str = ONLINE_DATABASE) -> Any:
    """Open Feast with ``feature_store.yaml`` of this package, its paths laid under ``folder``."""
    from feast import FeatureStore, RepoConfig

    folder.mkdir(parents=True, exist_ok=True)
    raw = yaml.safe_load(Path(__file__).with_name("feature_store.yaml").read_text())
    raw["registry"]["path"] = str(folder / raw["registry"]["path"])
    raw["online_store"]["path"] = str(folder / online)
    try:
        return FeatureStore(config=RepoConfig(**raw, repo_path=folder))
    except (OSError, ValueError) as error:
        raise AlertError(
            f"the feature store under {folder} did not open: {error}", do="run alertgrade features"
        ) from error
