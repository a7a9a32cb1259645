"""Markets of raw rows, cut into deliveries, and what the batch run says of the same rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alertgrade.watch.loop import Patience, Watch
from alertgrade.watch.start import opened_watch
from features.events.load import load_events
from rules_baseline.alerts import read_alerts
from rules_baseline.batches import arrow_schema
from rules_baseline.catalogue import intraday_rules
from rules_baseline.replay import run_rules
from rules_baseline.scope import Scope
from rules_baseline.statement import Statement, compile_rules
from rules_baseline.trigger import TriggerRecord
from tests.rules_baseline.conftest import DAY, Market

KEY = b"0" * 32
TABLES = ("orders", "trades")
Rows = dict[str, list[dict[str, Any]]]


def busy_market(day: date = DAY, size: int = 130) -> Market:
    """Alerts of four rules on two exchanges, many rows of equal time, and a declared group."""
    market = Market()
    market.member("G", "A1", "A3")
    for number in range(size):
        at = number * 1_000_000 // 3  # three steps a second
        market.order("A1", exchange="DCE", volume=450, at=at, seq=3 * number, day=day)
        market.order("A2", exchange="DCE", at=at, seq=3 * number + 1, day=day)
        for more in range(4):
            market.order("A2", exchange="DCE", at=at, seq=1_000 + more, day=day, event="accepted")
            market.order("A2", exchange="DCE", at=at, seq=2_000 + more, day=day)
        market.trade("A1", "buy", f"t{number}", exchange="CZCE", at=at, day=day)
        if number % 12 == 0:
            market.trade("A1", "sell", f"t{number - 3 if number else 0}", exchange="CZCE", at=at + 5, day=day)
            market.match("A1", "A3", f"g{number}", exchange="SHFE", at=at + 7, day=day)
    return market


def rows_of(market: Market) -> Rows:
    return {"orders": list(market.orders), "trades": list(market.trades)}


def cut(rows: Rows, pieces: int, seed: int) -> list[Rows]:
    """By time, at places that split equal times too; both tables at the same times."""
    ordered = sorted(((name, row) for name in TABLES for row in rows[name]), key=lambda item: item[1]["event_time"])
    places = sorted(random.Random(seed).sample(range(1, len(ordered)), pieces - 1))
    found = []
    for begin, end in zip([0, *places], [*places, len(ordered)], strict=True):
        found.append({name: [row for table, row in ordered[begin:end] if table == name] for name in TABLES})
    return found


def put(inbox: Path, name: str, rows: Rows) -> None:
    """As a folder ``name`` with a file a table, there all at once."""
    inbox.mkdir(parents=True, exist_ok=True)
    draft = inbox / f".{name}"
    draft.mkdir()
    for table in TABLES:
        pq.write_table(pa.Table.from_pylist(rows[table], schema=arrow_schema(table)), draft / f"{table}.parquet")
    draft.rename(inbox / name)


def put_all(inbox: Path, pieces: list[Rows]) -> None:
    for number, piece in enumerate(pieces, 1):
        put(inbox, f"{number:04d}", piece)


def summary(alerts: list[TriggerRecord]) -> list[tuple[Any, ...]]:
    """What an alert says; the version of the limits and the evidence too."""
    return [tuple(alert.model_dump().values()) for alert in alerts]


@cache
def statement() -> Statement:
    return compile_rules(intraday_rules())


@dataclass
class Place:
    """Where a watch works: its inbox, reference folder and out folder."""

    inbox: Path
    reference: Path
    out: Path

    @contextmanager
    def watch(self, source: str = "", **options: Any) -> Iterator[Watch]:
        options.setdefault("patience", Patience(idle_s=0.0, scores_s=5.0))
        options.setdefault("statement", statement())
        with opened_watch(source or str(self.inbox), self.reference, self.out, pseudonym_key=KEY, **options) as watch:
            yield watch

    def run(self, **options: Any) -> Any:
        with self.watch(**options) as watch:
            return watch.run(once=True)

    def alerts(self) -> list[TriggerRecord]:
        return [alert for file in sorted(self.out.glob("alerts-*.parquet")) for alert in read_alerts(file)]


@pytest.fixture
def place(tmp_path: Path) -> Callable[..., Place]:
    def made(market: Market, name: str = "watch") -> Place:
        reference = tmp_path / name / "reference"
        if not reference.exists():
            market.write(reference)
            for table in TABLES:
                (reference / f"{table}.parquet").unlink()
        inbox = tmp_path / name / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        return Place(inbox, reference, tmp_path / name / "out")

    return made


@pytest.fixture(scope="session")
def batch_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Market], list[TriggerRecord]]:
    """Alerts of the intraday rules over the same rows, by the batch run; run once a number of rows."""
    known: dict[int, list[TriggerRecord]] = {}

    def ran(market: Market) -> list[TriggerRecord]:
        if len(market.orders) not in known:
            folder = tmp_path_factory.mktemp("batch")
            events, out = market.write(folder / "events"), folder / "alerts.parquet"
            scope = Scope(frozenset(rule.id for rule in intraday_rules()))
            with load_events(events, pseudonym_key=KEY) as raw:
                run_rules(raw, out, state_dir=folder / "state", scope=scope)
            known[len(market.orders)] = read_alerts(out)
        return known[len(market.orders)]

    return ran
