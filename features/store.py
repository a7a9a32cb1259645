"""The feature store behind four verbs: apply, materialize, point-in-time read, online write; Feast is the contract."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build import BuildRecord, recover
from features.catalogue import FAMILIES, FEATURE_SERVICE, SERVICES, STORED_FAMILIES
from features.families import columns
from features.marks import INTRADAY_DAY, INTRADAY_MARKS
from features.online.address import ONLINE_DATABASE, online_address, open_rows
from features.online.layout import Layout, OnlineRecord, Row, microseconds, pack
from features.online.loading import Load
from features.point_in_time import as_known

__all__ = ["ONLINE_DATABASE", "OfflineAndOnlineStore", "covered_day", "open_feast"]


class OfflineAndOnlineStore:
    """Feast's store under one folder: ``offline/`` parquet, ``registry.db``, ``online.db``.

    ``online`` (``redis://``) and ``registry`` (``postgresql+psycopg://``) take the place of the two files where given.
    """

    def __init__(self, folder: Path, *, online: str = "", registry: str = "") -> None:
        self.folder = folder
        self.offline = folder / "offline"
        recover(self.offline)
        self.online, self._registry = online, registry
        self.rows = open_rows(online_address(folder, online))
        self._applied = False

    @cached_property
    def feast(self) -> Any:
        """Feast's own store, opened when it is first asked for: nothing but ``apply`` and its own API needs it."""
        return open_feast(self.folder, online=self.online, registry=self._registry)

    def apply(self) -> None:
        """Register entity, views and services; safe to repeat."""
        from features.definitions import objects

        with _quiet():
            self.feast.apply(list(objects(self.offline).values()))
        self._applied = True

    def materialize(self, to: datetime) -> date | None:
        """Write what was known at ``to`` (UTC) to the online store; return the last trading day it covers.

        The day is null where not even the first one was closed by ``to``. Where only days were added since the last
        time, only what they changed is read. Readers see the old state until the new one is whole; intraday rows
        written meanwhile stay. ``AlertError`` where nothing was built.
        """
        record = BuildRecord.read(self.offline)
        if not self._applied:
            self.apply()
        self.rows.create(layout())
        covered = covered_day(record, to)
        load = Load(self.offline, OnlineRecord(to, covered, layout(), record.files), self.rows.record())
        self.rows.load(load.record, load.views(), onto_the_last=load.onto_the_last)
        return covered

    def historical(
        self, moments: pd.DataFrame, *, service: str = FEATURE_SERVICE, as_known_now: bool = False
    ) -> pd.DataFrame:
        """Features as known at each moment: a point-in-time join, rows and order of ``moments`` kept.

        ``moments`` has ``account_id``, ``event_timestamp`` (UTC) and ``trading_day`` (date of the alert), which
        decides whether an intraday row is of that day; else its features are null. A correction counts from the instant
        it was made, unless ``as_known_now``. Result: the features of ``service``, in its order.
        """
        wanted, names = wanted_columns(service), SERVICES[service]
        if moments.empty:
            return pd.DataFrame(columns=list(names), dtype="float64")
        BuildRecord.read(self.offline)
        asked = _asked(moments)
        found = as_known(asked, wanted, self.offline, as_known_now=as_known_now)
        return _of_that_day(found, moments)[list(names)]

    def historical_by_feast(
        self, moments: pd.DataFrame, *, service: str = FEATURE_SERVICE, as_known_now: bool = False
    ) -> pd.DataFrame:
        """The same through Feast's own join: the contract that ``historical`` is tested against, and its yardstick."""
        unique = _asked(moments).drop_duplicates()
        found = self.feast.get_historical_features(
            entity_df=unique,
            features=self.feast.get_feature_service(service),
            filter_by_created_timestamp=not as_known_now,
        ).to_df()
        merged = _asked(moments).merge(found, on=["account_id", "event_timestamp"], how="left", validate="many_to_one")
        return _of_that_day(merged, moments)[list(SERVICES[service])].astype("float64")

    def write_intraday(self, rows: pd.DataFrame) -> None:
        """Write intraday rows (account_id, event_timestamp, features, both marks) to the online store; newest wins.

        A row that speaks of an earlier moment than the one stored is left out.
        """
        names = columns("intraday")
        values = rows[names].to_dict("records")
        stamps = pd.to_datetime(rows["event_timestamp"], utc=True)
        packed = [
            Row(str(account), moment, moment, pack(names, {str(n): None if v != v else v for n, v in row.items()}))
            for account, moment, row in zip(rows["account_id"], map(microseconds, stamps), values, strict=True)
        ]
        self.rows.create(layout())
        self.rows.write("intraday", names, packed)


def layout() -> Layout:
    """Columns of every stored view, as the online store packs them."""
    return {family: tuple(columns(family)) for family in STORED_FAMILIES}


def wanted_columns(service: str) -> dict[str, list[str]]:
    """Columns of each family that ``service`` serves, and the marks by which an intraday row is judged.

    ``AlertError`` for a service this version does not have.
    """
    if service not in SERVICES:
        raise AlertError(f"feature service {service!r}", f"wanted one of {', '.join(SERVICES)}")
    served = set(SERVICES[service])
    wanted = {family: [name for name in FAMILIES[family] if name in served] for family in STORED_FAMILIES}
    wanted["intraday"] += INTRADAY_MARKS
    return wanted


def covered_day(record: BuildRecord, at: datetime) -> date | None:
    """Last trading day of the build whose features were available at ``at``; null before the first close."""
    return max((day for day in record.days if available_at(day) <= at), default=None)


def open_feast(folder: Path, *, online: str = "", registry: str = "") -> Any:
    """Open Feast with ``feature_store.yaml`` of this package, its paths laid under ``folder``."""
    from features.quiet_feast import quiet_feast

    with quiet_feast():
        from feast import FeatureStore, RepoConfig

    folder.mkdir(parents=True, exist_ok=True)
    raw = yaml.safe_load(Path(__file__).with_name("feature_store.yaml").read_text())
    raw["registry"]["path"] = registry or str(folder / raw["registry"]["path"])
    if registry:
        raw["registry"]["registry_type"] = "sql"
    raw["online_store"]["address"] = online_address(folder, online)
    try:
        return FeatureStore(config=RepoConfig(**raw, repo_path=folder))
    except (OSError, ValueError) as error:
        raise AlertError(
            f"the feature store under {folder} did not open: {error}", do="run alertgrade features"
        ) from error


def _asked(moments: pd.DataFrame) -> pd.DataFrame:
    asked = moments[["account_id", "event_timestamp"]].reset_index(drop=True)
    stamps = pd.to_datetime(asked["event_timestamp"], utc=True, format="ISO8601")
    return asked.assign(event_timestamp=stamps.astype("datetime64[us, UTC]"))


def _of_that_day(found: pd.DataFrame, moments: pd.DataFrame) -> pd.DataFrame:
    """``found`` with intraday values only where they are of the moment's trading day."""
    today = pd.to_datetime(moments["trading_day"]).dt.strftime("%Y%m%d").astype("float64").reset_index(drop=True)
    other_day = found[INTRADAY_DAY].isna() | (found[INTRADAY_DAY] != today)
    intraday = [name for name in FAMILIES["intraday"] if name in found]
    found.loc[other_day, intraday] = float("nan")
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Feast looks for a source's path as one file, and warns of a pattern that it reads well enough."""
    log = logging.getLogger("feast.infra.offline_stores.file_source")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        log.setLevel(before)
