"""The product's answer to the same rows: written as raw tables, loaded, run, read back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.events.load import load_events
from features.events.schema import TABLES, Kind
from rules_baseline.alerts import read_alerts
from rules_baseline.replay import run_rules
from rules_baseline.trigger import TriggerRecord
from tests.oracles.counting import Alert, Finding
from tests.oracles.market import Market
from tests.oracles.oracle import INTRADAY

TYPES = {
    Kind.TEXT: pa.string(),
    Kind.BOOL: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us"),
    Kind.COUNT: pa.int64(),
    Kind.PRICE: pa.decimal128(18, 6),
    Kind.MONEY: pa.decimal128(20, 4),
    Kind.NUMBER: pa.float64(),
}
Said = tuple[Any, ...]  # alert_id, time, subject type, account, measured, threshold, occurrence


@dataclass(frozen=True)
class Answer:
    """What the product said: alerts in file order, evidence by alert id, answers by the key of a finding."""

    alerts: list[Said]
    evidence: dict[str, Any]
    findings: dict[tuple[Any, ...], str]
    records: list[TriggerRecord]

    def agrees_with(self, alerts: Sequence[Alert], findings: Iterable[Finding]) -> None:
        """Fails where the oracle's alerts, its answers of the intraday rules or its hits of the screens are others."""
        findings = list(findings)
        assert self.alerts == expected(list(alerts))
        during = {found.key: found.answer for found in findings if found.rule_id in INTRADAY}
        assert answers(self, INTRADAY) == during
        assert hits(self.findings.items()) == hits((found.key, found.answer) for found in findings)


def write(market: Market, folder: Path) -> Path:
    """As a folder of raw tables; a table that was not given is not written."""
    folder.mkdir(parents=True)
    for name, rows in market.tables.items():
        schema = pa.schema([(column.name, TYPES[column.kind]) for column in TABLES[name].columns])
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    return folder


def ask(market: Market, folder: Path, *, batches: int = 1, parameters: Path | None = None) -> Answer:
    source = folder / "events"
    events = load_events(source if source.exists() else write(market, source), pseudonym_key=b"x" * 32)
    out = folder / f"out{batches}" / "alerts.parquet"
    run_rules(events, out, state_dir=folder / f"state{batches}", batches=batches, parameters_dir=parameters)
    return said_in(out.parent)


def said_in(folder: Path, only: Collection[str] | None = None) -> Answer:
    """What the files ``alerts.parquet`` and ``findings.parquet`` of a folder say, of all rules or ``only`` some."""
    out = folder / "alerts.parquet"
    every = [pq.read_table(file).to_pylist() for file in (out, folder / "findings.parquet")]
    alerts, rows = ([row for row in found if only is None or row["rule_id"] in only] for found in every)
    names = ("rule_id", "exchange", "contract", "subject_id", "trading_day")
    return Answer(
        [_said(row) for row in alerts],
        {row["alert_id"]: json.loads(row["evidence"]) for row in alerts},
        {tuple(row[name] for name in names): row["answer"] for row in rows},
        read_alerts(out),
    )


def _said(row: dict[str, Any]) -> Said:
    kept = ("subject_type", "account_id", "measured", "threshold", "occurrence")
    return (row["alert_id"], row["triggered_at"].replace(tzinfo=None), *(row[name] for name in kept))


def expected(alerts: list[Alert]) -> list[Said]:
    """The oracle's alerts in the same words."""
    return [
        (
            found.alert_id,
            found.triggered_at,
            found.subject.type,
            found.account_id,
            None if found.measured is None else float(found.measured),
            float(found.threshold),
            found.occurrence,
        )
        for found in alerts
    ]


def hits(findings: Iterable[tuple[tuple[Any, ...], str]]) -> set[tuple[Any, ...]]:
    """The keys of the findings that are a HIT."""
    return {key for key, answer in findings if answer == "HIT"}


def answers(said: Answer, rules: Iterable[str]) -> dict[tuple[Any, ...], str]:
    """The findings of some rules."""
    wanted = set(rules)
    return {key: answer for key, answer in said.findings.items() if key[0] in wanted}
