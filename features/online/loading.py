"""From the offline parquet into the online store: each account's newest row of each view, as known at an instant."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from features.events.sql import ident, path
from features.events.workspace import OFFLINE
from features.online.layout import OnlineRecord, Row

BATCH = 50_000  # rows taken out of the engine at once


@dataclass(frozen=True, slots=True)
class Load:
    """What to load: everything known at ``record.materialized_to``, or what is new since ``last``."""

    offline: Path
    record: OnlineRecord
    last: OnlineRecord | None

    @property
    def onto_the_last(self) -> bool:
        """Whether what was loaded last is still true and only new rows are missing."""
        last, new = self.last, self.record
        return (
            last is not None
            and last.materialized_to <= new.materialized_to
            and dict(last.layout) == dict(new.layout)
            and all(set(last.files.get(view, ())) <= set(files) for view, files in new.files.items())
            and bool(last.files)
        )

    def views(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Rows to load, view by view, in order of accounts."""
        for view in self.record.layout:
            yield view, self._rows(view)

    def _rows(self, view: str) -> Iterator[Row]:
        import duckdb

        names = self.record.layout[view]
        with duckdb.connect(config=OFFLINE) as con:
            con.execute("SET TimeZone = 'UTC'")
            for batch in con.sql(self._sql(view)).to_arrow_reader(BATCH):
                yield from _packed(batch, names)

    def _sql(self, view: str) -> str:
        names = self.record.layout[view]
        known = f"event_timestamp <= {_at(self.record.materialized_to)}"
        known += f" AND created_timestamp <= {_at(self.record.materialized_to)}"
        files = [self.offline / view / name for name in self.record.files[view]]
        new = "true"
        if self.onto_the_last and self.last is not None:
            since = f"greatest(event_timestamp, created_timestamp) > {_at(self.last.materialized_to)}"
            added = [f for f in files if f.name not in self.last.files[view]]
            later = " UNION " + f"SELECT account_id FROM {_read(added)}" if added else ""
            new = f"account_id IN (SELECT account_id FROM {_read(files)} WHERE {since}{later})"
        columns = ", ".join(ident(name) for name in names)
        return (
            f"SELECT account_id, epoch_us(event_timestamp) AS event_us, epoch_us(created_timestamp) AS created_us, "
            f"{columns} FROM {_read(files)} WHERE {known} AND {new} QUALIFY row_number() OVER (PARTITION BY account_id "
            "ORDER BY event_timestamp DESC, created_timestamp DESC) = 1 ORDER BY account_id"
        )


def _packed(batch: Any, names: tuple[str, ...]) -> Iterator[Row]:
    block = np.empty((batch.num_rows, len(names)), dtype="<f8")
    for place, name in enumerate(names):
        block[:, place] = batch.column(name).to_numpy(zero_copy_only=False)  # a null becomes NaN
    text, width = block.tobytes(), 8 * len(names)
    keys = zip(*(batch.column(name).to_pylist() for name in ("account_id", "event_us", "created_us")), strict=True)
    for row, (account, event, created) in enumerate(keys):
        yield Row(account, event, created, text[row * width : (row + 1) * width])


def _read(files: list[Path]) -> str:
    return f"read_parquet([{', '.join(path(file) for file in files)}])"


def _at(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"
