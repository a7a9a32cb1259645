"""A small random market, written as raw tables: enough days for windows to fill, fall out and stand empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.availability import available_at
from features.build import build
from features.catalogue import FAMILIES
from features.events.events import Events
from features.events.load import load_events
from features.events.schema import TABLES
from features.families import MAKERS
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore
from tests.features.market_money import add_money

KEY = b"k" * 32
START = pd.Timestamp("2026-01-05")


def trading_calendar(days: int) -> list[pd.Timestamp]:
    return list(pd.bdate_range(START, periods=days))


def random_market(folder: Path, seed: int = 0, days: int = 45, accounts: int = 14) -> Path:
    """Raw tables with silent spells, night sessions, shared match ids, alerts and dispositions."""
    rng = np.random.default_rng(seed)
    calendar = trading_calendar(days)
    names = [f"A{i:02d}" for i in range(accounts)]
    orders, trades, logins, alerts, dispositions = [], [], [], [], []
    for i, account in enumerate(names):
        # account 0 is silent in the middle for longer than 20 days, account 1 never trades
        active = [d for n, d in enumerate(calendar) if rng.random() < 0.5 and not (i == 0 and 8 <= n < 38)]
        for day in active:
            _orders_of_day(rng, account, day, orders, trades if i != 1 else [])
            _logins_of_day(rng, account, day, logins)
            if rng.random() < 0.3:
                _alert_of_day(rng, account, day, alerts, dispositions)
    folder.mkdir(parents=True, exist_ok=True)
    frames = {"orders": orders, "trades": trades, "logins": logins, "alerts": alerts, "dispositions": dispositions}
    for name, rows in frames.items():
        frame = pd.DataFrame(rows)
        for column in ("event_time", "triggered_at", "alerted_at", "decided_at"):
            if column in frame:
                frame[column] = pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    _reference_tables(folder, names, calendar)
    add_money(folder, names, calendar, seed)
    _relation_tables(np.random.default_rng(seed + 1_000), folder, names, calendar)
    return folder


def _moment(rng: np.random.Generator, day: pd.Timestamp) -> datetime:
    night = rng.random() < 0.2
    base = (day - pd.offsets.BDay(1) if night else day).to_pydatetime().replace(tzinfo=UTC)
    return base + timedelta(seconds=int(rng.integers(13 * 3600, 15 * 3600) if night else rng.integers(3600, 7 * 3600)))


def _orders_of_day(rng: np.random.Generator, account: str, day: pd.Timestamp, orders: list, trades: list) -> None:
    for n in range(int(rng.integers(1, 12))):
        order_id = f"{account}-{day:%m%d}-{n}"
        at = _moment(rng, day)
        common = {
            "trading_day": day.date(),
            "exchange": str(rng.choice(["SHFE", "DCE"])),
            "contract": str(rng.choice(["cu2605", "m2605", "p2605"])),
            "account_id": account,
            "order_id": order_id,
            "side": str(rng.choice(["buy", "sell"])),
            "offset": str(rng.choice(["open", "close"])),
            "hedge": str(rng.choice(["speculation", "hedging", "market_making", "arbitrage"])),
        }
        terms = {
            "order_type": "limit",
            "time_in_force": str(rng.choice(["GFD", "FAK", "FOK"])),
            "price": 100.0,
            "volume": int(rng.integers(1, 50)),
            "cancelled_by": None,
        }
        first = "rejected" if rng.random() < 0.1 else "accepted"
        orders.append({"event_time": at, **common, "event": first, **terms})
        if first == "accepted" and rng.random() < 0.5:
            later = at + timedelta(milliseconds=int(rng.integers(0, 1500)))
            orders.append({"event_time": later, **common, "event": "cancelled", **terms, "cancelled_by": "client"})
        if first == "accepted" and rng.random() < 0.6:
            # few match ids, so that some accounts meet themselves
            match = f"T{int(rng.integers(0, 3))}"
            trades.append(
                {
                    "event_time": at + timedelta(seconds=int(rng.integers(0, 900))),
                    **common,
                    "trade_id": match,
                    "price": 100.0,
                    "volume": int(rng.integers(1, 20)),
                }
            )


def _logins_of_day(rng: np.random.Generator, account: str, day: pd.Timestamp, logins: list) -> None:
    for _ in range(int(rng.integers(0, 4))):
        logins.append(
            {
                "event_time": _moment(rng, day),
                "trading_day": day.date(),
                "account_id": account,
                "event": str(rng.choice(["login", "login_failed", "password_change"], p=[0.7, 0.2, 0.1])),
                "ip": str(rng.choice(["10.0.0.1", "10.0.0.2", "10.0.0.3"])) if rng.random() < 0.9 else None,
                "mac": str(rng.choice(["m1", "m2", "m3", "m4"])) if rng.random() < 0.8 else None,
                "app_id": "terminal",
                "via_relay": bool(rng.random() < 0.3),
            }
        )


def _alert_of_day(rng: np.random.Generator, account: str, day: pd.Timestamp, alerts: list, decided: list) -> None:
    at = _moment(rng, day)
    rule, level = str(rng.choice(["self_trade", "frequent_cancel"])), str(rng.choice(["warning", "breach"]))
    alert_id = f"{rule}:{level}:{day.date()}:SHFE.cu2605:{account}"
    alerts.append(
        {
            "alert_id": alert_id,
            "rule_id": rule,
            "level": level,
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": day.date(),
            "subject_type": "account",
            "subject_id": account,
            "account_id": account,
            "triggered_at": at,
            "measured": 5.0,
            "threshold": 5.0,
            "occurrence": 1,
            "parameters_version": "test",
            "evidence": "{}",
        }
    )
    if rng.random() < 0.7:
        decided.append(
            {
                "alert_id": alert_id,
                "account_id": account,
                "rule_id": rule,
                "alerted_at": at,
                "decided_at": at + timedelta(hours=float(rng.integers(2, 200))),
                "outcome": str(rng.choice(["no_action", "educated", "enhanced_review", "restricted", "referred"])),
                "decided_by": "r1",
                "note": None,
            }
        )


def _relation_tables(rng: np.random.Generator, folder: Path, names: list[str], calendar: list[pd.Timestamp]) -> None:
    """Control groups that begin and end, notices to accounts and to a group."""
    groups = [("G1", 2, True, 0, None), ("G1", 3, True, 5, 30), ("G1", 4, True, 12, None), ("G2", 4, True, 0, 20)]
    groups += [("G2", 5, True, 0, None), ("G3", 6, False, 10, None), ("G3", 7, False, 10, 26)]
    rows = [
        {
            "group_id": group,
            "account_id": names[place],
            "declared": declared,
            "valid_from": calendar[first].date(),
            "valid_to": None if end is None or end >= len(calendar) else calendar[end].date(),
        }
        for group, place, declared, first, end in groups
        if place < len(names) and first < len(calendar)
    ]
    columns = ["group_id", "account_id", "declared", "valid_from", "valid_to"]
    pd.DataFrame(rows, columns=columns).to_parquet(folder / "control_groups.parquet", index=False)
    told = [
        _notice_of_day(rng, subject, day)
        for subject in (*names[:4], *names[5:6], "G1", "G2")
        for day in calendar
        if rng.random() < 0.06
    ]
    notices = pd.DataFrame(told, columns=list(TABLES["notices"].column_names))
    _instants(notices, "received_at").to_parquet(folder / "notices.parquet", index=False)


def _instants(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.assign(**{column: pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")})


def _notice_of_day(rng: np.random.Generator, subject: str, day: pd.Timestamp) -> dict[str, object]:
    received = _moment(rng, day) + timedelta(hours=float(rng.integers(2, 90)))
    until = (day + timedelta(days=int(rng.integers(0, 25)))).date() if rng.random() < 0.6 else None
    return {
        "exchange": "SHFE",
        "rule_id": str(rng.choice(["self_trade", "frequent_cancel"])),
        "subject_id": subject,
        "trading_day": day.date(),
        "occurrence": int(rng.integers(1, 4)),
        "received_at": received,
        "delivered_at": None,
        "restricted_until": until,
    }


def _reference_tables(folder: Path, names: list[str], calendar: list[pd.Timestamp]) -> None:
    half = calendar[len(calendar) // 2].date()
    accounts = []
    for i, name in enumerate(names):
        base = {
            "account_id": name,
            "branch": "B1",
            "channel": "introducing_broker" if i % 3 == 0 else "direct",
            "is_employee": i % 5 == 0,
            "is_programmatic": i % 2 == 0,
            "is_market_maker": i % 7 == 0,
            "opened_on": START.date(),
            "name": None,
        }
        first = {**base, "account_type": "individual", "valid_from": START.date() - timedelta(days=30)}
        if i % 4 == 0:  # changes type half way
            accounts.append({**first, "valid_to": half})
            accounts.append({**base, "account_type": "product", "valid_from": half, "valid_to": None})
        elif i % 4 == 1:  # ends half way
            accounts.append({**first, "valid_to": half})
        else:
            accounts.append({**first, "valid_to": None})
    pd.DataFrame(accounts).to_parquet(folder / "accounts.parquet", index=False)
    contracts = [
        {
            "exchange": exchange,
            "contract": contract,
            "product": contract[:-4],
            "kind": "future",
            "multiplier": 5.0,
            "tick": 1.0,
            "max_order_volume": 50,
            "has_order_fee": True,
            "option_month": None,
            "valid_from": START.date() - timedelta(days=300),
            "valid_to": None,
        }
        for exchange in ("SHFE", "DCE")
        for contract in ("cu2605", "m2605", "p2605")
    ]
    copper, meal, palm = contracts[0], contracts[1], contracts[5]
    copper["valid_to"], meal["valid_to"] = half, half  # smaller orders from then on; and no longer known
    contracts.append({**copper, "max_order_volume": 30, "multiplier": 10.0, "valid_from": half, "valid_to": None})
    palm |= {"kind": "option", "option_month": "2605", "max_order_volume": None}
    pd.DataFrame(contracts).to_parquet(folder / "contracts.parquet", index=False)


@pytest.fixture(scope="session")
def market_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_market(tmp_path_factory.mktemp("market") / "events")


@pytest.fixture(scope="session")
def market(market_folder: Path) -> Events:
    return load_events(market_folder, pseudonym_key=KEY)


@pytest.fixture(scope="session")
def make_market() -> Callable[..., Path]:
    return random_market


_PART = {"exchange": "SHFE", "contract": "cu2605", "side": "buy", "offset": "open", "hedge": "speculation"}
_DEFAULTS: dict[str, dict[str, object]] = {
    "orders": {**_PART, "event": "accepted", "order_type": "limit", "time_in_force": "GFD", "price": 100, "volume": 1},
    "trades": {**_PART, "order_id": "O", "price": 100, "volume": 1},
    "logins": {"event": "login", "via_relay": False},
    "alerts": {"rule_id": "self_trade", "level": "breach", "subject_type": "account"},
    "dispositions": {"rule_id": "self_trade", "outcome": "no_action", "decided_by": "r1"},
    "control_groups": {"declared": True, "valid_from": "2020-01-01"},
    "notices": {"exchange": "SHFE", "rule_id": "self_trade", "occurrence": 1},
    "contract_days": {"exchange": "SHFE", "contract": "cu2605", "settlement_price": 100},
    "cash_flows": {"direction": "deposit", "amount": 100, "cross_border": False},
    "account_days": {"equity": 1000, "margin": 0, "net_pnl": 0, "fee": 0, "exchange_fee": 0},
    "positions": {"exchange": "SHFE", "contract": "cu2605", "side": "long", "hedge": "speculation", "volume": 1},
    "position_limits": {"exchange": "SHFE", "contract": "cu2605", "limit": 10, "valid_from": "2020-01-01"},
    "accounts": {
        "account_type": "individual",
        "branch": "B1",
        "channel": "direct",
        "is_employee": False,
        "is_programmatic": False,
        "is_market_maker": False,
        "opened_on": "2020-01-01",
        "valid_from": "2020-01-01",
    },
    "contracts": {
        "exchange": "SHFE",
        "contract": "cu2605",
        "product": "cu",
        "kind": "future",
        "multiplier": 5,
        "tick": 1,
        "has_order_fee": True,
        "valid_from": "2020-01-01",
    },
}
_INSTANTS = dict.fromkeys(("orders", "trades", "logins", "cash_flows"), "event_time")
_INSTANTS |= {"alerts": "triggered_at", "notices": "received_at"}
_IDS = {"orders": "order_id", "trades": "trade_id", "alerts": "alert_id", "dispositions": "alert_id"}


class RawTables:
    """Raw tables given row by row: what a test does not say takes a plain value; ids run on by themselves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, object]]] = {"contracts": [], "orders": [], "trades": []}
        self.account = "A1"
        self.add("contracts")

    def of(self, account: str) -> RawTables:
        """Add the following rows to this account."""
        self.account = account
        return self

    def give(self, *tables: str) -> RawTables:
        """Give tables without a row."""
        for table in tables:
            self.rows.setdefault(table, [])
        return self

    def calendar(self, days: list[date]) -> RawTables:
        """Make these days trading days, whoever trades on them."""
        for day in days:
            self.add("contract_days", trading_day=day)
        return self

    def add(self, table: str, day: date | None = None, at: datetime | None = None, **row: object) -> RawTables:
        """Add a row; ``at`` is its instant (10:00 Asia/Shanghai of ``day`` where not said)."""
        full = dict(_DEFAULTS[table])
        if "account_id" in TABLES[table].column_names:
            full["account_id"] = row.get("account_id", self.account)
        if day is not None:
            full["trading_day"] = day
            at = at or (datetime.combine(day, time(2), UTC) if table in _INSTANTS else None)
        if at is not None:
            full[_INSTANTS.get(table, "decided_at")] = at
        if table in _IDS:
            full[_IDS[table]] = f"{table}{len(self.rows.get(table, []))}"
        if table == "notices":
            full["subject_id"] = self.account
        if table == "alerts":
            full["subject_id"] = full["account_id"]
        if table == "dispositions":
            full["alerted_at"] = datetime(2020, 1, 1, tzinfo=UTC)
        self.rows.setdefault(table, []).append(full | row)
        return self

    def load(self) -> Events:
        """Write the tables as CSV and load them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            text = [{c: v.isoformat() if isinstance(v, date) else v for c, v in row.items()} for row in rows]
            pd.DataFrame(text, columns=list(TABLES[name].column_names)).to_csv(self.folder / f"{name}.csv", index=False)
        events = load_events(self.folder, pseudonym_key=KEY)
        assert events.quarantine.count().execute() == 0, events.quarantine.execute().to_dict("records")
        return events

    def store(self) -> OfflineAndOnlineStore:
        """Load, build and apply: a feature store beside the tables."""
        folder = self.folder.with_name(self.folder.name + "-features")
        with self.load() as events:
            build(events, folder / "offline")
        store = OfflineAndOnlineStore(folder)
        store.apply()
        return store


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
