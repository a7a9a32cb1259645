"""The reports over a million scores: processor seconds of each part and the peak of memory, in a process of its own.

``python -m benchmarks.monitoring_report [SCORES] [FEATURES]``; reach: a report in 60 s and 2 GB. Synthetic: 4,000
accounts, 120 trading days, four alerts in five decided after 1 to 30 days. The columns are written as
``monitoring.entry_columns`` keeps them; what reading entries into them costs is the last line, on a hundredth as many.
"""

# ruff: noqa: S608  # statements are built of our own names
from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from benchmarks._process import measured
from benchmarks.ledger import START, answer, trigger
from features.catalogue import STORED
from ledger.chain import Entry
from monitoring.entry_columns import EntryColumns

DIGEST = "ab" * 32
FIRST, LAST, AT = date(2026, 1, 5), date(2026, 5, 4), datetime(2026, 6, 30, tzinfo=UTC)
PERIOD = (date(2026, 4, 1), date(2026, 4, 30))

_ALERTS = """SELECT 2 * i + 1 AS seq, 'alert' AS kind, 'k' || i AS key, seen AS recorded_at, {
'trigger': {'alert_id': 'self_trade:breach:' || i, 'rule_id': 'rule_' || i % 30, 'level': 'breach', 'exchange': 'SHFE',
'contract': 'cu2605', 'trading_day': CAST(seen::DATE AS VARCHAR), 'subject_type': 'account', 'subject_id': account,
'account_id': account, 'triggered_at': CAST(seen AS VARCHAR), 'measured': 5.0, 'threshold': 5.0,
'occurrence': 1::BIGINT},
'case_id': 'C' || (i // 2), 'origin': 'service', 'blind': i % 20 = 0} AS p FROM made"""
_SCORES = """SELECT 2 * i + 2 AS seq, seen AS recorded_at, 'self_trade:breach:' || i AS alert_id, {'score_id': 'S' || i,
'grade': grade::TINYINT, 'severity': random(), 'probabilities': [0.1, 0.2, 0.3, 0.2, 0.2],
'grade_set': [grade::TINYINT, 5::TINYINT], 'anomaly': {'share': random()}, 'baseline': {'grade': 3::TINYINT},
'decided_by': {'classifier': (1 + floor(random() * 5)::INT)::TINYINT, 'anomaly': NULL::TINYINT,
'policy_clause': 'cost'},
'versions': {'model': '3', 'digest': '<digest>', 'policy': '1', 'rules': 'r', 'feature_service': 's'},
'degraded': []::VARCHAR[]} AS answer<features> FROM made"""
_DISPOSITIONS = """SELECT 3000000 + i AS seq, 'disposition' AS kind, 'd' || i AS key,
seen + to_days(1 + floor(random() * 29)::INT) AS recorded_at, {'case_id': 'C' || (i // 2), 'alert_id': NULL::VARCHAR,
'outcome': ['referred', 'restricted', 'enhanced_review', 'educated', 'no_action'][1 + floor(random() * 5)::INT],
'decided_at': NULL::VARCHAR, 'decided_by': 'p' || i % 12, 'reviewed_by': 'q', 'grade_shown': grade::TINYINT} AS p
FROM made WHERE i % 2 = 0 AND i % 10 != 0"""
_WORK = """SELECT 5000000 + i AS seq, 'claim' AS kind, 'w' || i AS key, seen + INTERVAL 3 HOUR AS recorded_at,
json_object('case_id', 'C' || (i // 2), 'by', 'p' || i % 12) AS payload FROM made WHERE i % 2 = 0"""


def write_columns(folder: Path, scores: int, features: int) -> None:
    """The parquet files of a ledger of so many scores."""
    folder.mkdir(parents=True)
    drawn = "".join(f", CASE WHEN random() < 0.05 THEN NULL ELSE random() END AS f_x{n:03d}" for n in range(features))
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder / "spill")}) as db:
        db.execute("SET TimeZone = 'UTC'; SELECT setseed(0.7)")
        db.execute(
            f"CREATE TABLE made AS SELECT i, TIMESTAMPTZ '{FIRST} 02:00:00+00' + to_days((i * 120 // {scores})::INT) "
            "AS seen, 'A' || lpad(CAST(hash(i // 2) % 4000 AS VARCHAR), 6, '0') AS account, "
            f"1 + floor(random() * 5)::INT AS grade FROM range({scores}) t(i)"
        )
        written = {"alerts": _ALERTS, "dispositions": _DISPOSITIONS, "work": _WORK}
        written["scores"] = _SCORES.replace("<digest>", DIGEST).replace("<features>", drawn)
        for name, sql in written.items():
            db.execute(f"COPY ({sql}) TO '{folder / name}-000009999999.parquet' (FORMAT parquet, COMPRESSION zstd)")


