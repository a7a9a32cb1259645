"""The ledger's entries as columns: parquet files that only grow, and views over them that every report reads."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd
import pyarrow as pa

from monitoring.entry_views import VIEWS

CASE_WORK = (
    *("claim", "release", "proposal", "review", "override", "reopen", "terminate", "snooze", "case_note"),
    *("sample", "appeal_decided", "shadow", "page"),
)
CHANGES = ("promotion", "rollback", "retirement", "rule_change", "policy_change", "strategy_approved")
KINDS = ("alert", "score", "disposition", *CASE_WORK, *CHANGES)
_BATCH = 20_000
_LOCK, _REACHED = "lock", "reached.json"
_ALERT = {
    "trigger": {
        **dict.fromkeys(("alert_id", "rule_id", "level", "exchange", "contract", "trading_day"), "VARCHAR"),
        **dict.fromkeys(("subject_type", "subject_id", "account_id", "triggered_at"), "VARCHAR"),
        **{"measured": "DOUBLE", "threshold": "DOUBLE", "occurrence": "BIGINT"},
    },
    "case_id": "VARCHAR",
    "origin": "VARCHAR",
    "blind": "BOOLEAN",
}
_ANSWER = {
    **{"score_id": "VARCHAR", "grade": "TINYINT", "severity": "DOUBLE", "probabilities": ["DOUBLE"]},
    **{"grade_set": ["TINYINT"], "anomaly": {"share": "DOUBLE"}, "baseline": {"grade": "TINYINT"}},
    "decided_by": {"classifier": "TINYINT", "anomaly": "TINYINT", "policy_clause": "VARCHAR"},
    "versions": dict.fromkeys(("model", "digest", "policy", "rules", "feature_service"), "VARCHAR"),
    "degraded": ["VARCHAR"],
}
_DISPOSITION = {
    **dict.fromkeys(("case_id", "alert_id", "outcome", "decided_at", "decided_by", "reviewed_by"), "VARCHAR"),
    "grade_shown": "TINYINT",
}


class EntrySource(Protocol):
    """Whatever yields entries in chain order: the ledger."""

    def entries(self, *, kinds: Sequence[str], after: int) -> Iterable[Any]:
        """Entries of ``kinds`` (none: all) beyond ``after``, as ``ledger.chain.Entry``."""


class EntryColumns:
    """Views over the entries known so far, on one DuckDB connection (``query``); see ``monitoring.entry_views``.

    ``folder`` keeps the columns between runs: entries never change, so only later ones are read again.
    """

    def __init__(self, folder: Path, *, memory: str = "1GB") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._db = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spill")})
        self._db.execute("SET TimeZone = 'UTC'")

    def follow(self, source: EntrySource) -> int:
        """Read the entries that are new since the last time, open the views, and return the last ``seq`` read.

        One process at a time: two would both write what they both found new. Columns that reach beyond the ledger, or
        were made of another (a home restored from a backup), are made again.
        """
        with (self.folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._are_of(source):
                for path in self.folder.glob("*-*.parquet"):
                    path.unlink()
            last = self.last_seq()
            for batch in _batches(source.entries(kinds=KINDS, after=last)):
                last = batch[-1].seq
                self._keep(batch, last)
            self._open_views()
        return last

    def last_seq(self) -> int:
        """The entry the columns reach to; 0 where nothing was read yet."""
        return max((int(path.stem.split("-")[-1]) for path in self.folder.glob("work-*.parquet")), default=0)

    def _are_of(self, source: EntrySource) -> bool:
        """Whether the ledger has the entry that the columns end with; one that was pruned has later ones behind it."""
        last, said = self.last_seq(), self.folder / _REACHED
        first = next(iter(source.entries(kinds=(), after=last - 1)), None) if last else None
        if not last or first is None:
            return not last
        kept = json.loads(said.read_text(encoding="utf-8")) if said.is_file() else {}
        return first.seq != last or kept.get("seq") != last or kept["hash"] == first.hash

    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> pa.Table:
        """Rows of one statement over the views."""
        given = parameters
        if isinstance(given, dict):
            given = {name: value for name, value in given.items() if f"${name}" in sql}
        return self._db.sql(sql, params=given or None).to_arrow_table()

    def frame(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> pd.DataFrame:
        """The same as a pandas frame."""
        found: pd.DataFrame = self.query(sql, parameters).to_pandas()
        return found

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The same as Python values, a dictionary a row."""
        return self.query(sql, parameters).to_pylist()  # type: ignore[no-any-return]

    def hold(self, table: str, sql: str, parameters: dict[str, Any] | None = None) -> None:
        """Keep the rows of one statement as a table of this connection, in the place of an earlier one."""
        used = {name: value for name, value in (parameters or {}).items() if f"${name}" in sql}
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}", used)

    def write(self, table: str, path: Path) -> None:
        """Write a held table as parquet."""
        self._db.execute(f"COPY {table} TO '{path}' (FORMAT parquet, COMPRESSION zstd)")

    def register(self, name: str, rows: Any) -> None:
        """Let statements read an Arrow table under ``name``."""
        self._db.register(name, rows)

    def features(self) -> tuple[str, ...]:
        """Names of the features that any score was given, in text order."""
        names = self._db.execute("SELECT column_name FROM (DESCRIBE raw_scores)").fetchall()
        return tuple(sorted(name[2:] for (name,) in names if name.startswith("f_")))

    def close(self) -> None:
        """Give the files back."""
        self._db.close()

    def _keep(self, batch: list[Any], last: int) -> None:
        for name, kinds in (("alerts", ("alert",)), ("scores", ("score",)), ("dispositions", ("disposition",))):
            self._write(name, [entry for entry in batch if entry.kind in kinds], last)
        others = {"alert", "score", "disposition"}
        (self.folder / _REACHED).write_text(json.dumps({"seq": last, "hash": batch[-1].hash}), encoding="utf-8")
        # Written last, and even when empty: its name says how far the columns reach.
        self._write("work", [entry for entry in batch if entry.kind not in others], last, always=True)

    def _write(self, name: str, entries: list[Any], last: int, *, always: bool = False) -> None:
        if not entries and not always:
            return
        columns = {one: [getattr(entry, one) for entry in entries] for one in ("kind", "key", "recorded_at", "payload")}
        types = pa.schema([("seq", pa.int64()), *((one, pa.string()) for one in columns)])
        self._db.register("batch", pa.table({"seq": [entry.seq for entry in entries], **columns}, schema=types))
        path = self.folder / f"{name}-{last:012d}.parquet"
        staging = path.with_suffix(".new")
        self._db.execute(f"COPY ({self._select(name)}) TO '{staging}' (FORMAT parquet, COMPRESSION zstd)")
        staging.replace(path)
        self._db.unregister("batch")

    def _select(self, name: str) -> str:
        if name == "scores":
            return _scores_sql(self._feature_names())
        shape = {"alerts": _ALERT, "dispositions": _DISPOSITION}.get(name)
        read = "payload" if shape is None else f"from_json(payload, '{json.dumps(shape)}') AS p"
        return f"SELECT seq, kind, key, recorded_at::TIMESTAMPTZ AS recorded_at, {read} FROM batch"

    def _feature_names(self) -> list[str]:
        found = self._db.execute(
            "SELECT DISTINCT unnest(json_keys(payload, '$.evidence.features')) AS name FROM batch "
            "WHERE json_type(payload, '$.evidence.features') = 'OBJECT' ORDER BY name"
        ).fetchall()
        return [name for (name,) in found]

    def _open_views(self) -> None:
        for name in ("alerts", "scores", "dispositions", "work"):
            if any(self.folder.glob(f"{name}-*.parquet")):
                files = str(self.folder / f"{name}-*.parquet")
                self._db.execute(
                    f"CREATE OR REPLACE VIEW raw_{name} AS FROM read_parquet('{files}', union_by_name=true)"
                )
            else:
                self._db.register("batch", _NOTHING)
                sql = _scores_sql([]) if name == "scores" else self._select(name)
                self._db.execute(f"CREATE OR REPLACE TABLE raw_{name} AS {sql}")
        for sql in VIEWS:
            self._db.execute(sql)


_NOTHING = pa.schema(
    [("seq", pa.int64()), *((one, pa.string()) for one in ("kind", "key", "recorded_at", "payload"))]
).empty_table()


def _scores_sql(names: list[str]) -> str:
    shape = {"alert_id": "VARCHAR", "answer": _ANSWER, "evidence": {"features": dict.fromkeys(names, "DOUBLE")}}
    if not names:
        del shape["evidence"]
    columns = "".join(f", p.evidence.features.{_quoted(name)} AS {_quoted('f_' + name)}" for name in names)
    text = json.dumps(shape).replace("'", "''")
    return (
        f"SELECT seq, recorded_at::TIMESTAMPTZ AS recorded_at, p.alert_id AS alert_id, p.answer AS answer{columns} "
        f"FROM (SELECT seq, recorded_at, from_json(payload, '{text}') AS p FROM batch)"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _batches(entries: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
