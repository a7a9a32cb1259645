"""Cost of a grade in process: one alert with reasons, its parts, and bulk; prints a table.

Run: ``python -m benchmarks.scorer [--rows 20000] [--repeats 500]``. Data is synthetic.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import FEATURES
from models.bundle import load_bundle, save_bundle
from models.score_input import Present, ScoreInput
from models.scorer import AlertScorer
from models.signing import public_key_of
from rules_baseline.grade import BaselineGrade
from rules_baseline.trigger import TriggerRecord

KEY = bytes(32)


def world(n: int, seed: int, width: int = 60) -> tuple[pd.DataFrame, Any]:
    rng = np.random.default_rng(seed)
    names = [*FEATURES, *(f"extra_{k}" for k in range(width))][:width] if len(FEATURES) < width else list(FEATURES)
    frame = pd.DataFrame(rng.gamma(2.0, 2.0, size=(n, len(names))).round(3), columns=names)
    frame["account_type_code"] = rng.integers(0, 3, n).astype(float)
    hidden = frame[names[3:13]].sum(axis=1) / 4 + rng.logistic(size=n)
    grades = 5 - np.digitize(hidden, np.quantile(hidden, [0.5, 0.75, 0.9, 0.97]))
    return frame.mask(rng.random(frame.shape) < 0.1), grades


def inputs(n: int) -> list[ScoreInput]:
    frame, _ = world(n, 2)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    return [
        ScoreInput(
            TriggerRecord(
                alert_id=f"self_trade:breach:2026-03-02:SHFE.cu2605:A{k}", rule_id="self_trade", level="breach",
                exchange="SHFE", contract="cu2605", trading_day=date(2026, 3, 2), subject_type="account",
                subject_id=f"A{k}", account_id=f"A{k}", triggered_at=moment, measured=5, threshold=5, occurrence=1,
            ),
            row, BaselineGrade(3, None, "nothing"), moment, 1,
        )
        for k, row in enumerate(frame.to_dict("records"))
    ]  # fmt: skip


def timed(call: Callable[[int], object], repeats: int) -> tuple[float, float, float]:
    """Median and 99th percentile of wall time, and mean processor time, in milliseconds."""
    call(0)
    spans, busy = [], time.process_time()
    for k in range(repeats):
        start = time.perf_counter()
        call(k)
        spans.append(time.perf_counter() - start)
    busy = (time.process_time() - busy) / repeats
    return float(np.quantile(spans, 0.5) * 1e3), float(np.quantile(spans, 0.99) * 1e3), busy * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=500)
    options = parser.parse_args()
    X, y = world(options.rows, 1)
    start = time.perf_counter()
    fitted = AlertScorer.fit(X, y, calibration=world(2_000, 3), seed=0)
    fit_seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "bundle"
        save_bundle(fitted, folder, manifest={}, private_key=KEY)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        start = time.perf_counter()
        scorer = load_bundle(folder, public_key_of(KEY))
        load_seconds = time.perf_counter() - start
    items = inputs(2_000)
    report(scorer, items, options.repeats)
    print(f"\nfit {options.rows} rows x {X.shape[1]} features {fit_seconds:.1f} s; bundle {size:.1f} MB, ", end="")
    print(f"loaded and verified in {load_seconds:.2f} s; {scorer.classifier.best_iteration_} trees; ", end="")
    print(f"{platform.machine()}, Python {platform.python_version()}")


def told(scorer: AlertScorer, item: ScoreInput, row: Any, strange: Any) -> object:
    """All that reasons cost on top of a grade: contributions, drivers, texts."""
    reasons, features = scorer.reasons, Present(item.features)
    share, drivers = scorer.anomaly.assess(strange[None])
    parts = scorer.classifier.contributions_of_matrix(row[None])[0]
    return [
        reasons.of_rules(item.trigger, item.baseline.grade),
        *reasons.of_classifier(features, parts),
        *reasons.of_anomaly(features, float(share[0]), drivers[0]),
    ]


def report(scorer: AlertScorer, items: list[ScoreInput], repeats: int) -> None:
    names, count = scorer.feature_names, len(items)
    matrix = np.array([[item.features[name] for name in names] for item in items], dtype=np.float64)
    strange = matrix[:, [names.index(name) for name in scorer.anomaly.feature_names_]]
    answer = scorer.grade(items[:1])[0]
    calls: dict[str, Callable[[int], object]] = {
        "graded, with reasons": lambda k: scorer.grade([items[k % count]]),
        "graded, without reasons": lambda k: scorer.grade([items[k % count]], explain=False),
        "  severity": lambda k: scorer.classifier.severity_of_matrix(matrix[k % count][None]),
        "  contributions (TreeSHAP)": lambda k: scorer.classifier.contributions_of_matrix(matrix[k % count][None]),
        "  anomaly share and drivers": lambda k: scorer.anomaly.assess(strange[k % count][None]),
        "  reasons in two languages": lambda k: told(scorer, items[k % count], matrix[k % count], strange[k % count]),
        "  answer as JSON": lambda _: answer.model_dump_json(),
    }
    print(f"{'one alert':32} {'p50 ms':>8} {'p99 ms':>8} {'cpu ms':>8}")
    for label, call in calls.items():
        print("{:32} {:8.3f} {:8.3f} {:8.3f}".format(label, *timed(call, repeats)))
    print(f"\n{'bulk':32} {'rows/s':>8} {'per cpu s':>17}")
    for label, explain in (("with reasons", True), ("without reasons", False)):
        start, busy = time.perf_counter(), time.process_time()
        scorer.grade(items, explain=explain)
        wall, busy = time.perf_counter() - start, time.process_time() - busy
        print(f"{label:32} {count / wall:8.0f} {count / busy:17.0f}")


if __name__ == "__main__":
    main()
