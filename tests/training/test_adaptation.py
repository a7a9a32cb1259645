"""The champion's sets follow its outcomes, as a version that can be taken back, and nothing else of it moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alertgrade.errors import AlertError
from models.bundle import load_bundle
from models.scorer import AlertScorer, ScoreInput
from training.adaptation import LEAST, adapt
from training.dataset import GRADE_OF_OUTCOME, Dataset
from training.registry import ModelRegistry

from .conftest import KEY

OUTCOMES = {grade: outcome for outcome, grade in GRADE_OF_OUTCOME.items()}
DAY = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Logged:
    answer: dict[str, object]
    outcome: str | None
    decided_at: datetime | None


Log = Callable[..., list[Logged]]


@pytest.fixture
def log(good: AlertScorer, later_alerts: Callable[..., tuple[Dataset, list[ScoreInput]]]) -> Log:
    """What the service wrote of ``rows`` alerts under a digest; outcomes have drifted away from what was learnt."""
    _, inputs = later_alerts(240, 40)
    graded = [one.model_dump(mode="json") for one in good.grade(inputs, explain=False)]
    drift = np.random.default_rng(1).integers(-1, 3, len(graded))

    def written(digest: str, rows: int = 240) -> list[Logged]:
        return [
            Logged(
                {**one, "versions": {**one["versions"], "digest": digest}},
                OUTCOMES[int(np.clip(int(np.argmax(one["probabilities"])) + 1 + drift[n], 1, 5))],
                DAY + timedelta(hours=n),
            )
            for n, one in enumerate(graded[:rows])
        ]

    return written


def test_the_sets_widen_after_misses_and_everything_else_stays(
    registry: ModelRegistry, register: Callable[..., str], good: AlertScorer, log: Log, public_key: bytes
) -> None:
    first = registry.version(register(good))
    found = adapt(registry, log(first.digest), private_key=KEY, public_key=public_key)
    assert found.outcomes == 240
    fixed, followed = (np.nanmean([v for v in row if v is not None]) for row in (found.fixed, found.adaptive))
    assert followed > fixed + 0.05
    old, new = (load_bundle(registry.bundle(v)[0], public_key) for v in (first.version, found.version))
    assert new.classifier.to_text() == old.classifier.to_text()
    assert new.anomaly.to_bytes() == old.anomaly.to_bytes()
    assert new.policy.write() == old.policy.write()
    assert new.conformal != old.conformal
    assert new.versions.digest == found.digest != first.digest
    assert registry.champion() == first, "it serves only when somebody promotes it"


def test_the_next_one_starts_from_the_trained_version_and_counts_what_both_graded(
    registry: ModelRegistry, register: Callable[..., str], good: AlertScorer, log: Log, public_key: bytes
) -> None:
    first = registry.version(register(good))
    whole = log(first.digest)
    half = adapt(registry, whole[:120], private_key=KEY, public_key=public_key)
    registry.promote(half.version)
    later = whole[:120] + log(half.digest)[120:]
    second = adapt(registry, later[::-1], private_key=KEY, public_key=public_key)
    assert second.outcomes == 240
    assert registry.version(second.version).adapted_from == first.digest
    once = adapt(registry, whole, private_key=KEY, public_key=public_key)
    assert once.digest == second.digest, "the order of the log is nothing, the order of decisions everything"
    assert registry.roll_back().version == first.version


@pytest.mark.parametrize(("matured", "enough"), [(LEAST - 1, False), (LEAST, True)], ids=["just-below", "at"])
def test_a_handful_of_outcomes_moves_nothing(
    registry: ModelRegistry,
    register: Callable[..., str],
    good: AlertScorer,
    log: Log,
    public_key: bytes,
    matured: int,
    enough: bool,
) -> None:
    first = registry.version(register(good))
    rows = [*log(first.digest, matured), *log("another model"), Logged(log(first.digest)[0].answer, None, None)]
    if enough:
        assert adapt(registry, rows, private_key=KEY, public_key=public_key).outcomes == LEAST
    else:
        with pytest.raises(AlertError, match="49 decided alerts"):
            adapt(registry, rows, private_key=KEY, public_key=public_key)


def test_an_adapted_version_does_not_push_the_challenger_aside(
    registry: ModelRegistry, register: Callable[..., str], good: AlertScorer, poor: AlertScorer, log: Log, public_key
) -> None:
    first, challenger = registry.version(register(good)), register(poor)
    adapt(registry, log(first.digest), private_key=KEY, public_key=public_key)
    assert registry.version(challenger).aliases == ("challenger",)
