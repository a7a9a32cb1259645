"""Parity: offline point-in-time value = online value = recomputation from the raw rows, for every stored feature.

The oracle is plain Python over the raw files, written from the catalogue alone: no engine, no window function, no
incremental state. Readings of the catalogue that its words leave open:

- "nothing in the window" is no row of the table at all; a window of rejected orders only has 0 orders, not null;
- a share whose whole is 0 is null (no cancels: no FAK/FOK share of them); a count or a maximum of nothing is 0;
- a contract is (exchange, contract); "a login" is an event ``login``; where "accepted" is not said, any order counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.availability import available_at
from features.build import build
from features.catalogue import FAMILIES, FEATURES, STORED
from features.events.load import load_events
from features.events.schema import OUTCOMES, TABLES
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore

# The oracle of the families of relations, and of the later features of history, is still to come.
_UNKNOWN = {*FAMILIES["network"], *FAMILIES["peers"], *FAMILIES["strategy"], *FAMILIES["history"][6:]}
KNOWN = [name for name in STORED if name not in _UNKNOWN]

Row = dict[str, Any]
MICROSECOND = pd.Timedelta(microseconds=1)
EXEMPT = ("hedging", "market_making")
IOC = ("FAK", "FOK")


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def lots(rows: Iterable[Row]) -> int:
    return sum(row["volume"] for row in rows)


def contracts(rows: Iterable[Row]) -> int:
    return len({(row["exchange"], row["contract"]) for row in rows})


def of(rows: Iterable[Row], event: str) -> list[Row]:
    return [row for row in rows if row["event"] == event]


def known(rows: Iterable[Row], column: str) -> int:
    return len({row[column] for row in rows} - {None})


def self_matches(rows: Iterable[Row]) -> int:
    sides: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        sides.setdefault((row["exchange"], row["trading_day"], row["contract"], row["trade_id"]), set()).add(
            row["side"]
        )
    return sum(both == {"buy", "sell"} for both in sides.values())


def most(counted: Counter[Any]) -> int:
    return max(counted.values(), default=0)


class Oracle:
    """Every stored feature of an account at an instant, from the raw rows of a market folder."""

    def __init__(self, folder: Path) -> None:
        self.raw = {file.stem: self._rows(file) for file in folder.glob("*.parquet")}
        dated = [rows for name, rows in self.raw.items() if "trading_day" in TABLES[name].column_names]
        self.calendar = sorted({row["trading_day"] for rows in dated for row in rows})
        self.accounts = sorted({row["account_id"] for row in self.raw["accounts"]})

    @staticmethod
    def _rows(file: Path) -> list[Row]:
        frame = pd.read_parquet(file).drop_duplicates().astype(object)
        return frame.where(frame.notna(), None).to_dict("records")

    def rows(self, table: str, account: str) -> list[Row]:
        return [row for row in self.raw[table] if row["account_id"] == account]

    def at(self, account: str, t: pd.Timestamp, day: date) -> dict[str, float | None]:
        return {
            **self.profile(account, day),
            **self.trading(self.window("trades", account, t, 5), self.window("trades", account, t, 20)),
            **self.cancelling(self.window("orders", account, t, 5), self.window("orders", account, t, 20)),
            **self.logins(self.window("logins", account, t, 5), self.window("logins", account, t, 20)),
            **self.history(account, t),
            **self.intraday(account, t, day),
        }

    def next_day(self, t: pd.Timestamp) -> date:
        """The trading day an alert at ``t`` belongs to: the first one not yet closed."""
        open_days = [d for d in self.calendar if available_at(d) > t]
        return open_days[0] if open_days else (pd.Timestamp(self.calendar[-1]) + pd.offsets.BDay(1)).date()

    def window(self, table: str, account: str, t: pd.Timestamp, days: int) -> list[Row]:
        closed = [d for d in self.calendar if available_at(d) <= t][-days:]
        return [r for r in self.rows(table, account) if r["trading_day"] in closed]

    def profile(self, account: str, day: date) -> dict[str, float | None]:
        names = ("account_type_code", "is_programmatic", "is_market_maker", "is_employee", "via_introducing_broker")
        for r in self.rows("accounts", account):
            if r["valid_from"] <= day and (r["valid_to"] is None or day < r["valid_to"]):
                kind = ("individual", "institution", "product").index(r["account_type"])
                marks = (
                    r["is_programmatic"],
                    r["is_market_maker"],
                    r["is_employee"],
                    r["channel"] == "introducing_broker",
                )
                return dict(zip(names, (kind, *map(int, marks)), strict=True))
        return dict.fromkeys(names)

    def trading(self, five: list[Row], twenty: list[Row]) -> dict[str, float | None]:
        week = {
            "trades_5d": len(five),
            "traded_lots_5d": lots(five),
            "open_share_5d": share(lots(r for r in five if r["offset"] == "open"), lots(five)),
        }
        month = {
            "trades_20d": len(twenty),
            "traded_lots_20d": lots(twenty),
            "open_share_20d": share(lots(r for r in twenty if r["offset"] == "open"), lots(twenty)),
            "trading_days_20d": known(twenty, "trading_day"),
            "distinct_contracts_20d": contracts(twenty),
            "mean_lots_per_trade_20d": share(lots(twenty), len(twenty)),
            "self_matches_20d": self_matches(twenty),
            "self_match_share_20d": share(self_matches(twenty), len(twenty)),
        }
        return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))

    def cancelling(self, five: list[Row], twenty: list[Row]) -> dict[str, float | None]:
        sent, cancels = of(twenty, "accepted"), of(twenty, "cancelled")
        week = {
            "orders_5d": len(of(five, "accepted")),
            "cancels_5d": len(of(five, "cancelled")),
            "cancel_ratio_5d": share(len(of(five, "cancelled")), len(of(five, "accepted"))),
        }
        month = {
            "orders_20d": len(sent),
            "cancels_20d": len(cancels),
            "cancel_ratio_20d": share(len(cancels), len(sent)),
            "order_days_20d": known(twenty, "trading_day"),
            "ioc_cancel_share_20d": share(sum(r["time_in_force"] in IOC for r in cancels), len(cancels)),
            "mean_cancelled_lots_20d": share(lots(cancels), len(cancels)),
            "max_cancels_contract_day_20d": most(
                Counter((r["exchange"], r["contract"], r["trading_day"]) for r in cancels)
            ),
            "exempt_hedge_share_20d": share(sum(r["hedge"] in EXEMPT for r in sent), len(sent)),
            "rejects_20d": len(of(twenty, "rejected")),
        }
        return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))

    def logins(self, five: list[Row], twenty: list[Row]) -> dict[str, float | None]:
        recent, logged = of(five, "login"), of(twenty, "login")
        week = {
            "logins_5d": len(recent),
            "failed_logins_5d": len(of(five, "login_failed")),
            "distinct_macs_5d": known(recent, "mac"),
            "distinct_ips_5d": known(recent, "ip"),
        }
        month = {
            "logins_20d": len(logged),
            "distinct_macs_20d": known(logged, "mac"),
            "password_changes_20d": len(of(twenty, "password_change")),
            "relay_login_share_20d": share(sum(r["via_relay"] for r in logged), len(logged)),
        }
        return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))

    def history(self, account: str, t: pd.Timestamp) -> dict[str, float | None]:
        closes = [c for c in (pd.Timestamp(available_at(day)) for day in self.calendar) if c <= t]
        if not closes:  # every account of the market is known before its first day
            return dict.fromkeys(FAMILIES["history"][:6])

        def before(table: str, moment: str, days: int) -> list[Row]:
            since = closes[-1] - pd.Timedelta(days=days)
            return [r for r in self.rows(table, account) if since < r[moment] <= closes[-1]]

        alerts, decided = before("alerts", "triggered_at", 250), before("dispositions", "decided_at", 250)
        return {
            "alerts_30d": len(before("alerts", "triggered_at", 30)),
            "alerts_250d": len(alerts),
            "breaches_250d": sum(r["level"] == "breach" for r in alerts),
            "dispositions_250d": len(decided),
            "sanctions_250d": sum(r["outcome"] in ("restricted", "referred") for r in decided),
            "worst_outcome_250d": max((OUTCOMES.index(r["outcome"]) + 1 for r in decided), default=0),
        }

    def intraday(self, account: str, t: pd.Timestamp, day: date) -> dict[str, float | None]:
        """The day so far, as of the account's latest alert up to ``t``: only alerts make intraday rows."""
        moments = [r for r in self.rows("alerts", account) if r["triggered_at"] <= t]
        last = max(moments, key=lambda r: r["triggered_at"], default=None)
        if last is None or last["trading_day"] != day:
            return dict.fromkeys(FAMILIES["intraday"])
        orders, trades = (
            [r for r in self.rows(t, account) if r["trading_day"] == day and r["event_time"] <= last["triggered_at"]]
            for t in ("orders", "trades")
        )
        sent, cancels = of(orders, "accepted"), of(orders, "cancelled")
        return {
            "orders_today": len(sent),
            "cancels_today": len(cancels),
            "cancel_ratio_today": share(len(cancels), len(sent)),
            "cancelled_lots_today": lots(cancels),
            "max_cancelled_lots_today": max((r["volume"] for r in cancels), default=0),
            "ioc_cancel_share_today": share(sum(r["time_in_force"] in IOC for r in cancels), len(cancels)),
            "exempt_hedge_share_today": share(sum(r["hedge"] in EXEMPT for r in sent), len(sent)),
            "max_messages_per_second_today": most(Counter(r["event_time"].floor("s") for r in (*sent, *cancels))),
            "trades_today": len(trades),
            "traded_lots_today": lots(trades),
            "self_matches_today": self_matches(trades),
            "distinct_contracts_today": contracts(orders),
        }


