"""Families made of pure Ibis, derived by Spark: the same expressions over the same raw rows, equal values."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from alertgrade.errors import AlertError
from features.events.events import Events
from features.families import MAKERS, columns, derived
from features.spark_session import first_line

LARGEST = ("trading", "cancelling", "logins")  # the families with the most raw rows behind them


@dataclass(frozen=True, slots=True)
class SparkFamilies:
    """What derives ``families`` on a Spark ``session``; raw rows and results pass through ``scratch``.

    The workers must be able to read and write ``scratch``. A family must be made of Ibis expressions over raw tables,
    calendar and groups, and of windows, which the driver moves over the account-days (``features.windows``); one that
    finishes in numpy otherwise is refused by Spark, with an error that names it.
    """

    session: Any
    scratch: Path
    families: frozenset[str]

    @classmethod
    def of(cls, session: Any, scratch: Path, families: Sequence[str] = LARGEST) -> SparkFamilies:
        """Check the names; ``AlertError`` for one that is not a stored family."""
        unknown = sorted(set(families) - set(MAKERS))
        if unknown:
            raise AlertError(f"no stored family {', '.join(unknown)}", f"wanted some of {', '.join(MAKERS)}")
        scratch.mkdir(parents=True, exist_ok=True)
        return cls(session, scratch, frozenset(families))

    def derive(self, family: str, events: Events) -> Path:
        """Derive ``family`` from ``events`` (whole, or a slice of days); return the folder of parquet files made."""
        place = self.scratch / f"{family}-{next(_NUMBERS)}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        handed = _Handed(events, self.session, place)
        table = derived(family, handed)
        try:
            wanted = table.select("account_id", "event_timestamp", *columns(family))
            sql = ibis.pyspark.connect(self.session).compile(wanted)
            self.session.sql(sql).write.mode("overwrite").parquet(str(place / "rows"))
        except Exception as error:
            raise AlertError(
                f"Spark cannot derive {family}: {first_line(error)}", do="derive it without --engine spark"
            ) from error
        return place / "rows"


_NUMBERS = itertools.count()


class _Handed(Events):
    """The raw tables of ``events`` as Spark views over parquet, each handed over when it is first asked for."""

    def __init__(self, events: Events, session: Any, folder: Path) -> None:
        self.__dict__.update(events.__dict__)
        self.backend = ibis.pyspark.connect(session)  # what is to be kept for several families is not kept elsewhere
        self._events, self._session, self._folder = events, session, folder

    def table(self, name: str) -> ir.Table:
        """Give a raw table."""
        return self._give(name, self._events.table(name))

    def trading_days(self) -> ir.Table:
        """Give the calendar."""
        return self._give("trading_days", self._events.trading_days())

    def memberships(self) -> ir.Table:
        """Give the declared groups."""
        return self._give("memberships", self._events.memberships())

    def close(self) -> None:
        """Leave the session to the whole."""

    def _give(self, name: str, table: ir.Table) -> ir.Table:
        view, file = f"{self._folder.name.replace('-', '_')}_{name}", self._folder / f"{name}.parquet"
        if not file.exists():
            self._events.backend.to_parquet(table, file)
            self._session.read.parquet(str(file)).createOrReplaceTempView(view)
        return self.backend.table(view)
