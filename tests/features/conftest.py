"""What the tests of the features share: a random market, raw tables to fill, and readers of what came out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.availability import available_at
from features.catalogue import FAMILIES
from features.events.events import Events
from features.events.load import load_events
from features.families import MAKERS
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore
from tests.features.market_random import random_market
from tests.features.raw_tables import KEY, RawTables


@pytest.fixture(scope="session")
def market_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_market(tmp_path_factory.mktemp("market") / "events")


@pytest.fixture(scope="session")
def market(market_folder: Path) -> Events:
    return load_events(market_folder, pseudonym_key=KEY)


@pytest.fixture(scope="session")
def make_market() -> Callable[..., Path]:
    return random_market


@pytest.fixture
def raw(tmp_path: Path) -> RawTables:
    """Raw tables to fill: contracts, orders and trades are given, without rows of the latter two."""
    return RawTables(tmp_path / "events")


@pytest.fixture(scope="session")
def raw_tables() -> type[RawTables]:
    """The same for a fixture of a wider scope."""
    return RawTables


Values = Callable[..., dict[str, float | None]]


@pytest.fixture(scope="session")
def at_close() -> Callable[[Events, str], Values]:
    """A family computed by its expression alone: (account, day) to its values as of the close of that day."""

    def _values(events: Events, family: str) -> Values:
        rows = MAKERS[family].make(events).execute().sort_values("event_timestamp")
        names = list(FAMILIES[family])
        rows = rows.astype(object).where(rows.notna(), None)
        by_account = dict(list(rows.groupby("account_id")))

        def _at(account: str, day: date) -> dict[str, float | None]:
            if account not in by_account:
                return dict.fromkeys(names)
            known = by_account[account]
            known = known[known["event_timestamp"] <= pd.Timestamp(available_at(day)).tz_localize(None)]
            return dict(known.iloc[-1][names]) if len(known) else dict.fromkeys(names)

        return _at

    return _values


@pytest.fixture(scope="session")
def closes_of() -> Callable[..., Callable[..., dict[str, float | None]]]:
    """Read one family of loaded events straight from its maker: an account at the close of a trading day."""

    def _of(events: Events, family: str) -> Callable[..., dict[str, float | None]]:
        rows = MAKERS[family].make(events).to_pandas().sort_values("event_timestamp")
        by_account = {
            a: list(zip(r["event_timestamp"], r.to_dict("records"), strict=True)) for a, r in rows.groupby("account_id")
        }

        def _at(account: str, day: date) -> dict[str, float | None]:
            close = pd.Timestamp(available_at(day)).tz_localize(None)
            known = [row for t, row in by_account.get(account, []) if t <= close]
            last = known[-1] if known else {}
            return {n: None if pd.isna(last.get(n)) else last[n] for n in FAMILIES[family]}

        return _at

    return _of


@pytest.fixture(scope="session")
def offline_at() -> Callable[..., list[dict[str, float | None]]]:
    """Read an account's features at moments, offline; the alert's day is the moment's where not said."""

    def _read(store: OfflineAndOnlineStore, account: str, *moments: datetime, day: date | None = None) -> list[dict]:
        asked = [{"account_id": account, "event_timestamp": t, "trading_day": day or t.date()} for t in moments]
        found = store.historical(pd.DataFrame(asked)).astype(object)
        return found.where(found.notna(), None).to_dict("records")

    return _read


@pytest.fixture(scope="session")
def online_at() -> Callable[..., dict[str, float | None]]:
    """Materialize to a moment and read an account online at it."""

    def _read(store: OfflineAndOnlineStore, account: str, t: datetime, day: date | None = None) -> dict:
        store.materialize(t)
        return OnlineReader(store.folder).read(account, trading_day=day or t.date(), at=t).values

    return _read
