"""Parity: online value = offline point-in-time value = recomputation from the raw rows, for every stored feature.

The oracle (`tests/features/oracle`) is plain Python over rows, written from the words of `features/specs` alone. The full
5,000 rows and more are `benchmarks/feature_parity.py`; here are fewer, of the same kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

import pytest

from features.catalogue import STORED
from tests.features.oracle.compare import Difference
from tests.features.oracle.dense import REQUIRED, dense
from tests.features.oracle.parity import (
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

MOMENTS, ONLINE = 32, 6  # of each market; the latter are read online too
OPTIONAL = ("accounts", "logins", "alerts", "dispositions", "notices", "control_groups", "cash_flows", "account_days")


@pytest.fixture(scope="module")
def scenes(make_market: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    def folder(name: str) -> Path:
        return tmp_path_factory.mktemp("parity") / name

    plain = make_market(folder("plain"), seed=3)  # a seed with self-matches before alerts
    return [
        scene("plain market", plain, read(plain)),
        *(scene_of_rows(f"dense market of seed {seed}", folder("dense"), dense(seed)) for seed in (1, 2)),
        scene_of_simulation(folder("simulated"), seed=5, accounts=12, days=24),
    ]


def report(found: Iterable[Difference]) -> str:
    lines = [str(difference) for difference in found]
    return f"{len(lines)} values differ, of them:\n" + "\n".join(lines[:40])


def chosen(scenes: Iterable[Scene], number: int) -> Iterator[tuple[Scene, list]]:
    return ((one, moments(one.oracle, Random(7), number)) for one in scenes)


def test_offline_point_in_time_equals_recomputation(scenes: list[Scene]) -> None:
    rows, found = 0, []
    for one, at in chosen(scenes, MOMENTS):
        rows += len(asked(one.oracle, at))
        found += offline(one, asked(one.oracle, at))
    assert rows >= 1500
    assert not found, report(found)


def test_online_equals_recomputation_at_several_moments(scenes: list[Scene]) -> None:
    rows, found = 0, []
    for one, at in chosen(scenes, ONLINE):
        rows += len(asked(one.oracle, at))
        found += online(one, at)
    assert rows >= 250
    assert not found, report(found)


def test_every_stored_feature_is_checked_and_takes_several_values(scenes: list[Scene]) -> None:
    rows = [row for one, at in chosen(scenes, MOMENTS) for row in wanted(one.oracle, asked(one.oracle, at))]
    assert all(set(row) == set(STORED) for row in rows)
    still = [name for name in STORED if len({row[name] for row in rows}) < 3]
    assert still == [], "null and two values, or it proves little"


@pytest.mark.parametrize("missing", [None, "logins", "control_groups", "notices", "dispositions"])
def test_a_table_not_given_makes_null_what_the_catalogue_says_and_nothing_else(
    missing: str | None, tmp_path: Path
) -> None:
    without = [name for name in dense(4) if name not in REQUIRED] if missing is None else [missing]
    one = scene_of_rows("incomplete market", tmp_path / "events", dense(4, days=30, accounts=6, without=without))
    found = offline(one, asked(one.oracle, moments(one.oracle, Random(1), 12)))
    assert not found, report(found)
