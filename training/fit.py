"""Train: dataset in, split, fit, judge against the baselines, bundle, register."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from features.catalogue import FEATURE_SERVICE
from features.rows import as_rows
from models.bundle import save_bundle
from models.graded_alert import GradedAlert
from models.metrics import Estimate
from models.policy import Policy
from models.scorer import AlertScorer, ScoreInput
from models.signing import public_key_of
from rules_baseline.day_baseline import baselines
from rules_baseline.trigger import TriggerRecord
from training.against_champion import against_champion
from training.dataset import Dataset, LabelledAlert, PointInTimeStore, build_dataset
from training.evaluate import OURS, as_markdown, comparison, coverage, reference_sample
from training.gate import Gate
from training.registry import ModelRegistry
from training.splits import Split, SplitPlan, split

# More of these never makes an alert less severe; anything whose sign can be argued about stays free.
MONOTONE = {"alert_measured_over_threshold": 1, "alert_occurrence": 1, "sanctions_250d": 1, "self_match_share_20d": 1}
REFERENCE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What came out: version, bundle digest, rows by part, the table of voices, coverage of the sets."""

    version: str
    digest: str
    champion: bool  # the first version registered is champion at once
    rows: Mapping[str, int]
    table: Mapping[str, Mapping[str, Estimate]]
    coverage: Mapping[str, Estimate]
    gate: Gate | None = None  # against the champion; null where there was none


def train(
    labelled: Sequence[LabelledAlert],
    all_alerts: Sequence[TriggerRecord],
    store: PointInTimeStore,
    registry: ModelRegistry,
    *,
    known_by: datetime,
    private_key: bytes,
    code_version: str,
    seed: int,
    author: str = "",
    plan: SplitPlan | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> TrainResult:
    """Fit on what was known by ``known_by``, evaluate on the last days, register; deterministic by ``seed``.

    ``all_alerts`` are the alerts of the same period with or without disposition: the baseline grade of an alert
    counts its subject's other alerts of that day. ``author`` goes on record; a version without one can never be
    promoted. Where there is a champion, the version is held against it on the later days (``TrainResult.gate``).
    Errors: ``AlertError`` where labels or days do not suffice.
    """
    progress("dataset")
    data = build_dataset(labelled, store, known_by=known_by)
    parts = split(data.alerts, plan or SplitPlan())
    progress("fit")
    scorer = _fit(data, parts, seed)
    progress("evaluate")
    inputs = inputs_of(data, all_alerts)
    graded = scorer.grade(inputs, explain=False)
    on_test = [g for g, kept in zip(graded, parts.test, strict=True) if kept]
    table = comparison(data, parts, on_test, np.array(scorer.policy.file.cost, dtype=np.float64), seed=seed)
    covered = coverage(data, parts, on_test, seed=seed)
    rows = {name: int(getattr(parts, name).sum()) for name in ("train", "calibration", "test", "unseen")}
    progress("register")
    digest, version = _register(
        scorer, data, parts, graded, table, covered, rows, registry, private_key, code_version, seed, author
    )
    champion = registry.champion()
    is_champion = champion is not None and champion.version == version
    held = against_champion(
        registry.version(version), data, inputs, registry, public_key=public_key_of(private_key), seed=seed
    )
    return TrainResult(version, digest, is_champion, rows, table, covered, held)


def _fit(data: Dataset, parts: Split, seed: int) -> AlertScorer:
    return AlertScorer.fit(
        data.X[parts.train],
        data.y[parts.train],
        calibration=(data.X[parts.calibration], data.y[parts.calibration]),
        calibration_groups=data.alerts.loc[parts.calibration, "subject_id"].to_numpy(),
        monotone=MONOTONE,
        seed=seed,
        policy=Policy.read(),
        feature_service=FEATURE_SERVICE,
    )


def inputs_of(data: Dataset, all_alerts: Sequence[TriggerRecord]) -> list[ScoreInput]:
    """What a scorer is asked about each row of ``data``, in order; ``all_alerts`` as for ``train``."""
    # the desk labels alerts that a later folder of raw events may not hold any more
    every = {a.alert_id: a for a in (*data.triggers, *all_alerts)}
    by_alert = baselines(every.values())
    rows = as_rows(data.X)
    return [ScoreInput(t, row, by_alert[t.alert_id], None, None) for t, row in zip(data.triggers, rows, strict=True)]


def _register(
    scorer: AlertScorer,
    data: Dataset,
    parts: Split,
    graded: Sequence[GradedAlert],
    table: Mapping[str, Mapping[str, Estimate]],
    covered: Mapping[str, Estimate],
    rows: Mapping[str, int],
    registry: ModelRegistry,
    private_key: bytes,
    code_version: str,
    seed: int,
    author: str,
) -> tuple[str, str]:
    metrics = {name: e.value for name, e in {**table[OURS], **covered}.items() if e.value == e.value}
    lineage = {
        "data_digest": data.digest(),
        "data_from": str(data.alerts["trading_day"].min()),
        "data_to": str(data.alerts["trading_day"].max()),
        "feature_service": FEATURE_SERVICE,
        "code_version": code_version,
    }
    with tempfile.TemporaryDirectory() as folder:
        bundle, reference = Path(folder) / "bundle", Path(folder) / "reference.parquet"
        manifest = {
            **lineage,
            "seed": seed,
            "rows": dict(rows),
            "metrics": {k: round(v, 9) for k, v in metrics.items()},
        }
        digest = save_bundle(scorer, bundle, manifest=manifest, private_key=private_key)
        fitted = [g for g, kept in zip(graded, parts.train, strict=True) if kept]
        exchanges = data.alerts.loc[parts.train, "exchange"].tolist()
        sample = reference_sample(data.X[parts.train], fitted, exchanges, cap=REFERENCE_ROWS, seed=seed)
        sample.to_parquet(reference)
        version = registry.register(
            bundle,
            reference,
            digest,
            params={**{k: str(v) for k, v in rows.items()}, "seed": str(seed), **lineage},
            metrics=metrics,
            tags={"digest": digest, "test_from": parts.test_from.isoformat(), "author": author, **lineage},
            files={
                "comparison.md": as_markdown(table),
                "coverage.json": json.dumps({k: [e.value, e.low, e.high] for k, e in covered.items()}),
            },
        )
    return digest, version
