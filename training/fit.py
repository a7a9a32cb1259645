"""Train: dataset in, split, fit, judge against the baselines, bundle, register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from models.scorer import AlertScorer
from models.signing import public_key_of
from rules_baseline.day_baseline import AlertHistory
from training.against_champion import against_champion
from training.anchoring import anchoring
from training.cold_start import fit_without_labels
from training.dataset import Dataset, LabelledAlert, PointInTimeStore, build_dataset, known_labels
from training.guards import doubts, refuse_future
from training.judge import judge
from training.learning_curve import learning_curve
from training.lineage import Lineage, register_version
from training.recipe import fit_scorer, inputs_of, too_few
from training.registry import ModelRegistry
from training.result import Judged, TrainResult
from training.search import Budget, search
from training.splits import Split, SplitPlan, split, too_short
from training.weights import Weights, training_weights


def train(
    labelled: Sequence[LabelledAlert],
    history: AlertHistory,
    store: PointInTimeStore,
    registry: ModelRegistry,
    *,
    known_by: datetime,
    private_key: bytes,
    code_version: str,
    seed: int,
    author: str = "",
    plan: SplitPlan | None = None,
    budget: Budget | None = None,
    curve: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> TrainResult:
    """Fit on what was known by ``known_by``, evaluate on the last days, register; deterministic by ``seed``.

    ``history`` is that of the same period. ``author`` goes on record; a version
    without one can never be promoted. With a ``budget`` the classifier's parameters are searched first, on folds of the
    training part. With ``curve`` the recipe is also fitted on fewer labels (``Judged.curve``). Where there is a
    champion, the version is held against it on the later days (``TrainResult.gate``). Where labels or days do not
    suffice, or the classifier shows no skill, the version holds rules and detectors only, and ``notes`` say so.
    ``AlertError`` where there is no alert at all.
    """
    chosen = plan or SplitPlan()
    lineage = Lineage(code_version, seed, author)
    progress("dataset")
    known = known_labels(labelled, known_by)
    data = build_dataset(known, store, known_by=known_by) if known else None
    if data is None or (short := too_short(data.alerts, chosen)):
        why = "no disposition is on record yet" if data is None else str(short)
        progress("fit detectors")
        return _registered_alone(history, store, registry, known_by, private_key, lineage, why)
    parts = split(data.alerts, chosen)
    return _train(data, parts, history, registry, private_key, lineage, budget, curve, progress)


def _train(
    data: Dataset,
    parts: Split,
    history: AlertHistory,
    registry: ModelRegistry,
    private_key: bytes,
    lineage: Lineage,
    budget: Budget | None,
    curve: bool,
    progress: Callable[[str], None],
) -> TrainResult:
    refuse_future(data.alerts, parts)
    seed = lineage.seed
    weights = training_weights(data.alerts)
    found = None if budget is None else search(data, parts, weights.values, budget, seed=seed, progress=progress)
    progress("fit")
    parameters = {} if found is None else found.parameters
    scorer = fit_scorer(data, parts, weights.values, seed=seed, parameters=parameters)
    progress("evaluate")
    inputs = inputs_of(data, history)
    graded = scorer.grade(inputs, explain=False)
    judged = judge(data, parts, graded, scorer.policy, weights.values, seed=seed)
    if curve:
        progress("learning curve")
        points = learning_curve(data, parts, graded, inputs, weights.values, seed=seed, parameters=parameters)
        judged = replace(judged, curve=points)
    rows = {name: int(getattr(parts, name).sum()) for name in ("train", "calibration", "test", "unseen")}
    notes = _notes(_alone(data, parts, scorer), weights)
    notes += doubts(data.X[parts.train], data.y[parts.train], judged.table)
    leaning = anchoring(data.alerts)
    progress("register")
    found_out = TrainResult("", "", False, rows, judged, notes, leaning, skill=scorer.skill)
    result = register_version(found_out, scorer, data, parts, graded, registry, private_key, lineage, found)
    held = against_champion(
        registry.version(result.version), data, inputs, registry, public_key=public_key_of(private_key), seed=seed
    )
    return replace(result, gate=held)


def _registered_alone(
    history: AlertHistory,
    store: PointInTimeStore,
    registry: ModelRegistry,
    known_by: datetime,
    private_key: bytes,
    lineage: Lineage,
    why: str,
) -> TrainResult:
    """Register rules and detectors, fitted on the alerts themselves."""
    scorer, data, graded = fit_without_labels(history, store, known_by=known_by, seed=lineage.seed)
    rows = {"train": len(data.X), "calibration": 0, "test": 0, "unseen": 0}
    result = TrainResult("", "", False, rows, Judged(), _notes(why, None))
    return register_version(result, scorer, data, None, graded, registry, private_key, lineage, None)


def _alone(data: Dataset, parts: Split, scorer: AlertScorer) -> str | None:
    """Why the scorer has no classifier, in words; null where it has one."""
    if scorer.skill is not None and not scorer.skill.shown:
        return f"the one fitted is silent, its skill is {scorer.skill.words()[1]}"
    return too_few(data, parts)


def _notes(alone: str | None, weights: Weights | None) -> tuple[str, ...]:
    said = [] if alone is None else [f"rules and detectors only, no classifier: {alone}"]
    if weights is not None and weights.drawn:
        said.append(
            f"{weights.drawn:,} labels come from the random sample and stand for those not drawn; all labels count as "
            f"{weights.effective:,.0f} independent ones ({weights.capped:,} weights capped)"
        )
    return tuple(said)
