"""What a watch keeps beside the rules' tables, in the same file, by the same transaction."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from alertgrade.watch import day_so_far, seen
from alertgrade.watch.closed_days import CLOSED, ClosedDays, close, keep_whole
from alertgrade.watch.day_so_far import Row
from alertgrade.watch.door import Admitted
from alertgrade.watch.holding import Tables, count
from alertgrade.watch.intake import TABLES
from rules_baseline.batches import arrow_schema
from rules_baseline.trigger import TriggerRecord

_TABLES = {
    "watch_offsets": "sequence BIGINT, intake_offset VARCHAR",
    "watch_counts": "sequence BIGINT, rows BIGINT, duplicates BIGINT, refused BIGINT",
    "watch_refused": 'sequence BIGINT, "table" VARCHAR, source VARCHAR, line BIGINT, reason VARCHAR, "row" VARCHAR',
    "watch_alerts": "sequence BIGINT, number BIGINT, alert_id VARCHAR, record VARCHAR, intraday VARCHAR",
    "watch_failed": "sequence BIGINT, rule_id VARCHAR, trading_days DATE[], failure VARCHAR",
    "watch_answers": "number BIGINT, alert_id VARCHAR, refused VARCHAR, answer VARCHAR",
}
_STILL_FAILED = f"""
SELECT sequence, rule_id, list(trading_day ORDER BY trading_day) AS trading_days, failure
FROM (SELECT sequence, rule_id, unnest(trading_days) AS trading_day, failure FROM watch_failed)
JOIN (SELECT trading_day, max(sequence) AS sequence FROM {CLOSED} GROUP BY trading_day) USING (trading_day, sequence)
GROUP BY ALL ORDER BY sequence, rule_id"""
_CORRECTIONS = "SELECT * FROM corrections WHERE sequence >= ? ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as it was raised by batch ``sequence``, with its account's day so far (features and both marks)."""

    sequence: int
    alert: TriggerRecord
    intraday: Row

    def line(self) -> dict[str, Any]:
        """As the alerts log says it."""
        return {"sequence": self.sequence, "alert": self.alert.model_dump(mode="json"), "intraday": dict(self.intraday)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said of an alert: its grade (JSON text), or why it will never grade it."""

    alert_id: str
    answer: str | None
    refused: str | None = None


class Record:
    """The watch's own tables; ``con`` is a second connection to the engine's state file, of which it reads."""

    def __init__(self, con: Any) -> None:
        self._con = con
        for name, columns in _TABLES.items():
            con.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        seen.create(con)
        for name in TABLES:
            con.register("watch_empty", arrow_schema(name).empty_table())
            con.execute(f"CREATE TABLE IF NOT EXISTS watch_held_{name} AS FROM watch_empty")
            con.unregister("watch_empty")
        self.closed = ClosedDays(con)

    def offsets(self) -> list[str]:
        """Committed offsets, in order."""
        return [offset for (offset,) in self._all("SELECT intake_offset FROM watch_offsets ORDER BY sequence, rowid")]

    def held(self) -> Tables:
        """Rows that wait for later ones of their exchange."""
        return {
            name: self._con.sql(f"FROM watch_held_{name}").to_arrow_table().cast(arrow_schema(name)) for name in TABLES
        }

    def unseen(self, tables: Tables) -> Tables:
        """The rows that are no exact duplicates of earlier ones."""
        return seen.unseen(self._con, tables)

    def raised(self, since: int = 0) -> list[Raised]:
        """Alerts of the batches from sequence ``since`` on, in the order in which they were raised."""
        return self._raised("WHERE sequence >= ? ORDER BY number", since)

    def unanswered(self, most: int) -> list[Raised]:
        """The first ``most`` alerts that the service has neither graded nor refused for good."""
        return self._raised("ANTI JOIN watch_answers USING (alert_id) ORDER BY number LIMIT ?", most)

    def waiting(self) -> int:
        """How many alerts the service has not answered for."""
        return int(self._all("SELECT count(*) FROM watch_alerts ANTI JOIN watch_answers USING (alert_id)")[0][0])

    def answer(self, answers: Sequence[Answer]) -> None:
        """Keep answers; one a alert, so that no alert is asked about again."""
        before = self._all("SELECT count(*) FROM watch_answers")[0][0]
        self._con.execute("BEGIN")
        for number, one in enumerate(answers, before):
            row = [number, one.alert_id, one.refused, one.answer]
            self._con.execute("INSERT INTO watch_answers VALUES (?, ?, ?, ?)", row)
        self._con.execute("COMMIT")

    def answers(self) -> list[Answer]:
        """All answers, in the order in which they came."""
        rows = self._all("SELECT alert_id, answer, refused FROM watch_answers ORDER BY number")
        return [Answer(*row) for row in rows]

    def corrections(self, since: int = 0) -> list[dict[str, Any]]:
        """What late rows changed (columns of ``RulesEngine.corrections`` and the sequence), from ``since`` on.

        Instants are text with their zone, as those of an alert are.
        """
        rows = self._rows(_CORRECTIONS, since)
        return [{name: _written_out(value) for name, value in row.items()} for row in rows]

    def refused(self, since: int = 0) -> list[dict[str, Any]]:
        """Rows set aside, from batch ``since`` on."""
        return self._rows("SELECT * FROM watch_refused WHERE sequence >= ? ORDER BY sequence, rowid", since)

    def failed(self, since: int = 0) -> list[dict[str, Any]]:
        """Rules of the broker's own that failed at a close from batch ``since`` on, and the days they did not judge."""
        return self._failures("SELECT * FROM watch_failed WHERE sequence >= ? ORDER BY sequence, rule_id", since)

    def still_failed(self) -> list[dict[str, Any]]:
        """Of ``failed`` the days that were not judged again since; late rows open a day anew."""
        return self._failures(_STILL_FAILED)

    def counts(self) -> tuple[int, int, int]:
        """Rows that arrived for good, exact duplicates dropped, and rows set aside."""
        sql = "SELECT coalesce(sum(rows), 0), coalesce(sum(duplicates), 0), coalesce(sum(refused), 0) FROM watch_counts"
        rows, duplicates, refused = self._all(sql)[0]
        return int(rows), int(duplicates), int(refused)

    def close(self) -> None:
        """Let go of the connection."""
        self._con.close()

    def _raised(self, which: str, parameter: int) -> list[Raised]:
        rows = self._all(f"SELECT sequence, record, intraday FROM watch_alerts {which}", parameter)
        return [Raised(n, TriggerRecord.model_validate_json(alert), json.loads(row)) for n, alert, row in rows]

    def _failures(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        rows = self._rows(sql, *parameters)
        return [row | {"trading_days": [day.isoformat() for day in row["trading_days"]]} for row in rows]

    def _rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._con.sql(sql, params=list(parameters)).to_arrow_table().to_pylist()
        return rows

    def _all(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._con.execute(sql, list(parameters)).fetchall()
        return found


def _written_out(value: Any) -> Any:
    """An instant of the state, which is UTC without zone, as JSON of an alert has it; anything else as it is.

    >>> _written_out(datetime(2026, 3, 2, 1, 0, 0, 5))
    '2026-03-02T01:00:00.000005Z'
    """
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


@dataclass(frozen=True, slots=True)
class Beside:
    """What one batch leaves beside the rules' tables; called by the engine within the batch's transaction."""

    sequence: int
    offsets: Sequence[str]
    arrived: Tables
    held: Tables
    admitted: Admitted | None
    duplicates: int
    beyond: pa.Table  # rows of days that are closed for good (``REFUSED``)
    whole: bool = False  # whether all columns are kept, for rules after the close

    def __call__(self, con: Any, alerts: Sequence[TriggerRecord]) -> None:
        """Append all of it through the engine's connection."""
        for offset in self.offsets:
            con.execute("INSERT INTO watch_offsets VALUES (?, ?)", [self.sequence, offset])
        refused = self.beyond if self.admitted is None else pa.concat_tables([self.admitted.refused, self.beyond])
        counts = [self.sequence, count(self.arrived), self.duplicates, refused.num_rows]
        con.execute("INSERT INTO watch_counts VALUES (?, ?, ?, ?)", counts)
        seen.keep(con, self.sequence, self.arrived)
        if self.whole:
            keep_whole(con, self.sequence, self.arrived)
        self._keep(con, {"refused": refused}, f"INSERT INTO watch_{{name}} SELECT {self.sequence}, * FROM watch_kept")
        for name in TABLES:
            con.execute(f"DELETE FROM watch_held_{name}")
        self._keep(con, self.held, "INSERT INTO watch_held_{name} FROM watch_kept")
        raise_alerts(con, self.sequence, alerts)
        seen.forget(con, self.sequence)

    def _keep(self, con: Any, tables: Mapping[str, pa.Table], sql: str) -> None:
        for name, table in tables.items():
            if table.num_rows:
                con.register("watch_kept", table)
                con.execute(sql.format(name=name))
                con.unregister("watch_kept")


@dataclass(frozen=True, slots=True)
class Closing:
    """Days judged after their close, and what that raised; called by the engine within an empty batch's transaction.

    ``failed`` are the rules that judged none of the days, by id, and why.
    """

    sequence: int
    days: Sequence[date]
    found: Sequence[TriggerRecord]
    failed: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, con: Any, alerts: Sequence[TriggerRecord]) -> None:
        """Append the days, and the alerts that were not raised before; ``alerts`` of an empty batch are none."""
        known = {name for (name,) in con.execute("SELECT alert_id FROM watch_alerts").fetchall()}
        close(con, self.sequence, self.days)
        for rule_id, failure in self.failed.items():
            row = [self.sequence, rule_id, list(self.days), failure]
            con.execute("INSERT INTO watch_failed VALUES (?, ?, ?, ?)", row)
        raise_alerts(con, self.sequence, [*alerts, *(one for one in self.found if one.alert_id not in known)])


def raise_alerts(con: Any, sequence: int, alerts: Sequence[TriggerRecord]) -> None:
    """Append alerts with their accounts' days so far, numbered on."""
    before = con.execute("SELECT count(*) FROM watch_alerts").fetchall()[0][0] if alerts else 0
    days = day_so_far.rows(con, alerts)
    for number, (alert, row) in enumerate(zip(alerts, days, strict=True), before):
        kept = [sequence, number, alert.alert_id, alert.model_dump_json(), json.dumps(dict(row))]
        con.execute("INSERT INTO watch_alerts VALUES (?, ?, ?, ?, ?)", kept)
