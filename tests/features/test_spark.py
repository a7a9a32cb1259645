"""Spark derives what DuckDB derives, from the same expressions: counts to the last bit, shares to 1e-9."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.build import build
from features.catalogue import FAMILIES, FEATURES
from features.events.load import load_events
from features.spark import LARGEST, SparkFamilies
from features.spark_session import session_of_its_own

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def session(spark: Any) -> Any:
    """With the generated code and the plans that change while they run, as a cluster has them."""
    own = session_of_its_own(spark)
    for name, value in {
        "codegen.wholeStage": "true",
        "codegen.factoryMode": "FALLBACK",
        "adaptive.enabled": "true",
    }.items():
        own.conf.set(f"spark.sql.{name}", value)
    return own


def test_spark_and_duckdb_derive_the_same(make_market: Callable[..., Path], session: Any, tmp_path: Path) -> None:
    market, offline = make_market(tmp_path / "market", seed=4, days=24, accounts=5), tmp_path / "offline"
    with load_events(market, pseudonym_key=b"k" * 32) as events:
        first = build(events, offline)
        assert all(first.rows[family] > 20 for family in LARGEST)
        spark = SparkFamilies.of(session, tmp_path / "scratch")
        made = {family: spark.derive(family, events) for family in LARGEST}
    for family in LARGEST:
        ours = pd.read_parquet(offline / family).drop(columns="created_timestamp")
        theirs = pd.read_parquet(made[family]).sort_values(["account_id", "event_timestamp"], ignore_index=True)
        theirs["event_timestamp"] = pd.to_datetime(theirs["event_timestamp"], utc=True).astype("datetime64[us, UTC]")
        pd.testing.assert_frame_equal(
            ours[["account_id", "event_timestamp"]], theirs[["account_id", "event_timestamp"]]
        )
        for name in FAMILIES[family]:
            limit = 0.0 if FEATURES[name].exact else 1e-9
            pd.testing.assert_series_equal(ours[name], theirs[name], rtol=0, atol=limit)


class Copied:
    """Stands where Spark stands: hands over a folder of rows that were derived before."""

    families = frozenset({"trading"})

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def derive(self, family: str, events: Any) -> Path:
        assert family == "trading"
        return self.folder


def test_a_build_takes_the_rows_that_another_engine_made(raw: Any, tmp_path: Path) -> None:
    day = pd.Timestamp("2026-01-05").date()
    with raw.add("orders", day).add("trades", day).load() as events:
        first = build(events, tmp_path / "offline")
        made = pd.read_parquet(tmp_path / "offline" / "trading").drop(columns="created_timestamp")
        (tmp_path / "made").mkdir()
        made.astype({"event_timestamp": "datetime64[us, UTC]"}).to_parquet(tmp_path / "made" / "a.parquet")
        same = build(events, tmp_path / "offline", full=True, elsewhere=Copied(tmp_path / "made"))
        assert (same.files, same.made_at) == (first.files, first.made_at)
        made.assign(trades_20d=7.0).to_parquet(tmp_path / "made" / "a.parquet")
        other = build(events, tmp_path / "offline", full=True, elsewhere=Copied(tmp_path / "made"))
        assert other.made_at > first.made_at


def test_what_is_no_family_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="no stored family weather"):
        SparkFamilies.of(None, tmp_path, ["trading", "weather"])
