"""What all tests share: where samples lie, and that nothing is skipped where the change is judged."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LONG = (  # by processor time, longest first: begun last, one of them would run alone to the end
    ("tests/test_tutorial.py",),
    # files that share what is dear to set up are of one worker: one Java to start and to warm, one service
    ("tests/rules_baseline/spark/test_same_as_duckdb.py", "tests/features/test_spark.py"),
    ("tests/serving/",),
    ("tests/notebooks/",),
    ("tests/training/",),
    ("tests/features/test_incremental.py",),
    ("tests/features/test_parity.py",),
    ("tests/features/test_point_in_time.py",),
    ("tests/watch/test_directory.py",),
    ("tests/front_door/test_simulate_command.py",),
    ("tests/rules_baseline/test_state.py",),
    ("tests/features/test_windows.py",),
    ("tests/features/test_feast_contract.py",),
    ("tests/rules_baseline/after_close/test_suspects.py",),
    ("tests/features/test_conduct_in_time.py",),
    ("tests/front_door/test_arrow.py",),
    ("tests/oracles/test_hand_cases.py",),
)


def place_of(nodeid: str) -> int:
    """Of a test in ``LONG``; all others come after them."""
    return next((number for number, names in enumerate(LONG) if nodeid.startswith(names)), len(LONG))


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def samples() -> Path:
    """Samples that this project did not write; the test says so when they are not there."""
    folder = Path(os.environ.get("ALERTGRADE_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip(f"no samples under {folder}: set ALERTGRADE_SAMPLES")
    return folder


SMALL_SPARK = {  # two cores, few partitions, no compiled queries, and a Java that compiles quickly rather than well
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark session for all tests of a process."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("no pyspark or no java: the Spark runs are not tested here")
    from features.spark_session import started

    spill = {"spark.local.dir": str(tmp_path_factory.mktemp("spill"))}
    with started("local[2]", more=SMALL_SPARK | spill) as session:
        yield session


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files; within them, and among the others, the order stays the one that chance gave."""
    items.sort(key=lambda item: place_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests are of one worker, and so are those of files that stand together in ``LONG``."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class FilesTogether(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            place = place_of(nodeid)
            return LONG[place][0] if place < len(LONG) else super()._split_scope(nodeid)

    return FilesTogether(config, log)


def pytest_collection_finish() -> None:
    """What is imported by now stays: the garbage collector walked it again and again, a seventh of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """At the end modules are let go of as ever: what a library finds still held then, it calls a leak."""
    gc.unfreeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """PySpark leaves sockets to the garbage collector: they are to go while the test that allows it is on."""
    if item.get_closest_marker("spark"):
        gc.collect()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI=true, a skipped test is a failed run: everything that tests need is installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI never skips a test: see the skipped ones above", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
