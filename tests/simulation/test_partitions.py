"""Cells may be played in any number of processes: the same bytes come out, and nothing is left behind."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation import market as market_module
from simulation.cell import play
from simulation.market import simulate
from simulation.orders import ORDER
from simulation.partitions import _ranges
from simulation.scenario import load_scenario
from simulation.spill import KINDS, Spill, read_day
from simulation.world import make_market


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
    }


@pytest.fixture(scope="module")
def whole(make_market: Any) -> Any:
    """Four cells, the last one smaller."""
    return make_market(accounts=470, days=3, seed=11)


@pytest.mark.parametrize("partitions", [2, 8])
def test_any_number_of_partitions_gives_the_same_bytes(make_market: Any, whole: Any, partitions: int) -> None:
    assert digests(make_market(accounts=470, days=3, seed=11, partitions=partitions).folder) == digests(whole.folder)


def test_cells_played_in_reverse_order_tell_the_same(tmp_path: Path) -> None:
    scenario = load_scenario()
    market = make_market(11, date(2026, 3, 2), 2, scenario)
    spills = {}
    for name, cells in (("forth", (0, 1)), ("back", (1, 0))):
        for cell in cells:
            spill = Spill(tmp_path / name / str(cell))
            play(cell, market, scenario, 200, 11, spill)
            spill.flush()
        folders = [tmp_path / name / str(cell) for cell in (0, 1)]
        spills[name] = [read_day(folders, kind, day).tobytes() for kind in KINDS for day in (0, 1)]
    assert spills["forth"] == spills["back"]


def test_a_smaller_market_s_cells_are_those_of_a_larger_one_but_for_the_numbers_of_accounts(tmp_path: Path) -> None:
    scenario = load_scenario()
    market = make_market(11, date(2026, 3, 2), 2, scenario)
    found = []
    for total in (150, 450):
        spill = Spill(tmp_path / str(total))
        play(0, market, scenario, total, 11, spill)
        spill.flush()
        orders = read_day([tmp_path / str(total)], "orders", 1)
        found.append(orders[[name for name in ORDER.names or () if name != "account"]].tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize(("cells", "partitions"), [(1, 1), (1, 8), (3, 2), (7, 2), (667, 8)])
def test_ranges_cover_every_cell_once_and_in_order(cells: int, partitions: int) -> None:
    ranges = _ranges(cells, partitions)
    assert [cell for first, last in ranges for cell in range(first, last)] == list(range(cells))
    assert all(first < last for first, last in ranges)


def test_records_come_back_in_order_of_folders_and_are_gone_after(tmp_path: Path) -> None:
    for name, value in (("a", 1), ("b", 2)):
        spill = Spill(tmp_path / name)
        rows = np.zeros(2, dtype=KINDS["cash_flows"])
        rows["amount"] = value
        spill.add("cash_flows", 3, rows)
        spill.add("cash_flows", 4, rows[:0])
        spill.flush()
        spill.add("cash_flows", 3, rows[:1])
        spill.flush()
    folders = [tmp_path / "a", tmp_path / "b"]
    assert read_day(folders, "cash_flows", 3)["amount"].tolist() == [1, 1, 1, 2, 2, 2]
    assert len(read_day(folders, "cash_flows", 4)) == 0
    assert not list(tmp_path.rglob("cash_flows*"))


def test_nothing_is_left_beside_the_events(tmp_path: Path) -> None:
    simulate(tmp_path / "events", accounts=10, days=1)
    assert [path.name for path in tmp_path.iterdir()] == ["events"]


def test_a_run_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(market_module, "merge", fails)
    with pytest.raises(OSError, match="disk full"):
        simulate(tmp_path / "events", accounts=10, days=1)
    assert not list(tmp_path.iterdir())


def test_progress_rises_to_one_in_several_processes_too(tmp_path: Path) -> None:
    for partitions in (1, 2):
        seen: list[float] = []
        simulate(tmp_path / str(partitions), accounts=160, days=1, partitions=partitions, progress=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == 1.0
        assert all(share < 1 for share in seen[:-1])
