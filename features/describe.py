"""One account's features beside its peers' median and its own past: at an instant, or as the service sees it."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from alertgrade.errors import AlertError
from features.availability import available_at
from features.build_record import BuildRecord
from features.catalogue import FAMILIES, FEATURE_SERVICE, FEATURES, SERVICES, STORED_FAMILIES
from features.events.workspace import OFFLINE
from features.peer_medians import PEERS, online_values
from features.point_in_time import parquet
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore


@dataclass(frozen=True, slots=True)
class Described:
    """One feature of the account: its value, what its own past would make of it, and its peers' median."""

    family: str
    name: str
    zh: str
    en: str
    unit: str
    value: float | None
    own_past: float | None
    peer_median: float | None


@dataclass(frozen=True, slots=True)
class Description:
    """All features of an account; ``peers`` is how many accounts of its type the medians are of, itself left out."""

    account: str
    as_of: str
    peers: int
    features: tuple[Described, ...]


def describe_offline(
    store: OfflineAndOnlineStore, account: str, at: datetime, service: str = FEATURE_SERVICE
) -> Description:
    """The account as known at ``at`` (UTC); ``AlertError`` for an account the store has nothing of."""
    record = BuildRecord.read(store.offline)
    accounts = _accounts(store)
    if account not in accounts:
        raise AlertError(f"account {account!r}", "wanted one that the feature store knows", "see the accounts table")
    stamps = pd.DatetimeIndex([at] * len(accounts)).as_unit("us")
    moments = pd.DataFrame({"account_id": accounts, "event_timestamp": stamps, "trading_day": trading_day(record, at)})
    found = store.historical(moments, service=service).set_axis(pd.Index(accounts), axis=0)
    return _described(account, f"{at:%Y-%m-%d %H:%M} UTC, offline", found, service)


def describe_online(
    reader: OnlineReader, account: str, day: date, at: datetime, service: str = FEATURE_SERVICE
) -> Description:
    """The account as the service would read it for an alert of ``day`` at ``at``; peers as they stand in the store."""
    row = reader.read(account, trading_day=day, at=at)
    if all(value is None for value in row.values.values()):
        raise AlertError(f"account {account!r}", "wanted one that the online store knows", "run alertgrade materialize")
    found = online_values(reader, day, service)
    found.loc[account] = [np.nan if row.values[n] is None else row.values[n] for n in found.columns]
    as_of = f"{row.as_of:%Y-%m-%d %H:%M} UTC" if row.as_of else "no closed day"
    return _described(account, f"{as_of}, online", found, service)


def trading_day(record: BuildRecord, at: datetime) -> date:
    """The trading day that ``at`` belongs to: the first one not closed by then, or the weekday after the last."""
    is_open = [day for day in record.days if available_at(day) > at]
    if is_open:
        return is_open[0]
    following: date = (
        pd.Timestamp(max(record.days[-1], at.date())) + pd.offsets.BDay(0 if at < available_at(at.date()) else 1)
    ).date()
    return following


def _described(account: str, as_of: str, found: pd.DataFrame, service: str) -> Description:
    kind = found.at[account, PEERS]
    same = found[PEERS].isna() if pd.isna(kind) else found[PEERS] == kind
    peers = found[same.to_numpy() & (found.index != account)]
    medians = {name: peers[name].dropna().median() for name in SERVICES[service] if peers[name].notna().any()}
    values = {name: _number(found.at[account, name]) for name in SERVICES[service]}
    family_of = {name: family for family, names in FAMILIES.items() for name in names}
    rows = [
        Described(
            family_of[name],
            name,
            FEATURES[name].zh,
            FEATURES[name].en,
            FEATURES[name].unit,
            values[name],
            FEATURES[name].past_of(values),
            _number(medians.get(name)),
        )
        for name in SERVICES[service]
    ]
    return Description(account, as_of, len(peers), tuple(rows))


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _accounts(store: OfflineAndOnlineStore) -> list[str]:
    import duckdb

    each = " UNION ".join(f"SELECT account_id FROM {parquet(store.offline / f)}" for f in STORED_FAMILIES)
    with duckdb.connect(config=OFFLINE) as con:
        return [account for (account,) in con.execute(f"SELECT account_id FROM ({each}) ORDER BY 1").fetchall()]
