"""The jobs of one run on Spark, ended before the files that they read are removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

PATIENCE_S = 30.0
_LOOK_S = 0.02


@contextmanager
def own_jobs(context: Any, tag: str, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Mark what is asked of the ``SparkContext`` within, and end at the exit what still runs of it.

    A query can be answered while a part of it still runs: Spark finds one side of a join empty and leaves the other to
    itself. Such a task would look for files that are gone, and for an executor that has stopped. After ``patience_s``
    the exit waits no longer: the context may have work of others too.
    """
    from py4j.protocol import Py4JError

    context.addJobTag(tag)
    try:
        yield
    finally:
        with suppress(Py4JError, OSError):  # a Spark that is gone has no jobs, and its error was told
            context.removeJobTag(tag)
            until = time.monotonic() + patience_s
            context.cancelJobsWithTag(tag)
            while _is_busy(context) and time.monotonic() < until:
                time.sleep(_LOOK_S)
                context.cancelJobsWithTag(tag)  # a part that waited for a thread may have begun since


def _is_busy(context: Any) -> bool:
    """Whether a job, or a task of one that was ended, still runs."""
    tracker = context._jsc.sc().statusTracker()
    return bool(context.statusTracker().getActiveJobsIds()) or any(
        executor.numRunningTasks() for executor in tracker.getExecutorInfos()
    )
