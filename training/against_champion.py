"""A registered version held against the champion on the alerts that neither of them knew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.bundle import load_bundle
from models.scorer import ScoreInput
from training.dataset import Dataset
from training.evaluate import given_by
from training.gate import Gate, gate
from training.paired import Given
from training.registry import GATE_FILE, ModelRegistry, Version


def against_champion(
    version: Version,
    data: Dataset,
    inputs: Sequence[ScoreInput],
    registry: ModelRegistry,
    *,
    public_key: bytes,
    seed: int,
    rounds: int = 1000,
) -> Gate | None:
    """Grade the later alerts with ``version`` and with the champion, compare, and keep the gate beside the version.

    Later are alerts triggered at or after the first test alert of both. ``inputs`` are those of ``data``, in order.
    ``None`` where there is no champion, or the version is it. Raises ``BundleRefused`` where a bundle is not as signed.
    """
    champion = registry.champion()
    if champion is None or champion.version == version.version:
        return None
    since = [one.test_from for one in (version, champion) if one.test_from is not None]
    later = np.ones(len(inputs), dtype=bool)
    for moment in since:
        later &= (data.alerts["triggered_at"] >= moment).to_numpy()
    rows = [one for one, kept in zip(inputs, later, strict=True) if kept]
    (new, cost), (old, _) = (_given(one, rows, registry, public_key) for one in (version, champion))
    found = gate(
        data.y[later].to_numpy(dtype=np.int_),
        (version.digest, new),
        (champion.digest, old),
        data.alerts.loc[later, "subject_id"].to_numpy(dtype=str),
        np.array(cost, dtype=np.float64),
        seed=seed,
        rounds=rounds,
    )
    registry.keep(version.version, GATE_FILE, found.to_json())
    return found


def _given(
    version: Version, rows: list[ScoreInput], registry: ModelRegistry, public_key: bytes
) -> tuple[Given, Sequence[Sequence[float]]]:
    bundle, _ = registry.bundle(version.version)
    scorer = load_bundle(bundle, public_key)
    return given_by(scorer.grade(rows, explain=False)), scorer.policy.file.cost
