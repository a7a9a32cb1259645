"""Verify a ledger of realistic rows, beside a plain SHA-256 pass over the same rows, in one run; prints a table.

``python -m benchmarks.ledger [--alerts 30000] [--url URL]``; reach: 100,000 rows a second. Data is synthetic: an
entry of an alert (0.5 kB) and one of its score (with reasons and 147 features, 8 kB) for each, one case in five closed.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from features.catalogue import STORED
from ledger.ledger import Ledger
from ledger.transaction import Appending
from models.graded_alert import ACTIONS, GRADE_NAMES

_A_TRANSACTION = 1_000
_REASONS = 8
START = datetime(2026, 3, 2, 2, tzinfo=UTC)


def trigger(number: int, at: datetime) -> dict[str, Any]:
    """A trigger record as the service records it."""
    account = f"A{number % 4000:06d}"
    day = at.date().isoformat()
    return {
        "alert_id": f"self_trade:breach:{day}:SHFE.cu2605:{account}:{number}",
        "rule_id": "self_trade",
        "level": "breach",
        "exchange": "SHFE",
        "contract": "cu2605",
        "trading_day": day,
        "subject_type": "account",
        "subject_id": account,
        "account_id": account,
        "triggered_at": at.isoformat(),
        "measured": 5.0,
        "threshold": 5.0,
        "occurrence": 1,
        "parameters_version": "2026-03-01.0123456789ab",
        "evidence": '{"limit":5,"basis":"SHFE Rules on Abnormal Trading, article 7","counted":[1,2,3,4,5]}',
    }


def answer(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """An answer of the service's shape and size."""
    grade = 1 + int(rng.random() * 5)
    reason = {
        "voice": "classifier",
        "key": "cancel_ratio_20d",
        "value": 0.71,
        "own_past": 0.22,
        "peer_median": 0.18,
        "contribution": 0.4031,
        "text_zh": "近20个交易日撤单率 0.71，本人过去为 0.22，同类中位数为 0.18",
        "text_en": "share of orders cancelled over 20 days 0.71; own past 0.22, peers' median 0.18",
    }
    return {
        "score_id": "S" + hashlib.sha256(row["alert_id"].encode()).hexdigest()[:20],
        "alert_id": row["alert_id"],
        "account_id": row["account_id"],
        "grade": grade,
        "grade_name_zh": GRADE_NAMES[grade][0],
        "grade_name_en": GRADE_NAMES[grade][1],
        "severity": rng.random(),
        "probabilities": [rng.random() for _ in range(5)],
        "grade_set": [grade],
        "anomaly": {"share": rng.random(), "drivers": [{"key": "fee_5d", "value": 3.1, "share": 0.2}] * 3},
        "baseline": {"grade": 3, "decided_by_alert": row["alert_id"]},
        "decided_by": {"rules": 3, "classifier": grade, "anomaly": None, "policy_clause": "least_expected_cost"},
        "reasons": [reason] * _REASONS,
        "action_zh": ACTIONS[grade][0],
        "action_en": ACTIONS[grade][1],
        "versions": {
            "model": "3",
            "digest": "ab" * 32,
            "policy": "1",
            "rules": "r",
            "feature_service": "risk_grade_v1",
        },
        "features_as_of": "2026-03-01T12:45:00Z",
        "feature_age_days": 0,
        "degraded": [],
    }


def fill(ledger: Ledger, alerts: int) -> None:
    """Write the ledger through its own fold, a thousand alerts a transaction."""
    rng = random.Random(7)  # noqa: S311  # data, not a secret
    for start in range(0, alerts, _A_TRANSACTION):
        at = START + timedelta(days=start * 60 // max(alerts, 1))
        with ledger._database.write() as connection:
            appending = Appending(connection, lambda at=at: at)
            for number in range(start, min(start + _A_TRANSACTION, alerts)):
                _append(appending, number, at, rng)
            appending.finish()


def _append(appending: Any, number: int, at: datetime, rng: random.Random) -> None:
    row = trigger(number, at)
    case_id = f"C{appending.seq + 1:08d}"
    appending.append("alert", row["alert_id"], {"trigger": row, "case_id": case_id, "origin": "service"})
    found = answer(row, rng)
    evidence = {
        "features": {name: round(rng.random() * 100, 6) for name in STORED},
        "intraday_given": True,
        "baseline_read": [],
        "explain": True,
    }
    score = {"alert_id": row["alert_id"], "answer": found, "evidence": evidence}
    appending.append("score", found["score_id"], score)
    if number % 5 == 0:
        said = {"case_id": case_id, "outcome": "educated", "conclusion": "x", "note": None, "decided_by": "r"}
        appending.append("disposition", f"case:{case_id}", said | {"grade_shown": found["grade"]})


def plain_pass(path: Path) -> int:
    """Read every row and hash its text once: what no check of a hash chain can do without."""
    rows = 0
    with sqlite3.connect(path) as raw:
        query = "SELECT prev_hash, seq, kind, key, recorded_at, payload, hash FROM entries ORDER BY seq"
        for prev_hash, seq, kind, key, at, payload, told in raw.execute(query):
            text = f"{prev_hash}|{seq}|{kind}|{len(key)}|{key}|{at}|{payload}"
            assert hashlib.sha256(text.encode()).hexdigest() == told
            rows += 1
    return rows


def _processor_seconds() -> float:
    """Of this process and of those it started and saw end."""
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + theirs.ru_utime + theirs.ru_stime


def timed(work: Callable[[], Any], repeats: int = 3) -> tuple[tuple[float, float, float], Any]:
    """Best of ``repeats`` in seconds, of the clock, of the processor and of it this process's, and the last answer."""
    spans, busy, own = [], [], []
    for _ in range(repeats):
        started, worked, here = time.perf_counter(), _processor_seconds(), time.process_time()
        found = work()
        spans.append(time.perf_counter() - started)
        busy.append(_processor_seconds() - worked)
        own.append(time.process_time() - here)
    return (min(spans), min(busy), min(own)), found


def main() -> None:
    """Fill, pass, verify, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=30_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledger = Ledger(f"sqlite:///{file}", lambda: START)
        filled, _ = timed(lambda: fill(ledger, asked.alerts), 1)
        plain, rows = timed(lambda: plain_pass(file))
        gc.disable()  # as the command does
        ours, verdict = timed(ledger.verify)
        ledger.close()
        size = file.stat().st_size / 2**20
    assert verdict.intact, verdict.problems
    assert verdict.entries == rows
    print(f"{rows:,} entries of {asked.alerts:,} synthetic alerts, {size:,.0f} MiB, {os.cpu_count()} cores, SQLite")
    print(f"{'':24}{'seconds':>10}{'rows/s':>12}{'CPU s':>10}{'longer core':>13}{'rows/s of it':>14}{'of plain':>10}")
    for name, (seconds, busy, own) in (("filled in bulk", filled), ("plain SHA-256 pass", plain), ("verify", ours)):
        longer = max(own, busy - own)  # with both cores free, nothing is sooner done
        print(f"{name:24}{seconds:10.2f}{rows / seconds:12,.0f}{busy:10.2f}{longer:13.2f}", end="")
        print(f"{rows / longer:14,.0f}{plain[1] / longer:10.2f}")
    print("reach: verify 100,000 rows/s")


if __name__ == "__main__":
    main()
