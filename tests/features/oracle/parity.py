"""A synthetic market in the store beside the oracle of its raw rows, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd

from features.build import build
from features.events.load import load_events
from features.reader import OnlineReader
from features.store import OfflineAndOnlineStore
from simulation.market import simulate
from tests.features.oracle.compare import Difference, differences
from tests.features.oracle.dense_said import alerts_of, dispositions_of
from tests.features.oracle.oracle import Oracle
from tests.features.oracle.rows import Row, Tables, read, typed, write

MICROSECOND = timedelta(microseconds=1)
LATER = (1, 20, 29, 31, 45, 249, 251, 300)  # days after the last close: what left its window by then, and what has not
Moment = tuple[datetime, date]  # an instant (UTC), and the trading day of an alert raised then


@dataclass(frozen=True, slots=True)
class Scene:
    """One market, built, and its oracle."""

    name: str
    oracle: Oracle
    store: OfflineAndOnlineStore


def scene(name: str, folder: Path, tables: Tables) -> Scene:
    """Build the store of a market folder that holds exactly these tables."""
    store = OfflineAndOnlineStore(folder.with_name(f"{folder.name}-features"))
    with load_events(folder, pseudonym_key=b"k" * 32) as events:
        refused = events.quarantine.execute().to_dict("records")
        assert not refused, refused[:3]
        build(events, store.offline)
    store.apply()
    return Scene(name, Oracle(tables), store)


def scene_of_rows(name: str, folder: Path, tables: Tables) -> Scene:
    """Write rows given by hand or by chance, and build their store."""
    return scene(name, write(folder, tables), tables)


def scene_of_simulation(name: str, folder: Path, *, seed: int, accounts: int, days: int) -> Scene:
    """The simulated market, with alerts and dispositions by chance: it has neither by itself."""
    simulate(folder, accounts=accounts, days=days, seed=seed)
    tables, rng = read(folder), Random(seed)
    names = [row["account_id"] for row in tables["accounts"]]
    dates = sorted({row["trading_day"] for row in tables["contract_days"]})
    alerts = alerts_of(rng, dates, names)
    said = typed({"alerts": alerts, "dispositions": dispositions_of(rng, dates, alerts)})
    write(folder, said)
    return scene(name, folder, tables | said)


def moments(oracle: Oracle, number: int, *, seed: int = 7) -> list[Moment]:
    """Moments worth asking about, sorted: alerts, closes and a microsecond beside, around decisions, much later."""
    rng, closes = Random(seed), oracle.market.closes
    alerts = [(row["triggered_at"], row["trading_day"]) for row in oracle.market.rows("alerts")]
    alerts = [(t, day) for t, day in alerts if day in oracle.market.calendar]
    decided = [row["decided_at"] for row in oracle.market.rows("dispositions")]
    around = [t + step for t in (*closes, *decided) for step in (-MICROSECOND, MICROSECOND)]
    later = [closes[-1] + timedelta(days=n) for n in LATER]
    picked = [(t, oracle.next_day(t)) for kind in (closes, around, later) for t in _some(rng, kind, number // 4)]
    return sorted(set(picked + _some(rng, alerts, number - len(picked))))


def _some(rng: Random, of: list[Any], number: int) -> list[Any]:
    return rng.sample(of, min(number, len(of)))


def asked(oracle: Oracle, at: Iterable[Moment]) -> list[Row]:
    """Every account at every moment."""
    return [
        {"account_id": account, "event_timestamp": pd.Timestamp(t), "trading_day": day}
        for t, day in at
        for account in oracle.accounts
    ]


def wanted(oracle: Oracle, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What the oracle says of each row asked."""
    return [oracle.at(r["account_id"], r["event_timestamp"].to_pydatetime(), r["trading_day"]) for r in rows]


def offline(scene: Scene, rows: list[Row]) -> list[Difference]:
    """Oracle against point-in-time reads of the offline store."""
    found = scene.store.historical(pd.DataFrame(rows)).to_dict("records")
    return differences(rows, wanted(scene.oracle, rows), found)


def online(scene: Scene, at: Iterable[Moment]) -> list[Difference]:
    """Oracle against the online store, materialized to each moment in turn, each read by a reader of its own.

    One that stays open may answer once more from the store before: it does not make an alert wait.
    """
    found = []
    for t, day in at:
        scene.store.materialize(t)
        reader, rows = OnlineReader(scene.store.folder), asked(scene.oracle, [(t, day)])
        read_rows = [reader.read(r["account_id"], trading_day=day, at=t).values for r in rows]
        found += differences(rows, wanted(scene.oracle, rows), read_rows)
    return found
