"""The seed, and nothing else, decides the market."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
    }


@pytest.fixture(scope="module")
def small(make_market: Any) -> Any:
    return make_market(accounts=30, days=4, seed=3)


def test_the_same_seed_gives_the_same_bytes(make_market: Any, small: Any) -> None:
    assert digests(make_market(accounts=30, days=4, seed=3).folder) == digests(small.folder)


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_another_process_with_another_hash_seed_gives_the_same_bytes(
    tmp_path: Path, small: Any, hash_seed: str
) -> None:
    code = (
        "import sys; from pathlib import Path; from simulation.market import simulate; "
        "simulate(Path(sys.argv[1]), accounts=30, days=4, seed=3)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "events")], check=True, cwd=ROOT, env=environment)
    assert digests(tmp_path / "events") == digests(small.folder)


def test_another_seed_gives_another_market(make_market: Any, small: Any) -> None:
    other = digests(make_market(accounts=30, days=4, seed=4).folder)
    assert all(other[f"{name}.parquet"] != digests(small.folder)[f"{name}.parquet"] for name in ("orders", "trades"))


@pytest.mark.parametrize("fewer", [5, 14, 29])
@pytest.mark.parametrize("name", ["accounts", "orders", "trades", "logins", "cash_flows", "account_days", "positions"])
def test_more_accounts_leave_the_rows_of_the_earlier_ones_as_they_were(
    make_market: Any, small: Any, fewer: int, name: str
) -> None:
    few = make_market(accounts=fewer, days=4, seed=3)
    kept = set(few.table("accounts")["account_id"])
    among_many = small.table(name)
    among_many = among_many[among_many["account_id"].isin(kept)].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.table(name), among_many)


def test_more_days_leave_the_earlier_days_as_they_were(make_market: Any, small: Any) -> None:
    fewer = make_market(accounts=30, days=2, seed=3)
    # logins are left out: they already show misconduct of the next days
    for name in ("trades", "account_days", "contract_days", "positions"):
        longer = small.table(name)
        longer = longer[longer["trading_day"].isin(fewer.result.days)].reset_index(drop=True)
        pd.testing.assert_frame_equal(fewer.table(name), longer)


@pytest.mark.parametrize(("accounts", "days"), [(0, 1), (1, 0)])
def test_an_empty_market_is_refused(make_market: Any, accounts: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_market(accounts=accounts, days=days)


def test_the_smallest_market_runs(make_market: Any) -> None:
    assert make_market(accounts=1, days=1).result.rows["account_days"] == 1


def test_progress_rises_to_one(tmp_path: Path) -> None:
    from simulation.market import simulate

    seen: list[float] = []
    simulate(tmp_path / "events", accounts=3, days=2, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
