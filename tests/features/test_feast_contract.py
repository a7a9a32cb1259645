"""Feast is the contract: its API gives what the direct reader gives, over a file or over servers; so does its join."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.commands.context import console
from alertgrade.errors import AlertError
from alertgrade.settings import Settings
from features.availability import available_at
from features.build import BuildRecord, build
from features.catalogue import FAMILIES, FEATURE_SERVICE, FEATURES, SERVICES, STORED
from features.definitions import INTRADAY_AT, INTRADAY_DAY
from features.describe import describe_offline, describe_online
from features.events.load import load_events
from features.online.address import open_rows
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore
from tests.features.online_rows import redis_address

DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=24)]
ACCOUNTS = [f"A{i:02d}" for i in range(6)]
CLOSE = available_at(DAYS[-1])
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="module")
def home(make_market: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contract")
    market = make_market(folder / "market", seed=5, days=len(DAYS), accounts=len(ACCOUNTS))
    with load_events(market, pseudonym_key=b"k" * 32) as events:
        build(events, folder / "home" / "features" / "offline")
    return folder / "home"


@pytest.fixture(scope="module", params=["sqlite", "redis"])
def served(request: pytest.FixtureRequest, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Store and reader, materialised to the close before the last and then to the last."""
    folder = Path(shutil.copytree(home, tmp_path_factory.mktemp(request.param) / "home")) / "features"
    address = redis_address() if request.param == "redis" else ""
    store = OfflineAndOnlineStore(folder, online=address)
    store.materialize(available_at(DAYS[-2]))
    store.materialize(CLOSE)
    yield store, OnlineReader(folder, online=address)
    store.rows.drop()


def by_feast(store: OfflineAndOnlineStore, accounts: list[str]) -> list[dict[str, float | None]]:
    service = store.feast.get_feature_service(FEATURE_SERVICE)
    asked = [{"account_id": a} for a in accounts]
    found = store.feast.get_online_features(features=service, entity_rows=asked).to_dict()
    return [{name: found[name][n] for name in (*STORED, INTRADAY_DAY)} for n in range(len(accounts))]


def test_feast_reads_what_the_direct_reader_reads(served: Any) -> None:
    store, reader = served
    found = by_feast(store, [*ACCOUNTS, "nobody"])
    assert sum(value is not None for row in found for value in row.values()) > 200
    for account, row in zip([*ACCOUNTS, "nobody"], found, strict=True):
        day = row.pop(INTRADAY_DAY)
        shown = pd.Timestamp(str(int(day))).date() if day else DAYS[-1]  # Feast does not judge of which day a row is
        direct = reader.read(account, trading_day=shown, at=CLOSE + timedelta(days=30)).values
        assert direct == row
        assert found[-1]["trades_20d"] is None


def test_online_is_what_offline_says_and_adding_a_day_is_loading_it_whole(served: Any, tmp_path: Path) -> None:
    store, reader = served
    asked = pd.DataFrame({"account_id": ACCOUNTS, "event_timestamp": [CLOSE] * 6, "trading_day": [DAYS[-1]] * 6})
    offline = store.historical(asked).astype(object)
    online = [reader.read(a, trading_day=DAYS[-1], at=CLOSE).values for a in ACCOUNTS]
    assert online == offline.where(offline.notna(), None).to_dict("records")


def test_feasts_own_materialisation_changes_nothing(served: Any) -> None:
    store, _ = served
    before = {a: store.rows.account(a).rows for a in ACCOUNTS}
    store.feast.materialize(available_at(DAYS[0]) - timedelta(days=400), CLOSE, feature_views=["trading", "history"])
    assert {a: store.rows.account(a).rows for a in ACCOUNTS} == before


