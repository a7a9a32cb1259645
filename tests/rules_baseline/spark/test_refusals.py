"""What the Spark run refuses before Spark starts, each in one line that says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alertgrade.commands import rules as command
from alertgrade.errors import AlertError
from alertgrade.settings import Settings
from features.spark_session import started
from rules_baseline.spark.handover import handed_over


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "var"))


def test_an_engine_there_is_not_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="--engine flink; wanted duckdb or spark"):
        command.rules(tmp_path, out=tmp_path / "alerts.parquet", engine="flink")


def test_batches_are_refused_with_spark(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="--batches 2 with --engine spark; wanted whole days at once"):
        command.rules(tmp_path, out=tmp_path / "alerts.parquet", engine="spark", batches=2)


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(AlertError, match=r"pyspark is not installed.*pip install 'alertgrade\[spark\]'"), started():
        pass


def test_without_java_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(AlertError, match="there is no java; wanted Java 17; install openjdk-17-jre-headless"),
        started(),
    ):
        pass


def test_a_java_home_without_java_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with (
        pytest.raises(AlertError, match=rf"JAVA_HOME is {tmp_path}, which has no bin/java; wanted .*; set JAVA_HOME"),
        started(java_home=tmp_path),
    ):
        pass


def test_a_scratch_that_cannot_be_made_is_refused_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(AlertError, match="ALERTGRADE_SPARK_SCRATCH"),
        handed_over(None, tmp_path / "file" / "scratch"),
    ):
        pass


def test_spark_is_local_and_its_scratch_below_home_unless_told() -> None:
    found = Settings.read({"ALERTGRADE_HOME": "/srv/ag"})
    assert (found.spark_master, found.spark_dir) == ("local[*]", Path("/srv/ag/spark"))
    told = {"ALERTGRADE_SPARK_MASTER": "spark://one:7077", "ALERTGRADE_SPARK_SCRATCH": "/shared/ag"}
    found = Settings.read(told)
    assert (found.spark_master, found.spark_dir) == ("spark://one:7077", Path("/shared/ag"))