def opened(folder: Path) -> EntryColumns:
    """The columns as they are, nothing to follow."""
    columns = EntryColumns(folder)
    columns._open_views()
    return columns


def parts(folder: Path) -> dict[str, Callable[[], Any]]:
    """What the printed monthly report, the nightly job and the commands compute, in the report's order."""
    from models.policy_file import read_policy_file
    from monitoring import disagreement, effectiveness, outcome_sheet
    from monitoring.drift import drift_report
    from monitoring.figures import keep_rows
    from monitoring.nightly import night
    from monitoring.outcomes import outcome_report
    from monitoring.pages import PageBook
    from monitoring.reference import Reference
    from monitoring.scored import read_scores

    columns = opened(folder)
    cost = np.array(read_policy_file().cost, dtype=np.float64)
    every = (FIRST, LAST)
    rng = np.random.default_rng(1)
    names = columns.features()
    sample = pd.DataFrame(rng.uniform(size=(5_000, len(names))), columns=names).assign(grade=rng.integers(1, 6, 5_000))

    def sheet(module: Any, compute: Callable[[], Any]) -> None:
        keep_rows(columns, module.SHEET, compute(), folder / "rows")

    def drift() -> None:
        scores = read_scores(columns, DIGEST)
        drift_report(sample, scores.table, subjects=scores.table.subjects())

    return {
        "the desk": lambda: sheet(effectiveness, lambda: effectiveness.effectiveness(columns, *every, AT)),
        "outcome figures": lambda: sheet(
            outcome_sheet, lambda: outcome_sheet.outcome_figures(columns, DIGEST, cost.tolist(), *every, AT)
        ),
        "disagreement": lambda: sheet(disagreement, lambda: disagreement.disagreement(columns, *every, AT)),
        "outcomes judged": lambda: outcome_report(columns, DIGEST, cost, AT, seed=7),
        "drift": drift,
        "(the night's job)": lambda: night(columns, Reference(DIGEST, "3", sample), cost, {}, PageBook(), AT),
    }


class _Entries:
    """A ledger's entries, a score with its alert, of the shape and size that the service records."""

    def __init__(self, scores: int) -> None:
        self.made: list[Entry] = []
        rng = random.Random(7)  # noqa: S311  # data, not a secret
        for number in range(scores):
            row = trigger(number, START)
            features = {name: round(rng.random() * 100, 6) for name in STORED}
            score = {"alert_id": row["alert_id"], "answer": answer(row, rng), "evidence": {"features": features}}
            for kind, payload in (("alert", {"trigger": row, "case_id": f"C{number}"}), ("score", score)):
                text = json.dumps(payload, ensure_ascii=False)
                self.made.append(Entry(len(self.made) + 1, kind, f"k{number}", START.isoformat(), text, "", "h"))

    def entries(self, *, kinds: Sequence[str], after: int) -> Iterator[Entry]:
        """Those beyond ``after``, in order."""
        return (one for one in self.made if one.seq > after and (not kinds or one.kind in kinds))


def reading(scores: int) -> float:
    """Processor seconds of reading so many scores, each with its alert, from entries into columns."""
    source = _Entries(scores)
    with tempfile.TemporaryDirectory() as scratch:
        columns = EntryColumns(Path(scratch))
        began = time.process_time()
        columns.follow(source)
        spent = time.process_time() - began
        columns.close()
    return spent


def inside(folder: Path) -> None:
    """Every part in turn, with its processor seconds."""
    from resource import RUSAGE_SELF, getrusage

    began = time.process_time()
    for name, work in parts(folder).items():
        work()
        now = time.process_time()
        peak = getrusage(RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{name:20}{now - began:8.1f} CPU s   peak so far {peak:5.2f} GB", flush=True)
        began = now


def main(scores: int = 1_000_000, features: int = 100) -> None:
    """Write, run in a child, print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "columns"
        write_columns(folder, scores, features)
        done = measured([sys.executable, "-m", "benchmarks.monitoring_report", "--inside", str(folder)])
    print(f"{scores:,} synthetic scores of {features} features, {LAST - FIRST} of alerts")
    print(done.printed, end="")
    part = max(1_000, scores // 50)
    print(f"{'all':20}{done.processor:8.1f} CPU s   {done.wall:.1f} s of the clock, peak {done.peak / 2**30:.2f} GB")
    each = reading(part) / part * 1e6
    print(f"{'read in, once':20}{each:8.0f} CPU us a score, of {part:,} with {len(STORED)} features")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(Path(sys.argv[2]))
    else:
        main(*(int(argument) for argument in sys.argv[1:]))
