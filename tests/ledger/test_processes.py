"""Several processes on one file, and one that dies in the middle."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.ledger import Ledger

WRITER = """
import sys
from datetime import UTC, datetime
from ledger.ledger import Ledger
url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ledger = Ledger(url, lambda: datetime.now(UTC))
for number in range(count):
    alert = f"{name}-{number}" if name != "same" else f"same-{number}"
    trigger = {"alert_id": alert, "rule_id": "self_trade", "level": "breach", "exchange": "SHFE", "contract": "cu2605",
        "trading_day": "2026-03-02", "subject_type": "account", "subject_id": f"A{number % 5}", "account_id": "A",
        "triggered_at": "2026-03-02T02:00:00Z", "measured": 5.0, "threshold": 5.0, "occurrence": 1}
    answer = {"score_id": "S" + alert, "alert_id": alert, "grade": 1 + number % 5, "baseline": {"grade": 3},
        "decided_by": {"policy_clause": "x"}, "degraded": [], "text": "x" * 3000, "writer": sys.argv[4]}
    print(ledger.record_score(trigger, answer, {})["writer"], flush=True)
"""
ROOT = Path(__file__).parents[2]


def writer(url: str, name: str, count: int, tag: str = "w") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, name, str(count), tag]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.processes
def test_four_processes_write_one_chain(url, clock):
    writers = [writer(url, name, 45) for name in ("a", "b", "c", "d")]
    for process in writers:
        process.communicate(timeout=60)
        assert process.returncode == 0
    ledger = Ledger(url, clock)
    verdict = ledger.verify()
    assert (verdict.entries, verdict.problems) == (4 * 45 * 2, ())
    assert sum(row["count"] for row in ledger.counts()["alerts"]) == 180
    assert len(ledger.cases({"status": "open"}).rows) == 5  # one a subject, whoever wrote first
    ledger.close()


@pytest.mark.processes
def test_two_processes_that_race_for_the_same_alerts_give_the_same_answers(url, clock):
    writers = [writer(url, "same", 60, tag) for tag in ("first", "second")]
    answers = [process.communicate(timeout=60)[0].split() for process in writers]
    assert answers[0] == answers[1]
    ledger = Ledger(url, clock)
    verdict = ledger.verify()
    assert (verdict.entries, verdict.intact) == (120, True)
    ledger.close()


@pytest.mark.processes
def test_a_process_killed_while_writing_leaves_a_chain_that_verifies_with_all_that_was_answered(url, clock):
    process = writer(url, "k", 100_000)
    assert process.stdout is not None
    answered = [process.stdout.readline() for _ in range(40)]
    time.sleep(0.013)
    process.kill()
    answered += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    ledger = Ledger(url, clock)
    verdict = ledger.verify()
    assert verdict.intact
    recorded = verdict.entries // 2
    assert verdict.entries == recorded * 2  # an alert never without its score
    assert recorded >= sum(line.endswith("\n") for line in answered)
    ledger.close()
