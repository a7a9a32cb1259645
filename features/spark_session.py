"""A Spark session in which an Ibis expression means what it means on DuckDB; stopped again by whoever started it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError

# Without these Spark shifts instants by the machine's zone, or rounds and nulls decimals without a word.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.caseSensitive": "true",
}
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}


@contextmanager
def started(master: str, *, scratch: Path | None = None, java_home: Path | None = None) -> Iterator[Any]:
    """A Spark session on ``master``; one that runs in this process already is used, in a session of its own, and left.

    ``scratch`` is where Spark spills. Raises ``AlertError`` where PySpark or Java is missing, or the master is silent.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise AlertError("pyspark is not installed", "wanted the extra spark", "pip install 'alertgrade[spark]'")
    if java_home is None and shutil.which("java") is None:
        raise AlertError("there is no java", "wanted Java 17", "install openjdk-17-jre-headless, or set JAVA_HOME")
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("alertgrade features").master(master)
    if master.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", "2")
    for name, value in {**_QUIET, **({"spark.local.dir": str(scratch)} if scratch else {})}.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate() if running is None else running
        spark.sparkContext.setLogLevel("ERROR")
    except (PySparkException, Py4JError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise AlertError(
            f"Spark did not start on {master}: {said}",
            "wanted a master that answers, and Java 17",
            "check ALERTGRADE_SPARK_MASTER and java -version",
        ) from error
    own = spark.newSession()
    for name, value in MEANING.items():
        own.conf.set(name, value)
    try:
        yield own
    finally:
        if running is None:
            spark.stop()
