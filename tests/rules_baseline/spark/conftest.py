"""One market run by DuckDB and by Spark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from features.events.load import load_events
from rules_baseline.replay import run_rules
from tests.oracles.market import Market
from tests.oracles.product import write


@pytest.fixture
def both(spark: Any, tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """The folders with the files of DuckDB's run and of Spark's over one market."""
    from rules_baseline.spark.run import SparkEngine

    def run(market: Market, **choices: Any) -> tuple[Path, Path]:
        source = write(market, tmp_path / "events")
        for name, engine in (("duckdb", None), ("spark", SparkEngine(spark, tmp_path / "scratch"))):
            with load_events(source, pseudonym_key=b"x" * 32) as events:
                run_rules(
                    events, tmp_path / name / "alerts.parquet", state_dir=tmp_path / "state", spark=engine, **choices
                )
        assert not list((tmp_path / "scratch").iterdir())
        return tmp_path / "duckdb", tmp_path / "spark"

    return run
