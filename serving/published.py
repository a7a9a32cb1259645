"""The desk's files as the service reads them: one account's acts and links, counts, suspected groups, past alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from alertgrade.errors import AlertError
from models.similar import PastAlerts, Similar
from rules_baseline.memberships import valid_on

Record = dict[str, Any]
_KNOWN = ("alert_id", "rule_id", "account_id", "triggered_at", "outcome", "decided_at")  # the rest are features


class Published:
    """Files that ``alertgrade publish`` and ``watch`` write under ``folder``; read anew at every question.

    A file that is not there, or cannot be read, raises ``AlertError`` with what to do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._past: tuple[float, list[Record], PastAlerts] | None = None

    def written_at(self, name: str) -> str | None:
        """When one of the files was last written (UTC); ``None`` where it never was."""
        file = self._folder / f"{name}.parquet"
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat() if file.exists() else None

    def as_of(self) -> str | None:
        """When the files were written; ``None`` where they never were."""
        file = self._folder / "published.parquet"
        if not file.exists():
            return None
        rows = self._read("published").to_pylist()
        return str(rows[0]["as_of"]) if rows else None

    def timeline(self, account_id: str, since: datetime, until: datetime, most: int) -> tuple[list[Record], bool]:
        """Acts of an account in ``[since, until]`` (UTC), oldest first; the last ``most``, and whether some are cut."""
        low, high = (moment.replace(tzinfo=None) for moment in (since, until))
        wanted = [("account_id", "=", account_id), ("event_time", ">=", low), ("event_time", "<=", high)]
        rows = self._read("timeline", wanted)
        last = rows.slice(max(0, rows.num_rows - most)).to_pylist()
        return [{**row, "event_time": row["event_time"].replace(tzinfo=UTC)} for row in last], rows.num_rows > most

    def counters(self, *, subject_id: str | None = None, rule_id: str | None = None, most: int = 100) -> list[Record]:
        """Counts against limits, nearest to a breach first.

        Of an account also those of the declared group that it was in on the day of the count: the rules count its
        group in its place. Groups are known where ``alertgrade publish`` ran once.
        """
        wanted: list[tuple[str, str, Any]] = [("rule_id", "=", rule_id)] if rule_id else []
        if not subject_id:
            return self._read("counters", wanted).slice(0, most).to_pylist()  # type: ignore[no-any-return]
        groups = self._groups_of(subject_id)
        wanted.append(("subject_id", "in", [subject_id, *groups]))
        rows = self._read("counters", wanted).to_pylist()
        mine = [row for row in rows if row["subject_id"] == subject_id or _member(groups, row)]
        return mine[:most]

    def suspects(self) -> list[Record]:
        """Suspected groups by rank, each with its pairs and its merged counts."""
        groups = self._read("suspects").to_pylist()
        pairs, counts = (_by_group(self._read(name)) for name in ("suspect_pairs", "suspect_counts"))
        names = ("account_ids", "declared_groups", "recorded_as", "new_breach_rules")
        return [
            {**group, **{name: str(group[name] or "").split() for name in names}}
            | {"pairs": pairs.get(group["group_id"], []), "counts": counts.get(group["group_id"], [])}
            for group in groups
        ]

    def links(self, account_id: str) -> Record:
        """Who an account is linked with: suspected pairs around it, and the declared groups it is in."""
        around = [one for one in self.suspects() if account_id in one["account_ids"]]
        mine = [row["group_id"] for row in self._read("control_groups", [("account_id", "=", account_id)]).to_pylist()]
        declared = self._read("control_groups", [("group_id", "in", mine)]).to_pylist() if mine else []
        pairs = [pair for group in around for pair in group["pairs"]]
        return {"suspected": [one["group_id"] for one in around], "pairs": pairs, "declared": declared}

    def peers(self, account_type_code: float | None) -> dict[str, Record]:
        """Medians of a type of account by feature: {median, accounts}; empty for an unknown type."""
        if account_type_code is None:
            return {}
        rows = self._read("peers", [("account_type_code", "=", account_type_code)]).to_pylist()
        return {row["feature"]: {"median": row["median"], "accounts": row["accounts"]} for row in rows}

    def similar(self, alert_id: str, rule_id: str, features: dict[str, float | None], most: int) -> list[Record]:
        """Past alerts of the same rule with a known outcome, nearest by features first; itself left out."""
        rows, past = self._past_alerts()
        among = [i for i, row in enumerate(rows) if row["rule_id"] == rule_id and row["alert_id"] != alert_id]
        return [_told(rows[found.row], found) for found in past.nearest(features, among=among, most=most)]

    def _groups_of(self, account_id: str) -> dict[str, list[Record]]:
        """By declared group its memberships of the account; empty where they were never published."""
        if self.written_at("memberships") is None:
            return {}
        return _by_group(self._read("memberships", [("account_id", "=", account_id)]))

    def _past_alerts(self) -> tuple[list[Record], PastAlerts]:
        file = self._folder / "past_alerts.parquet"
        changed = file.stat().st_mtime if file.exists() else 0.0
        if self._past is None or self._past[0] != changed:
            table = self._read("past_alerts")
            known = [name for name in table.column_names if name in _KNOWN]
            features = table.drop_columns(known).to_pandas()
            self._past = changed, table.select(known).to_pylist(), PastAlerts(features)
        return self._past[1], self._past[2]

    def _read(self, name: str, wanted: list[tuple[str, str, Any]] | None = None) -> pa.Table:
        file = self._folder / f"{name}.parquet"
        try:
            return pq.read_table(file, filters=wanted or None)
        except (OSError, pa.ArrowException) as error:
            seen = f"{name} was never published" if not file.exists() else f"{name} cannot be read"
            raise AlertError(seen, "wanted the desk's files", "run alertgrade publish EVENTS") from error


def _by_group(table: pa.Table) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in table.to_pylist():
        found.setdefault(row["group_id"], []).append(row)
    return found


def _member(groups: dict[str, list[Record]], count: Record) -> bool:
    """Whether the account was in the group counted, on the day of the count."""
    group = count["subject_id"]
    spans = [(group, each["valid_from"], each["valid_to"]) for each in groups.get(group, [])]
    return bool(valid_on(spans, count["trading_day"]))


def _told(row: Record, found: Similar) -> Record:
    return {**row, "distance": round(found.distance, 4), "apart": list(found.apart)}