def test_a_row_written_through_feast_is_read_directly(served: Any) -> None:
    store, reader = served
    at = pd.Timestamp(CLOSE + timedelta(hours=13))
    day = at.date()
    row = dict.fromkeys(FAMILIES["intraday"], 3.0) | {INTRADAY_DAY: float(f"{day:%Y%m%d}")}
    row |= {INTRADAY_AT: at.timestamp() * 1e6, "cancel_ratio_today": float("nan")}
    frame = pd.DataFrame({"account_id": ["A01"], "event_timestamp": [at], "created_timestamp": [at], **row})
    store.feast.write_to_online_store("intraday", frame)
    found = reader.read("A01", trading_day=day, at=at.to_pydatetime()).values
    assert (found["orders_today"], found["cancel_ratio_today"]) == (3.0, None)


def test_the_join_of_feast_and_ours_agree_with_duplicate_keys_and_times(home: Path) -> None:
    store = OfflineAndOnlineStore(home / "features")
    store.apply()
    alerts = pd.read_parquet(home.parent / "market" / "alerts.parquet")
    asked = alerts.rename(columns={"triggered_at": "event_timestamp"})[["account_id", "event_timestamp", "trading_day"]]
    asked = pd.concat([asked, asked, asked.iloc[:3].assign(account_id="nobody")], ignore_index=True)
    ours, feasts = store.historical(asked), store.historical_by_feast(asked)
    assert len(ours) == len(asked)
    assert ours.notna().any().sum() > 50
    pd.testing.assert_frame_equal(ours, feasts)


def test_a_service_is_read_by_its_name(home: Path) -> None:
    assert all(set(names) <= set(STORED) for names in SERVICES.values())
    store = OfflineAndOnlineStore(home / "features")
    moment = pd.DataFrame({"account_id": ["A01"], "event_timestamp": [CLOSE], "trading_day": [DAYS[-1]]})
    for service, names in SERVICES.items():
        assert tuple(store.historical(moment, service=service).columns) == names
    for ask in (lambda: store.historical(moment, service="risk_v9"), lambda: OnlineReader(home, service="risk_v9")):
        with pytest.raises(AlertError, match=r"'risk_v9'; wanted one of risk_grade_v1"):
            ask()


@pytest.fixture
def registry() -> Iterator[str]:
    """A schema of the test's own on a real PostgreSQL; dropped afterwards."""
    import psycopg

    try:
        connection = psycopg.connect("host=127.0.0.1 port=5432 user=postgres dbname=postgres", autocommit=True)
    except psycopg.OperationalError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL at 127.0.0.1:5432")
    schema = f"test_{uuid.uuid4().hex}"
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning", "ignore::ResourceWarning")
def test_the_registry_may_stand_on_postgresql_and_the_rows_on_redis(home: Path, tmp_path: Path, registry: str) -> None:
    folder = Path(shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("*.db*")))
    settings = Settings.read(
        {"ALERTGRADE_HOME": str(folder), "ALERTGRADE_ONLINE_STORE": redis_address(), "ALERTGRADE_REGISTRY": registry}
    )
    places = {"online": settings.online_store, "registry": settings.registry}
    first = OfflineAndOnlineStore(settings.features_dir, **places)
    first.materialize(CLOSE)
    second = OfflineAndOnlineStore(settings.features_dir, **places)  # another machine: it finds all that was registered
    reader = OnlineReader(settings.features_dir, online=settings.online_store)
    try:
        assert {v.name for v in second.feast.list_feature_views()} == {f for f in FAMILIES if f != "alert_context"}
        [row] = by_feast(second, ["A01"])
        assert row["orders_20d"] == reader.read("A01", trading_day=DAYS[-1], at=CLOSE).values["orders_20d"] is not None
        assert not (folder / "features" / "registry.db").exists()
        assert not (folder / "features" / "online.db").exists()
    finally:
        first.rows.drop()
        for store in (first, second):
            store.feast.registry.write_engine.dispose()
            store.feast.registry.read_engine.dispose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALERTGRADE_ONLINE_STORE", "memcached://h"),
        ("ALERTGRADE_ONLINE_STORE", "x"),
        ("ALERTGRADE_REGISTRY", "mysql://h/d"),
    ],
)
def test_an_address_of_another_kind_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(AlertError, match=name):
        Settings.read({name: value})
    with pytest.raises(AlertError, match="redis://"):
        open_rows("memcached://h")


