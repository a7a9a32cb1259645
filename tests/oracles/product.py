"""The product's answer to the same rows: written as raw tables, loaded, run, read back."""

from __future__ import annotations

import json
import math
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
from rules_baseline.scope import EVERYTHING, Scope
from rules_baseline.trigger import TriggerRecord
from tests.oracles.counting import Alert, Finding
from tests.oracles.market import Market

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
Answers = dict[tuple[Any, ...], tuple[str, float | None]]  # answer and day_total by the key of a finding
Said = tuple[Any, ...]  # alert_id, time, subject type, account, measured, threshold, occurrence


@dataclass(frozen=True)
class Answer:
    """What the product said: alerts in file order, evidence by alert id, answers by the key of a finding."""

    alerts: list[Said]
    evidence: dict[str, Any]
    findings: dict[tuple[Any, ...], str]
    records: list[TriggerRecord]
    totals: dict[tuple[Any, ...], float | None]  # day_total by the key of a finding

    def agrees_with(self, alerts: Sequence[Alert], findings: Iterable[Finding], rules: Collection[str]) -> None:
        """Fails where the oracle's alerts, or its findings of ``rules``, are others."""
        assert self.alerts == expected(list(alerts))
        same_findings(said_of(self, rules), told(findings, rules))


def write(market: Market, folder: Path) -> Path:
    """As a folder of raw tables; a table or column that was not given is not written."""
    folder.mkdir(parents=True)
    for name, rows in market.tables.items():
        columns = [column for column in TABLES[name].columns if f"{name}.{column.name}" not in market.absent]
        schema = pa.schema([(column.name, TYPES[column.kind]) for column in columns])
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    return folder


def ask(
    market: Market,
    folder: Path,
    *,
    batches: int = 1,
    parameters: Path | None = None,
    only: Collection[str] | None = None,
) -> Answer:
    """``only`` some rules, by id."""
    source = folder / "events"
    events = load_events(source if source.exists() else write(market, source), pseudonym_key=b"x" * 32)
    out = folder / f"out{batches}" / "alerts.parquet"
    scope = EVERYTHING if only is None else Scope(frozenset(only))
    state = folder / f"state{batches}"
    run_rules(events, out, state_dir=state, batches=batches, parameters_dir=parameters, scope=scope)
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
        {tuple(row[name] for name in names): row["day_total"] for row in rows},
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


def told(findings: Iterable[Finding], rules: Iterable[str]) -> Answers:
    """The oracle's findings of some rules in the same words."""
    wanted = set(rules)
    return {
        found.key: (found.answer, None if found.day_total is None else float(found.day_total))
        for found in findings
        if found.rule_id in wanted
    }


def said_of(answer: Answer, rules: Iterable[str]) -> Answers:
    """The product's findings of some rules: answer and day_total."""
    wanted = set(rules)
    return {key: (said, answer.totals[key]) for key, said in answer.findings.items() if key[0] in wanted}


def same_findings(said: Answers, wanted: Answers) -> None:
    """The same subjects, answers and totals."""
    differ = {key: (said.get(key), wanted.get(key)) for key in {*said, *wanted}}
    assert {key: pair for key, pair in differ.items() if not same(*pair)} == {}


def same(one: tuple[str, float | None] | None, other: tuple[str, float | None] | None) -> bool:
    """Whether two answers are one; a total that is a quotient of doubles may differ in its last digits."""
    if one is None or other is None:
        return one is other
    return one[0] == other[0] and _close(one[1], other[1])


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def frozen(said: Answer, alerts: Iterable[Alert]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is frozen at the trigger, as the product and as the oracle say it, of alerts of which the oracle says it."""
    names = ("members", "event_ids", "events")
    compared = [alert for alert in alerts if alert.members is not None]
    mine = {
        alert.alert_id: {"members": alert.members, "event_ids": [*alert.event_ids[:50]], "events": len(alert.event_ids)}
        for alert in compared
    }
    return {name: {key: said.evidence[name][key] for key in names} for name in mine}, mine
