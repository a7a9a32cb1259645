"""Spark, in which an Ibis expression means what it means on DuckDB; started, and stopped again, by whoever asks."""

from __future__ import annotations

import importlib.util
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError

LOCAL = "local[*]"
# Without these Spark shifts instants by the machine's zone, or rounds and nulls decimals without a word.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.caseSensitive": "true",
}
_LOGGER = "SQLQueryContextLogger"  # of PySpark: every failed query as one line of JSON on standard error
_QUIET = {"spark.ui.showConsoleProgress": "false"}
# Within this machine Spark listens to nobody else, and 200 partitions would be 200 small tasks a step.
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}


@contextmanager
def started(
    master: str = LOCAL, *, java_home: Path | None = None, more: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """A Spark session on ``master``; ``more`` are Spark settings, over those of ``spark-defaults.conf``.

    Raises ``AlertError`` where pyspark or Java is missing, or the master does not answer. A session that runs in this
    process already is used, and left running.
    """
    _need(java_home)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    logging.getLogger(_LOGGER).setLevel(logging.CRITICAL)  # what Spark refuses is said once, by our own error
    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("alertgrade").master(master)
    for name, value in {**_QUIET, **(_LOCAL if master.startswith("local") else {}), **(more or {})}.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate() if running is None else running
        spark.sparkContext.setLogLevel("ERROR")
    except (PySparkException, Py4JError) as error:
        raise AlertError(
            f"Spark did not start on {master}: {first_line(error)}",
            "wanted a master that answers, and Java 17",
            "check ALERTGRADE_SPARK_MASTER and java -version",
        ) from error
    try:
        yield spark
    finally:
        if running is None:
            spark.stop()


def session_of_its_own(spark: Any) -> Any:
    """A session beside ``spark`` with the settings ``MEANING``: views and settings of one run are no other's."""
    own = spark.newSession()
    for name, value in MEANING.items():
        own.conf.set(name, value)
    return own


def first_line(error: BaseException) -> str:
    """What Spark says first; its messages go on with a plan and a trace."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _need(java_home: Path | None) -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise AlertError(
            "--engine spark, but pyspark is not installed", "wanted the extra spark", "pip install 'alertgrade[spark]'"
        )
    if java_home is not None and not (java_home / "bin" / "java").is_file():
        raise AlertError(
            f"--engine spark, but JAVA_HOME is {java_home}, which has no bin/java",
            "wanted the folder of a Java 17",
            "set JAVA_HOME to one, or leave it out where java is on the path",
        )
    if java_home is None and shutil.which("java") is None:
        raise AlertError(
            "--engine spark, but there is no java",
            "wanted Java 17",
            "install openjdk-17-jre-headless, or set JAVA_HOME",
        )
