"""A folder of events through all rules: alerts and findings files, in one batch or many, resumable."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alertgrade.errors import AlertError
from rules_baseline.after_close.run import run_screens
from rules_baseline.alerts import findings_file, is_findings_file, to_arrow
from rules_baseline.answers import Answers, answers_of
from rules_baseline.batches import cut, whole
from rules_baseline.engine import RulesEngine
from rules_baseline.findings import FINDINGS_SCHEMA
from rules_baseline.reference import reference_tables
from rules_baseline.rulebook import Rulebook, load_rulebook
from rules_baseline.scope import EVERYTHING, Scope, refuse_empty
from rules_baseline.state import LAYOUT
from rules_baseline.statement import compiled
from rules_baseline.table_file import check_name, write_table
from rules_baseline.trigger import TriggerRecord

if TYPE_CHECKING:
    from rules_baseline.spark.run import SparkEngine, SparkRun

_SORTED = """
SELECT * FROM rules_found
ORDER BY trading_day, rule_id, exchange, contract, subject_id, subject_type, reason DESC, day_total"""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RulesResult:
    """What a run did; ``events`` counts the rows of orders and trades this call processed, none before a resume."""

    alerts: int
    findings: int
    events: int
    batches: int
    resumed_from: int  # the last batch that an earlier call had committed; 0: from the start
    late_rows: int
    seconds: float
    by_rule_and_level: dict[tuple[str, str], int] = field(default_factory=dict)
    seconds_by_screen: dict[str, float] = field(default_factory=dict)
    answers: Answers = field(default_factory=lambda: answers_of(FINDINGS_SCHEMA.empty_table()))


@dataclass(frozen=True, slots=True)
class _Intraday:
    """What the engine answered, and how it got there."""

    alerts: list[TriggerRecord]
    findings: pa.Table
    events: int
    batches: int
    resumed_from: int
    late_rows: int


def code_digest() -> str:
    """SHA-256 over the code of this package: a state made by other rules is never resumed.

    Over the files, since the SQL that Ibis writes for one expression orders dropped columns by chance.
    """
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def run_rules(
    events: Any,
    out: Path,
    *,
    state_dir: Path,
    batches: int = 1,
    parameters_dir: Path | None = None,
    custom_dir: Path | None = None,
    progress: Progress | None = None,
    scope: Scope = EVERYTHING,
    spark: SparkEngine | None = None,
) -> RulesResult:
    """Run every rule over ``features.events.load.Events``; write ``out`` and its ``findings_file``, parquet or CSV.

    The intraday rules stream through the engine, then the after-close screens answer for every closed day. ``batches``
    changes nothing in the files. The intraday run is keyed by the events, the parameters, the rules and ``batches``:
    after a crash the same call resumes behind its last batch, any other call starts fresh. ``scope`` names the rules
    to run and the trading days to answer for, ``custom_dir`` the broker's own rules. ``progress`` is told (steps done,
    steps in all), a batch or a screen each. ``seconds`` is wall time, loading of events excluded. With ``spark`` the
    same rules run there, whole days at once: the files are the same, and nothing is resumed. Raises ``AlertError`` for
    a file of no kind there is, for ids that do not exist, and where no trading day of the data is in ``scope``.
    """
    if batches < 1:
        raise AlertError(f"--batches {batches}", "wanted 1 or more")
    check_name(out, "--out")
    if is_findings_file(out):
        raise AlertError(f"--out {out}", f"wanted another name: findings are written to {findings_file(out).name}")
    began = time.perf_counter()
    book = load_rulebook(parameters_dir, custom_dir).within(scope)
    refuse_empty(scope, events)
    with events.bounded(), nullcontext() if spark is None else spark.over(events, batches) as there:
        if there is None:
            intraday = _intraday(events, book, state_dir, batches, progress)
        else:
            intraday = _on_spark(there, events, book)
        screened = run_screens(
            events,
            book.screens,
            book.choices,
            version=book.limits.version,
            first=scope.first,
            last=scope.last,
            event_ids=book.limits.evidence_ids,
            progress=progress,
            session=None if there is None else there.session(),
        )
    alerts = [record for record in (*intraday.alerts, *screened.alerts) if scope.answers_for(record.trading_day)]
    findings = _sorted(events.backend.con, scope.of_findings(intraday.findings), screened.findings)
    write_table(findings, findings_file(out))
    write_table(to_arrow(alerts), Path(out))
    return RulesResult(
        len(alerts),
        findings.num_rows,
        intraday.events,
        intraday.batches,
        intraday.resumed_from,
        intraday.late_rows,
        time.perf_counter() - began,
        dict(sorted(Counter((alert.rule_id, alert.level) for alert in alerts).items())),
        screened.seconds,
        answers_of(findings),
    )


@contextmanager
def opened_engine(events: Any, book: Rulebook, state_dir: Path, batches: int) -> Iterator[RulesEngine]:
    """The engine over ``events``, resumed where an earlier run of the same key stands; closed at the end."""
    rules = ",".join(rule.id for rule in book.rules)
    key = "\0".join((events.digest, book.limits.version, rules, str(batches), code_digest(), LAYOUT))
    engine = RulesEngine(
        Path(state_dir),
        rules=book.rules,
        limits=book.limits,
        reference=reference_tables(events),
        fingerprint=hashlib.sha256(key.encode()).hexdigest(),
        statement=compiled(book.rules),
        beside=events.backend.con,
    )
    try:
        yield engine
    finally:
        engine.close()


def process_all(engine: RulesEngine, events: Any, batches: int, progress: Progress | None = None) -> int:
    """Give the engine every batch it has not committed yet; returns how many batches there are."""
    if batches == 1:
        if engine.sequence < 1:
            engine.process(whole(events.backend.con))
        if progress is not None:
            progress(1, 1)
        return 1
    total, pieces = cut(events.backend.con, engine.columns, batches, engine.sequence)
    for batch in pieces:
        engine.process(batch)
        if progress is not None:
            progress(batch.sequence, total)
    return total


def _intraday(events: Any, book: Rulebook, state_dir: Path, batches: int, progress: Progress | None) -> _Intraday:
    if not book.rules:
        return _Intraday([], FINDINGS_SCHEMA.empty_table(), 0, 0, 0, 0)
    with opened_engine(events, book, state_dir, batches) as engine:
        resumed, before = engine.sequence, engine.events()
        total = process_all(engine, events, batches, progress)
        processed = engine.events() - before
        return _Intraday(engine.alerts(), engine.findings(), processed, total, resumed, engine.late_rows)


def _on_spark(spark: SparkRun, events: Any, book: Rulebook) -> _Intraday:
    if not book.rules:
        return _Intraday([], FINDINGS_SCHEMA.empty_table(), 0, 0, 0, 0)
    alerts, findings = spark.intraday(book)
    rows = events.backend.con.execute("SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM trades)").fetchall()
    return _Intraday(alerts, findings, rows[0][0], 1, 0, 0)


def _sorted(connection: Any, intraday: pa.Table, screened: pa.Table) -> pa.Table:
    """Both in the order of the file; what the engine gives is in it, and no rule is both intraday and a screen."""
    if not screened.num_rows:
        return intraday
    connection.register("rules_found", screened.cast(FINDINGS_SCHEMA))
    try:
        ordered = connection.sql(_SORTED).to_arrow_table().cast(FINDINGS_SCHEMA)
    finally:
        connection.unregister("rules_found")
    if not intraday.num_rows:
        return ordered
    both = pa.concat_tables([intraday, ordered])
    blocks = both.select(["trading_day", "rule_id"]).append_column("place", pa.array(np.arange(both.num_rows)))
    return both.take(pc.sort_indices(blocks, [(name, "ascending") for name in blocks.column_names]))
