"""The validated tables as parquet in the scratch folder, where every worker of the cluster can read them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from features.events.sql import ident, literal
from features.spark_session import first_line, session_of_its_own
from rules_baseline.spark.ended import own_jobs


class Handover:
    """Tables by name, on Spark as temporary views of a session of their own over files in ``folder``."""

    def __init__(self, spark: Any, folder: Path) -> None:
        ibis.pyspark.name  # noqa: B018 -- Ibis cannot write SQL over doubles for Spark before it has loaded its backend
        self.spark = session_of_its_own(spark)
        self._folder = folder
        self._kept: dict[str, Any] = {}

    def give_raw(self, connection: Any, names: Iterable[str]) -> None:
        """Tables of a DuckDB connection, under their own names."""
        for name in names:
            file = self._folder / f"{name}.parquet"
            connection.execute(f"COPY {ident(name)} TO {literal(str(file))} (FORMAT parquet)")
            self._view(name, file, pq.read_schema(file))

    def give(self, name: str, table: pa.Table) -> None:
        """An Arrow table as view ``name``."""
        file = self._folder / f"{name}.parquet"
        pq.write_table(table, file)
        self._view(name, file, table.schema)

    def run(self, query: str) -> Any:
        """A query as a Spark data frame."""
        return self.spark.sql(query)

    def view(self, name: str, query: str) -> None:
        """A query as view ``name``, worked out when it is read."""
        self.run(query).createOrReplaceTempView(name)

    def keep(self, name: str, query: str) -> None:
        """A query as view ``name``, worked out once, when it is first read."""
        self._kept[name] = self.run(query).persist()
        self._kept[name].createOrReplaceTempView(name)

    def forget(self) -> None:
        """Let go of everything kept."""
        while self._kept:
            self._kept.popitem()[1].unpersist()

    def fetch(self, query: str) -> pa.Table:
        """The rows of a query, brought here."""
        return self.run(query).toArrow()

    def _view(self, name: str, file: Path, schema: pa.Schema) -> None:
        from pyspark.sql.pandas.types import from_arrow_schema

        frame = self.spark.read.schema(from_arrow_schema(schema, prefer_timestamp_ntz=True))
        frame.parquet(file.absolute().as_uri()).createOrReplaceTempView(name)


@contextmanager
def handed_over(spark: Any, scratch: Path) -> Iterator[Handover]:
    """A folder of its own below ``scratch``, removed at the end; Spark's own errors become one ``AlertError``."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="rules-", dir=scratch))
    except OSError as error:
        raise AlertError(
            f"scratch {scratch}: {error}", "wanted a folder to write to", "set ALERTGRADE_SPARK_SCRATCH"
        ) from error
    try:
        with own_jobs(spark.sparkContext, folder.name):
            there = Handover(spark, folder)
            yield there
            there.forget()
    except (PySparkException, Py4JError) as error:
        raise AlertError(
            f"Spark gave up: {first_line(error)}",
            f"wanted {folder} on storage that the driver and every worker see under this path",
            "set ALERTGRADE_SPARK_SCRATCH to such a folder, or read Spark's log",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
