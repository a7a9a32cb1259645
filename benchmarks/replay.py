"""Ten thousand grades across a promotion, a policy change and a rule change, replayed: all must be identical.

``python -m benchmarks.replay [--scores 10000]``; data and models are synthetic. Exit code 1 unless all are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from alertgrade.errors import AlertError
from features.catalogue import FEATURE_SERVICE, FEATURES, STORED
from ledger.ledger import Ledger
from models.bundle import load_bundle, save_bundle
from models.definitions import record_definitions
from models.policy import Policy
from models.replay import Replayer, bundle_by_digest
from models.scorer import AlertScorer
from models.signing import public_key_of
from rules_baseline import grade as grading
from rules_baseline.trigger import TriggerRecord
from serving import judge as judging
from serving.grader import Grader
from serving.judge import Question, Scorer

KEY = bytes(range(32))
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
_TROUBLE = 10  # one alert in so many meets a feature store that does not answer


@dataclass(frozen=True)
class _Row:
    values: dict[str, float | None]
    as_of: datetime | None = NOW - timedelta(hours=14)
    age_days: int | None = 0
    stale: bool = False
    intraday_at: datetime | None = None


class _Reader:
    """Features drawn by the account's number; the account ``A0`` finds the store down."""

    def read(self, account_id: str, *, trading_day: date, at: datetime) -> _Row:
        number = int(account_id[1:])
        if number % _TROUBLE == 0:
            raise AlertError("the store does not answer")
        rng = np.random.default_rng(number)
        values = rng.gamma(2.0, 2.0, len(STORED)).tolist()
        return _Row({name: None if rng.random() < 0.1 else value for name, value in zip(STORED, values, strict=True)})


def scorer(seed: int, policy: Policy) -> AlertScorer:
    """A small model on chance grades."""
    rng = np.random.default_rng(seed)

    def world(n: int) -> tuple[pd.DataFrame, Any]:
        frame = pd.DataFrame(rng.gamma(2.0, 2.0, size=(n, len(FEATURES))), columns=list(FEATURES))
        grades = 5 - np.digitize(frame["alert_occurrence"] + rng.logistic(size=n), [2.0, 4.0, 6.0, 8.0])
        return frame.mask(rng.random(frame.shape) < 0.1), grades.astype(np.int64)

    X, y = world(400)
    said = {"model_version": str(seed), "feature_service": FEATURE_SERVICE, "policy": policy}
    return AlertScorer.fit(X, y, calibration=world(200), seed=seed, **said)


def bundle(folder: Path, seed: int, made: AlertScorer) -> Scorer:
    """The same, saved and read again as the service does."""
    staging = folder / f"new-{seed}"
    digest = save_bundle(made, staging / "bundle", manifest={}, private_key=KEY)
    staging.rename(folder / digest)
    return load_bundle(folder / digest / "bundle", public_key_of(KEY))


def question(number: int, rules: str) -> Question:
    """One alert; five of a day share an account, so that baselines see earlier ones."""
    account = f"A{number // 5}"
    row = {
        "alert_id": f"self_trade:breach:{number}",
        "rule_id": ("self_trade", "frequent_cancel", "custom_rule")[number % 3],
        "level": ("warning", "breach", "severe")[number % 3],
        "exchange": "SHFE",
        "contract": "cu2605",
        "trading_day": date(2026, 3, 2),
        "subject_type": "account",
        "subject_id": account,
        "account_id": account,
        "triggered_at": NOW - timedelta(hours=1) + timedelta(microseconds=number),
        "measured": 5.0 + number % 7,
        "threshold": 5.0,
        "occurrence": 1 + number % 4,
        "parameters_version": rules,
    }
    return Question(TriggerRecord(**row), None, explain=number % 4 != 3)


@contextmanager
def other_rules(folder: Path) -> Iterator[None]:
    """Another table of baseline grades in force, as after an upgrade of the rules."""
    text = grading.SHIPPED.read_text(encoding="utf-8").replace("unlisted: 3", "unlisted: 2", 1)
    path = folder / "grade.yaml"
    path.write_text(text + "\n# changed\n", encoding="utf-8")
    table = grading.load_grade_table(path)
    with (
        patch.object(judging, "baseline_grade", lambda alerts: grading.baseline_grade(alerts, table)),
        patch("models.definitions.SHIPPED", path),
    ):
        yield


def write_history(
    folder: Path, ledger: Ledger, scores: int, make: Callable[[int, Policy], AlertScorer] = scorer
) -> None:
    """Four quarters: as it began; after a promotion; after a policy change; after a rule change, and no model."""
    shipped = Policy.read()
    changed = Policy.read(shipped.write().replace(shipped.version, "changed", 1))
    bundles = folder / "bundles"
    first, second = (bundle(bundles, seed, make(seed, shipped)) for seed in (1, 2))
    third = bundle(bundles, 3, make(3, changed))
    quarter = -(-scores // 4)
    parts = [range(start, min(start + quarter, scores)) for start in range(0, scores, quarter)]
    _grade(ledger, first, shipped, parts[0], "2026-01")
    _grade(ledger, second, shipped, parts[1], "2026-01")
    _grade(ledger, third, changed, parts[2], "2026-01")
    with other_rules(folder):
        half = len(parts[3]) // 2
        _grade(ledger, third, changed, parts[3][:half], "2026-02")
        _grade(ledger, None, changed, parts[3][half:], "2026-02")


def _grade(ledger: Ledger, model: Scorer | None, policy: Policy, numbers: Sequence[int], rules: str) -> None:
    refusal = None if model else "model_missing: no champion has been promoted"
    grader = Grader(model, refusal, _Reader(), ledger, policy)
    grader.made_by = record_definitions(ledger, policy)
    for number in numbers:
        (answer,) = grader.grade([question(number, rules)])
        if isinstance(answer, Exception):
            raise answer


def replayer(folder: Path, ledger: Ledger) -> Replayer:
    """As the commands build it."""
    return Replayer(ledger, bundle_by_digest(folder / "bundles", lambda at: load_bundle(at, public_key_of(KEY))))


def main() -> int:
    """Write, replay, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=int, default=10_000)
    scores = parser.parse_args().scores
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", lambda: NOW)
        started = time.perf_counter()
        write_history(folder, ledger, scores)
        wrote = time.perf_counter() - started
        started, busy = time.perf_counter(), time.process_time()
        found = list(replayer(folder, ledger).replay_all())
        took, busy = time.perf_counter() - started, time.process_time() - busy
        ledger.close()
    same = sum(one.identical for one in found)
    print(f"{len(found):,} synthetic scores by 3 bundles and by rules alone, 2 policies, 2 grade tables")
    print(f"graded and recorded  {wrote:8.1f} s")
    print(f"replayed             {took:8.1f} s  ({busy:.1f} s of one processor, {len(found) / took:,.0f} scores/s)")
    print(f"identical            {same:8,} of {scores:,}")
    return 0 if same == len(found) == scores else 1


if __name__ == "__main__":
    sys.exit(main())
