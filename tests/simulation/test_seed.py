"""A seed fixes every byte; more days leave the earlier ones as they were."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulation.scenario import Scenario

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


def test_account_numbers_are_a_permutation_that_says_nothing_of_the_cell(make_market: Any) -> None:
    found = make_market(accounts=310, days=1, seed=3)
    assert found.table("accounts")["account_id"].tolist() == [f"A{n:07d}" for n in range(310)]
    cells = pd.read_parquet(found.result.truth.with_name("accounts.parquet")).sort_values("account_id")["cell"]
    assert abs(cells.reset_index(drop=True).corr(pd.Series(range(310)))) < 0.25


TABLES = ["contract_days", "orders", "trades", "logins", "cash_flows", "account_days", "positions"]


@pytest.fixture(scope="module")
def innocent(make_market: Any) -> tuple[Any, Any]:
    """Two and four days of a market where nobody is up to anything: plans are made for the whole run."""
    return tuple(make_market(accounts=30, days=days, seed=3, scenario=Scenario()) for days in (2, 4))


@pytest.mark.parametrize("name", TABLES)
def test_more_days_leave_the_earlier_days_as_they_were(innocent: tuple[Any, Any], name: str) -> None:
    fewer, more = innocent
    longer = more.table(name)
    longer = longer[longer["trading_day"].isin(fewer.result.days)].reset_index(drop=True)
    assert len(longer)
    pd.testing.assert_frame_equal(fewer.table(name), longer)


@pytest.mark.parametrize(("accounts", "days", "partitions"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_an_empty_market_is_refused(make_market: Any, accounts: int, days: int, partitions: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_market(accounts=accounts, days=days, partitions=partitions)


def test_the_smallest_market_runs(make_market: Any) -> None:
    assert make_market(accounts=1, days=1).result.rows["account_days"] == 1