def test_a_description_stands_beside_peers_and_own_past(home: Path, tmp_path: Path) -> None:
    store = OfflineAndOnlineStore(Path(shutil.copytree(home / "features", tmp_path / "features")))
    offline = describe_offline(store, "A01", CLOSE)
    store.materialize(CLOSE)
    online = describe_online(OnlineReader(store.folder), "A01", DAYS[-1] + timedelta(days=1), CLOSE)
    assert (offline.peers, offline.features) == (online.peers, online.features)
    asked = pd.DataFrame(
        {"account_id": ACCOUNTS, "event_timestamp": [CLOSE] * 6, "trading_day": [DAYS[-1] + timedelta(days=1)] * 6}
    )
    rows = store.historical(asked)
    same = [
        n
        for n in range(6)
        if n != 1
        and rows["account_type_code"].equals(rows["account_type_code"])
        and (
            rows["account_type_code"].iloc[n] == rows["account_type_code"].iloc[1]
            or (pd.isna(rows["account_type_code"].iloc[n]) and pd.isna(rows["account_type_code"].iloc[1]))
        )
    ]
    by_name = {one.name: one for one in offline.features}
    assert (offline.peers, tuple(by_name)) == (len(same), STORED)
    for name, one in by_name.items():
        value, peers = (
            rows[name].iloc[1],
            rows[name].iloc[same].dropna().median() if rows[name].iloc[same].notna().any() else None,
        )
        assert (one.value, one.peer_median) == tuple(None if pd.isna(v) else v for v in (value, peers))
        assert (one.zh, one.en, one.unit) == (FEATURES[name].zh, FEATURES[name].en, FEATURES[name].unit)
    orders = by_name["orders_5d"]
    assert orders.own_past == rows["orders_20d"].iloc[1] / 4
    with pytest.raises(AlertError, match="'nobody'"):
        describe_offline(store, "nobody", CLOSE)


def test_the_command_builds_describes_and_keeps_an_acceptance_on_record(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(console, "width", 260)
    app, run = build_app(), CliRunner()
    market = Path(shutil.copytree(home.parent / "market", tmp_path / "market"))
    assert "2026-01-05 to 2026-02-05" in run.invoke(app, ["features", str(market)], catch_exceptions=False).stdout
    logins = pd.read_parquet(market / "logins.parquet")
    logins.iloc[:0].to_parquet(market / "logins.parquet")
    with pytest.raises(AlertError, match="logins"):
        run.invoke(app, ["features", str(market)], catch_exceptions=False)
    accepted = ["features", str(market), "--accept", "li.na", "--because", "the gateway was down"]
    said = run.invoke(app, accepted, catch_exceptions=False).stdout
    assert "accepted: logins" in said
    from ledger.ledger import Ledger

    ledger = Ledger(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}", lambda: CLOSE)
    [entry] = ledger.entries(kinds=["feature_build_accepted"])
    assert "the gateway was down" in entry.payload
    ledger.close()
    assert BuildRecord.read(tmp_path / "home" / "features" / "offline").accepted[0]["name"] == "li.na"
    shown = run.invoke(app, ["features", "describe", "A01"], catch_exceptions=False).stdout
    assert "近20日报单数" in shown
    assert "own past" in shown


def test_feast_reads_one_account_once_and_of_one_state_of_the_store(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = served
    several = by_feast(store, list(ACCOUNTS))
    rows, asked = store.feast._get_provider().online_store._rows(store.feast.config), []
    read = type(rows).account
    monkeypatch.setattr(type(rows), "account", lambda self, account: asked.append(account) or read(self, account))
    monkeypatch.setattr(type(rows), "accounts", None)
    assert by_feast(store, [ACCOUNTS[1]]) == [several[1]]
    assert by_feast(store, [ACCOUNTS[0]]) == [several[0]]  # nothing is left of the request before
    assert asked == [ACCOUNTS[1], ACCOUNTS[0]]
