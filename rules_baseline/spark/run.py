"""One run of the rules on Spark: the tables handed over, the intraday rules counted, the screens' session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from alertgrade.errors import AlertError
from features.events.schema import TABLES
from rules_baseline.rulebook import Rulebook
from rules_baseline.spark.handover import Handover, handed_over
from rules_baseline.spark.intraday import count_on_spark
from rules_baseline.spark.session import SparkSession
from rules_baseline.trigger import TriggerRecord


def refuse_batches(batches: int) -> None:
    """Raise ``AlertError`` for more than one batch: on Spark whole days are counted at once."""
    if batches > 1:
        raise AlertError(
            f"--batches {batches} with --engine spark",
            "wanted whole days at once: there is no state to go on from",
            "leave out --batches, or --engine",
        )


class SparkRun:
    """What ``replay.run_rules`` asks of another engine, for one set of loaded events."""

    def __init__(self, spark: Handover, events: Any) -> None:
        self._spark, self._events = spark, events

    def intraday(self, book: Rulebook) -> tuple[list[TriggerRecord], pa.Table]:
        """Alerts and findings of the intraday rules."""
        return count_on_spark(self._spark, self._events, book)

    def session(self) -> SparkSession:
        """The session of the after-close screens."""
        return SparkSession(self._events, self._spark)


class SparkEngine:
    """Runs the rules in the Spark session given; ``scratch`` is a folder that the driver and every worker see."""

    def __init__(self, spark: Any, scratch: Path) -> None:
        self._session, self._scratch = spark, scratch

    @contextmanager
    def over(self, events: Any, batches: int = 1) -> Iterator[SparkRun]:
        """A run over ``features.events.load.Events``; raises ``AlertError`` for batches and where Spark gives up."""
        refuse_batches(batches)
        with handed_over(self._session, self._scratch) as spark:
            spark.give_raw(events.backend.con, (*TABLES, "memberships"))
            yield SparkRun(spark, events)
