"""A folder of events through all rules: alerts and findings files, in one batch or many, resumable."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.alerts import write_alerts, write_parquet
from rules_baseline.batches import cut
from rules_baseline.catalogue import intraday_rules
from rules_baseline.engine import RulesEngine
from rules_baseline.limits import load_limits
from rules_baseline.state import LAYOUT

FINDINGS_FILE = "findings.parquet"


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
    progress: Callable[[int, int], None] | None = None,
) -> RulesResult:
    """Run every rule over ``features.events.load.Events``; write ``out`` and ``findings.parquet`` beside it.

    ``batches`` changes nothing in the files. The run is keyed by the events, the parameters, the rules and
    ``batches``: after a crash the same call resumes behind its last batch, any other call starts fresh.
    ``progress`` is told (batches done, batches in all). ``seconds`` is wall time, loading of events excluded.
    """
    if batches < 1:
        raise AlertError(f"--batches {batches}", "wanted 1 or more")
    if Path(out).name == FINDINGS_FILE:
        raise AlertError(f"--out {out}", f"wanted another name: {FINDINGS_FILE} is written beside it")
    began = time.perf_counter()
    rules = intraday_rules()
    limits = load_limits(rules, parameters_dir)
    key = "\0".join((events.digest, limits.version, str(batches), code_digest(), LAYOUT))
    reference = {name: events.table(name).to_pyarrow() for name in ("contracts", "notices", "alerts")}
    reference["memberships"] = events.memberships().to_pyarrow()
    engine = RulesEngine(
        Path(state_dir),
        rules=rules,
        limits=limits,
        reference=reference,
        fingerprint=hashlib.sha256(key.encode()).hexdigest(),
    )
    try:
        resumed, before = engine.sequence, engine.events()
        total, pieces = cut(events.backend.con, engine.columns, batches, resumed)
        for batch in pieces:
            engine.process(batch)
            if progress is not None:
                progress(batch.sequence, total)
        alerts, found = engine.alerts(), engine.findings()
        processed, late = engine.events() - before, engine.late_rows
    finally:
        engine.close()
    write_parquet(found, Path(out).with_name(FINDINGS_FILE))
    write_alerts(alerts, Path(out))
    counts: dict[tuple[str, str], int] = {}
    for alert in alerts:
        counts[alert.rule_id, alert.level] = counts.get((alert.rule_id, alert.level), 0) + 1
    return RulesResult(
        len(alerts),
        found.num_rows,
        processed,
        total,
        resumed,
        late,
        time.perf_counter() - began,
        dict(sorted(counts.items())),
    )
