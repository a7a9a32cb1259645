"""Parity: online value = offline point-in-time value = recomputation from the raw rows, for every stored feature.

The oracle (`tests/features/oracle`) is plain Python over rows, written from the words of `features/specs` alone. More
rows, markets and seeds are in `benchmarks/feature_parity.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.catalogue import FAMILIES, STORED, STORED_FAMILIES
from tests.features.oracle.compare import Difference
from tests.features.oracle.dense import REQUIRED, dense
from tests.features.oracle.parity import (
    Moment,
    Scene,
    asked,
    moments,
    offline,
    online,
    scene,
    scene_of_rows,
    scene_of_simulation,
    wanted,
)
from tests.features.oracle.rows import read

OFFLINE = {"plain": 52, "dense": 56, "simulated": 8}  # moments asked of each market, every account at each
ONLINE = {"plain": 10, "dense": 12, "simulated": 3}


@pytest.fixture(scope="module")
def scenes(make_market: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    folder = tmp_path_factory.mktemp("parity")
    plain = make_market(folder / "plain", seed=3)  # a seed with self-matches before alerts
    return [
        scene("plain", plain, read(plain)),
        scene_of_rows("dense", folder / "dense", dense(2)),
        scene_of_simulation("simulated", folder / "simulated", seed=5, accounts=12, days=24),
    ]


def chosen(scenes: Iterable[Scene], number: Mapping[str, int]) -> Iterator[tuple[Scene, list[Moment]]]:
    return ((one, moments(one.oracle, number[one.name])) for one in scenes)


def test_offline_point_in_time_equals_recomputation(scenes: list[Scene]) -> None:
    rows, found = 0, []
    for one, at in chosen(scenes, OFFLINE):
        rows += len(asked(one.oracle, at))
        found += offline(one, asked(one.oracle, at))
    assert rows >= 1500
    assert not found, report(found)


def test_online_equals_recomputation_at_several_moments(scenes: list[Scene]) -> None:
    rows, found = 0, []
    for one, at in chosen(scenes, ONLINE):
        rows += len(asked(one.oracle, at))
        found += online(one, at)
    assert rows >= 300
    assert not found, report(found)


def test_every_stored_feature_is_checked_and_takes_several_values(scenes: list[Scene]) -> None:
    rows = [row for one, at in chosen(scenes, OFFLINE) for row in wanted(one.oracle, asked(one.oracle, at))]
    assert all(set(row) == set(STORED) for row in rows)
    still = [name for name in STORED if len({row[name] for row in rows}) < 3]
    assert still == [], "null and two values, or it proves little"


def test_with_contracts_orders_and_trades_alone_all_else_is_null(tmp_path: Path) -> None:
    optional = [name for name in dense(4, days=2) if name not in REQUIRED]
    one = scene_of_rows("incomplete", tmp_path / "events", dense(4, days=30, accounts=6, without=optional))
    rows = asked(one.oracle, moments(one.oracle, 12))
    found = offline(one, rows)
    assert not found, report(found)
    values = wanted(one.oracle, rows)
    silent = [f for f in STORED_FAMILIES if all(row[n] is None for row in values for n in FAMILIES[f])]
    assert silent == ["profile", "profit", "funding", "holdings", "logins", "history", "intraday", "peers"]


def test_a_future_and_the_options_of_its_month_are_two_fee_units(raw: Any, at_close: Any) -> None:
    day = date(2026, 3, 2)
    raw.add("contracts", exchange="DCE", contract="m2605", product="m")
    raw.add("contracts", exchange="DCE", contract="m2605-C-3000", product="m", kind="option", option_month="2605")
    for n in range(8):
        raw.add("orders", day, exchange="DCE", contract="m2605" if n < 3 else "m2605-C-3000", order_id=f"o{n}")
    with raw.load() as events:
        found = at_close(events, "order_book")("A1", day)
    assert (found["max_messages_contract_day_20d"], found["max_otr_contract_day_20d"]) == (5, 4)


def report(found: Iterable[Difference]) -> str:
    lines = [str(difference) for difference in found]
    return f"{len(lines)} values differ, of them:\n" + "\n".join(lines[:40])
