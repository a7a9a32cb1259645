"""One Spark session for all tests, as small as it gets: two cores, few partitions, no page, no compiled queries."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from features.events.load import load_events
from rules_baseline.replay import run_rules
from tests.oracles.market import Market
from tests.oracles.product import write

_SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("no pyspark or no java: the Spark runs are not tested here")
    from features.spark_session import started

    with started("local[2]", more=_SMALL) as session:
        yield session


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
