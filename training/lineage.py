"""From a fitted scorer to a registered version: bundle, reference sample, figures, plots and card, with its lineage."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from features.catalogue import FEATURE_SERVICE
from models.bundle import save_bundle
from models.graded_alert import GradedAlert
from models.scorer import AlertScorer
from training.dataset import Dataset
from training.evaluate import OURS, as_markdown, reference_sample
from training.judgement import judgement_facts
from training.judgement_plots import judgement_plots
from training.model_card import model_card
from training.plots import plots
from training.registry import ModelRegistry
from training.result import TrainResult
from training.search import Found
from training.splits import Split

REFERENCE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Lineage:
    """Who trained with what code and seed."""

    code_version: str
    seed: int
    author: str

    def facts(self, data: Dataset) -> dict[str, str]:
        """Everything it takes to make the version again, as the bundle and the registry keep it."""
        return {
            "data_digest": data.digest(),
            "data_from": str(data.alerts["trading_day"].min()),
            "data_to": str(data.alerts["trading_day"].max()),
            "feature_service": FEATURE_SERVICE,
            "code_version": self.code_version,
        }


def register_version(
    result: TrainResult,
    scorer: AlertScorer,
    data: Dataset,
    parts: Split | None,
    graded: Sequence[GradedAlert],
    registry: ModelRegistry,
    private_key: bytes,
    lineage: Lineage,
    found: Found | None,
) -> TrainResult:
    """Register ``scorer`` with what ``result`` says of it; the result with version, digest and whether it is champion.

    ``graded`` answers all rows of ``data``; ``parts`` is null where nothing was held back. Equal inputs give an equal
    digest.
    """
    estimates = {**result.table.get(OURS, {}), **result.coverage}
    metrics = {name: e.value for name, e in estimates.items() if e.value == e.value}
    facts = lineage.facts(data)
    fitted = np.ones(len(data.X), dtype=np.bool_) if parts is None else parts.train
    parameters = {} if found is None else dict(found.parameters)
    with tempfile.TemporaryDirectory() as folder:
        bundle, reference = Path(folder) / "bundle", Path(folder) / "reference.parquet"
        manifest = {
            **facts,
            "seed": lineage.seed,
            "rows": dict(result.rows),
            "metrics": {k: round(v, 9) for k, v in metrics.items()},
            "parameters": parameters,
            **({"judgement": judged} if (judged := judgement_facts(result.judged)) else {}),
        }
        digest = save_bundle(scorer, bundle, manifest=manifest, private_key=private_key)
        answered = [g for g, kept in zip(graded, fitted, strict=True) if kept]
        exchanges = data.alerts.loc[fitted, "exchange"].tolist()
        sample = reference_sample(data.X[fitted], answered, exchanges, cap=REFERENCE_ROWS, seed=lineage.seed)
        sample.to_parquet(reference)
        tags = {"digest": digest, "author": lineage.author, **facts}
        if scorer.skill is not None:
            tags["skill"] = scorer.skill.words()[1]
        if parts is not None:
            tags["test_from"] = parts.test_from.isoformat()
        version = registry.register(
            bundle,
            reference,
            digest,
            params={
                **{k: str(v) for k, v in result.rows.items()},
                "seed": str(lineage.seed),
                "classifier": json.dumps(parameters, sort_keys=True),
                **facts,
            },
            metrics={**metrics, **({} if found is None else found.metrics())},
            tags=tags,
            files=_files(result, scorer, data, parts, graded, facts, digest, found),
        )
    champion = registry.champion()
    return replace(
        result, version=version, digest=digest, champion=champion is not None and champion.version == version
    )


def _files(
    result: TrainResult,
    scorer: AlertScorer,
    data: Dataset,
    parts: Split | None,
    graded: Sequence[GradedAlert],
    facts: dict[str, str],
    digest: str,
    found: Found | None,
) -> dict[str, str]:
    """Texts kept beside the version: the card always, tables and plots where there was something to judge on."""
    files = {"model_card.md": model_card(result, scorer, facts, digest)}
    if found is not None:
        files["search.csv"] = found.trials.to_csv(index=False)
    if parts is None:
        return files
    covered = {k: [e.value, e.low, e.high] for k, e in result.coverage.items()}
    return {
        **files,
        "comparison.md": as_markdown(result.table),
        "voices.md": as_markdown(result.judged.voices, "all three voices less"),
        "slices.csv": result.judged.slices.to_csv(index=False),
        "coverage.json": json.dumps(covered),
        "judgement.json": json.dumps(judgement_facts(result.judged), indent=1),
        **plots(data, parts, graded, scorer),
        **judgement_plots(result.judged),
    }