def disagreements(asked: list[Row], wanted: list[Row], found: list[Row]) -> list[str]:
    """One line a value that differs: integers exactly, shares and means to 1e-9, null only equal to null."""
    lines = []
    for moment, want, have in zip(asked, wanted, found, strict=True):
        for name in KNOWN:
            w, h = want[name], None if pd.isna(have[name]) else have[name]
            exact = FEATURES[name].unit != "share" and not name.startswith("mean_")
            if (w is None) != (h is None) or (w is not None and abs(w - h) > (0 if exact else 1e-9)):
                lines.append(f"{name} of {moment}: oracle {w}, store {h}")
    return lines


@pytest.fixture(scope="module")
def folder(make_market: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_market(tmp_path_factory.mktemp("parity") / "events", seed=3)  # a seed with self-matches before alerts


@pytest.fixture(scope="module")
def oracle(folder: Path) -> Oracle:
    return Oracle(folder)


@pytest.fixture(scope="module")
def store(folder: Path) -> OfflineAndOnlineStore:
    store = OfflineAndOnlineStore(folder.with_name("features"))
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        build(events, store.offline)
    store.apply()
    return store


def moments(oracle: Oracle, account: str) -> list[tuple[pd.Timestamp, date]]:
    """Moments worth asking about: every alert, every close, and the microseconds around each decision and close."""
    closes = [pd.Timestamp(available_at(d)) for d in oracle.calendar]
    decided = [r["decided_at"] for r in oracle.raw["dispositions"] if r["account_id"] == account]
    # long after the last day: alerts of more than 30 days ago have to have left the window
    later = [closes[-1] + pd.Timedelta(days=d) for d in (1, 20, 29, 31, 45, 249, 251, 300)]
    around = [t + step for t in (*decided, *closes[::6]) for step in (-MICROSECOND, MICROSECOND, 0 * MICROSECOND)]
    alerts = [(r["triggered_at"], r["trading_day"]) for r in oracle.raw["alerts"] if r["account_id"] == account]
    return alerts + [(t, oracle.next_day(t)) for t in (*closes, *later, *around)]


Wanted = tuple[list[Row], list[dict[str, float | None]]]


@pytest.fixture(scope="module")
def wanted(oracle: Oracle) -> Wanted:
    """Every account at every moment worth asking about, and what the oracle says of it."""
    pairs = [(account, *moment) for account in oracle.accounts for moment in moments(oracle, account)]
    asked = [{"account_id": a, "event_timestamp": t, "trading_day": d} for a, t, d in pairs]
    return asked, [oracle.at(*pair) for pair in pairs]


def test_offline_point_in_time_equals_recomputation(wanted: Wanted, store: OfflineAndOnlineStore) -> None:
    asked, recomputed = wanted
    assert len(asked) >= 200
    lines = disagreements(asked, recomputed, store.historical(pd.DataFrame(asked)).to_dict("records"))
    assert not lines, f"{len(lines)} values differ, of them:\n" + "\n".join(lines[:40])


def test_online_equals_offline_and_recomputation_at_several_moments(
    oracle: Oracle, store: OfflineAndOnlineStore
) -> None:
    alerts = sorted(oracle.raw["alerts"], key=lambda r: r["triggered_at"])
    at_alerts = [
        (alerts[i]["triggered_at"], alerts[i]["trading_day"]) for i in (len(alerts) // 3, 2 * len(alerts) // 3)
    ]
    closes = [pd.Timestamp(available_at(oracle.calendar[i])) for i in (3, 12, 21, 44)]
    odd = [closes[1] - MICROSECOND, closes[-1] + pd.Timedelta(days=35)]
    reader, lines, rows = OnlineReader(store.folder), [], 0
    for t, day in [*at_alerts, *((t, oracle.next_day(t)) for t in (*closes, *odd))]:
        store.materialize(t.to_pydatetime())
        asked = [{"account_id": a, "event_timestamp": t, "trading_day": day} for a in oracle.accounts]
        wanted = [oracle.at(a, t, day) for a in oracle.accounts]
        online = [reader.read(a, trading_day=day, at=t.to_pydatetime()).values for a in oracle.accounts]
        offline = store.historical(pd.DataFrame(asked)).to_dict("records")
        lines += [f"online: {line}" for line in disagreements(asked, wanted, online)]
        lines += [f"offline: {line}" for line in disagreements(asked, wanted, offline)]
        rows += len(asked) * 2
    assert rows >= 200
    assert not lines, f"{len(lines)} values differ, of them:\n" + "\n".join(lines[:40])


def test_every_stored_feature_is_checked_and_takes_several_values(wanted: Wanted) -> None:
    rows = wanted[1]
    assert all(set(row) == set(KNOWN) for row in rows)
    still = [name for name in KNOWN if len({row[name] for row in rows}) < 3]
    assert still == [], "null and two values, or it proves little"
