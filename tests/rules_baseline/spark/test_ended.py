"""The scratch folder goes when nothing of the run reads it any more, and others' jobs are left alone."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from alertgrade.errors import AlertError
from rules_baseline.spark.handover import Handover, handed_over

pytestmark = [
    pytest.mark.spark,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("spark"),
    # PySpark leaves the socket that it read rows from to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]
SLOW = "SELECT sum(hash(a.id, b.id)) AS n FROM small AS a CROSS JOIN range(20000000000) AS b"


def begin(there: Handover) -> Any:
    """A query that runs on by itself, as a part of one does that Spark no longer needs."""
    there.give("small", pa.table({"id": list(range(50))}))
    begun = there.run(SLOW)._jdf.toJavaRDD().collectAsync()
    _wait_for(lambda: there.spark.sparkContext.statusTracker().getActiveStageIds())
    return begun


def _wait_for(happened: Any) -> None:
    until = time.monotonic() + 60
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)
    assert happened()


@pytest.mark.parametrize("fails", [False, True])
def test_what_still_runs_is_ended_before_the_folder_goes(spark: Any, tmp_path: Path, fails: bool) -> None:
    context = spark.sparkContext
    with pytest.raises(AlertError) if fails else nullcontext(), handed_over(spark, tmp_path / "scratch") as there:
        begun = begin(there)
        if fails:
            there.fetch("SELECT nothing FROM small")
    executors = context._jsc.sc().statusTracker().getExecutorInfos()
    assert begun.isDone()
    assert [one.numRunningTasks() for one in executors] == [0] * len(executors)
    assert list(context.getJobTags()) == []
    assert not list((tmp_path / "scratch").iterdir())


def test_a_run_after_it_works_in_the_same_spark(spark: Any, tmp_path: Path) -> None:
    with handed_over(spark, tmp_path / "scratch") as there:
        there.give("small", pa.table({"id": [1, 2]}))
        assert there.fetch("SELECT sum(id) AS n FROM small").to_pylist() == [{"n": 3}]
