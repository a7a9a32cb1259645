"""Adaptation: the champion with grade sets that follow the outcomes, as a version of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from alertgrade.errors import AlertError
from models.adaptive import AdaptiveSets, update
from models.bundle import RESERVED, load_bundle, read_manifest, save_bundle
from training.dataset import GRADE_OF_OUTCOME
from training.registry import GATE_FILE, ROOT, ModelRegistry, Version

LEAST = 50  # matured outcomes; fewer move nothing


class Matured(Protocol):
    """The part of a logged score that is read."""

    @property
    def answer(self) -> dict[str, object]: ...  # noqa: D102
    @property
    def outcome(self) -> str | None: ...  # noqa: D102
    @property
    def decided_at(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The new version, how many outcomes moved it, coverage by grade as it was and as the moving sets had it."""

    version: str
    digest: str
    outcomes: int
    fixed: tuple[float | None, ...]
    adaptive: tuple[float | None, ...]


def follow(start: AdaptiveSets, scores: Iterable[Matured], digests: Sequence[str]) -> tuple[AdaptiveSets, list[int]]:
    """The state after all matured outcomes of the versions ``digests``, in the order of their decisions.

    Also how often each grade's outcome lay outside the starting sets. Alerts that were decided at once come in the
    order of their ids; grades without probabilities are passed.
    """
    rows = []
    for one in scores:
        versions, p = one.answer["versions"], one.answer["probabilities"]
        known = isinstance(versions, dict) and versions.get("digest") in digests
        if known and isinstance(p, list) and one.outcome is not None and one.decided_at is not None:
            rows.append((one.decided_at, str(one.answer["alert_id"]), p, GRADE_OF_OUTCOME[one.outcome] - 1))
    state, missed, grades = start, [0] * len(start.base.thresholds), range(len(start.base.thresholds))
    for _, _, p, truth in sorted(rows):
        missed[truth] += truth not in start.base.grade_set(p, grades)
        state = update(state, p, truth)
    return state, missed


def adapt(registry: ModelRegistry, scores: Iterable[Matured], *, private_key: bytes, public_key: bytes) -> Adaptation:
    """Register the champion again with the sets that its matured outcomes ask for; nothing else in it changes.

    The state is made anew from the whole score log of the champion and of the versions it was adapted from, so that
    nothing but the log need be kept. ``AlertError`` where there is no champion with a classifier, or fewer than
    ``LEAST`` outcomes have matured.
    """
    champion = registry.champion()
    if champion is None:
        raise AlertError("no champion", "wanted a model in service", "run alertgrade train first")
    bundle, reference = registry.bundle(champion.version)
    facts = read_manifest(bundle, public_key)
    root = champion.adapted_from or champion.digest
    family = [one for one in registry.versions() if root in (one.digest, one.adapted_from)]
    trained = next((one for one in family if one.digest == root), champion)
    first = load_bundle(registry.bundle(trained.version)[0], public_key)
    state, missed = follow(AdaptiveSets.start(first.conformal), scores, [one.digest for one in family])
    seen = int(state.seen.sum())
    if first.classifier is None or seen < LEAST:
        raise AlertError(f"{seen} decided alerts of this model", f"wanted {LEAST}", "adapt when more are decided")
    kept = {k: v for k, v in facts.items() if k not in (*RESERVED, "digest")}
    if "judgement" in kept:  # its coverage is that of the sets of before
        kept["judgement"] = {k: v for k, v in kept["judgement"].items() if k != "coverage"}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "bundle"
        scorer = replace(first, conformal=state.sets())
        digest = save_bundle(scorer, made, manifest={**kept, ROOT: root, "outcomes": seen}, private_key=private_key)
        version = _register(registry, trained, made, reference, digest, root)
    fixed = tuple(1 - m / n if n else None for m, n in zip(missed, state.seen.tolist(), strict=True))
    return Adaptation(version, digest, seen, fixed, tuple(state.covered()))


def _register(registry: ModelRegistry, trained: Version, bundle: Path, reference: Path, digest: str, root: str) -> str:
    tags = {"digest": digest, "author": trained.author, ROOT: root}
    if trained.skill:
        tags["skill"] = trained.skill
    if trained.test_from is not None:
        tags["test_from"] = trained.test_from.isoformat()
    files = {GATE_FILE: gate} if (gate := registry.kept(trained.version, GATE_FILE)) else {}
    parameters = json.dumps(registry.parameters(trained.version), sort_keys=True)
    return registry.register(
        bundle, reference, digest, params={"classifier": parameters}, metrics=trained.metrics, tags=tags, files=files
    )
