"""Who may become champion: a better result, a second person, a sound bundle; and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from ledger.ledger import Ledger
from models.scorer import AlertScorer
from tests.training.conftest import START
from training.against_champion import against_champion
from training.bundle_contract import broken
from training.promotion import check_promotion
from training.registry import POINTER, ModelRegistry
from training.shadow import SHADOW_FILE, keep_agreement

Register = Callable[..., str]


@pytest.fixture
def held(registry: ModelRegistry, later_alerts, public_key: bytes) -> Callable[[str], object]:
    data, inputs = later_alerts()

    def hold(version: str) -> object:
        return against_champion(
            registry.version(version), data, inputs, registry, public_key=public_key, seed=1, rounds=60
        )

    return hold


def test_a_better_challenger_is_let_through_by_a_second_person(
    registry: ModelRegistry, register: Register, held, poor: AlertScorer, good: AlertScorer, public_key: bytes
) -> None:
    register(poor)
    second = register(good)
    assert held(second).open
    chosen, found = check_promotion(registry, second, "governor-1", public_key=public_key)
    assert (chosen.version, found.challenger) == (second, chosen.digest)


@pytest.mark.parametrize("approver", ["quant-1", " Quant-1 ", "QUANT-1"])
def test_the_author_does_not_approve_however_the_name_is_written(
    registry: ModelRegistry, register: Register, held, poor, good, public_key: bytes, approver: str
) -> None:
    register(poor)
    second = register(good)
    held(second)
    with pytest.raises(AlertError, match="is the author"):
        check_promotion(registry, second, approver, public_key=public_key)


@pytest.mark.parametrize(("author", "approver", "said"), [("quant-1", "  ", "no approver"), ("", "g", "no author")])
def test_two_names_are_wanted(
    registry: ModelRegistry, register: Register, held, poor, good, public_key, author, approver, said
) -> None:
    register(poor)
    second = register(good, author)
    held(second)
    with pytest.raises(AlertError, match=said):
        check_promotion(registry, second, approver, public_key=public_key)


def test_a_worse_challenger_is_refused_with_the_figure(
    registry: ModelRegistry, register: Register, held, poor, good, public_key: bytes
) -> None:
    register(good)
    second = register(poor)
    held(second)
    with pytest.raises(AlertError, match="expected cost is not lower"):
        check_promotion(registry, second, "governor-1", public_key=public_key)


def test_a_comparison_with_an_earlier_champion_does_not_count(
    registry: ModelRegistry, register: Register, held, poor, good, fitted, public_key: bytes
) -> None:
    register(poor)
    second, third = register(good), register(fitted(0.0, 2), seed=1)
    held(second), held(third)
    registry.promote(second)
    with pytest.raises(AlertError, match=f"run alertgrade evaluate {third} EVENTS"):
        check_promotion(registry, third, "governor-1", public_key=public_key)


def test_what_a_challenger_said_in_the_shadow_is_kept_beside_its_gate(
    registry: ModelRegistry, register: Register, poor, good, tmp_path: Path
) -> None:
    first, second = (registry.version(register(one)) for one in (poor, good))
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lambda: START)
    for name, champion, challenger in [("a", 3, 3), ("b", 3, 2)]:
        said = {"challenger": {"version": "2", "digest": second.digest}, "grade": challenger}
        ledger.append("shadow", name, said | {"baseline_of_champion": {"version": "1", "grade": champion}})
    assert keep_agreement(registry, first, ledger.entries(kinds=["shadow"])) is None
    assert keep_agreement(registry, second, ledger.entries(kinds=["shadow"])).share == 0.5
    ledger.close()
    assert registry.kept(first.version, SHADOW_FILE) is None
    kept = json.loads(registry.kept(second.version, SHADOW_FILE))
    assert (kept["alerts"], kept["champion_by_challenger"][2]) == (2, [0, 1, 1, 0, 0])


def test_alerts_that_either_model_knew_are_left_out(
    registry: ModelRegistry, register: Register, held, poor, good
) -> None:
    register(poor, test_from=START + timedelta(minutes=100))
    second = register(good, test_from=START + timedelta(minutes=60))
    assert held(second).rows == 140


def test_the_champion_is_held_against_nobody(
    registry: ModelRegistry, register: Register, held, good, public_key
) -> None:
    first = register(good)
    assert held(first) is None
    with pytest.raises(AlertError, match="is champion already"):
        check_promotion(registry, first, "governor-1", public_key=public_key)


def test_a_bundle_that_changed_after_the_comparison_is_refused(
    registry: ModelRegistry, register: Register, held, poor, good, public_key: bytes
) -> None:
    register(poor)
    second = register(good)
    held(second)
    bundle, _ = registry.bundle(second)
    (bundle / "booster.txt").write_text((bundle / "booster.txt").read_text() + " ")
    with pytest.raises(AlertError, match="breaks its contract: it is refused"):
        check_promotion(registry, second, "governor-1", public_key=public_key)


def test_a_sound_bundle_breaks_no_clause_and_a_foreign_service_is_named(
    registry: ModelRegistry, register: Register, good: AlertScorer, public_key: bytes
) -> None:
    first, second = register(good), register(good.with_versions(feature_service="risk_grade_v0"))
    assert broken(*registry.bundle(first), public_key) == ()
    assert broken(*registry.bundle(second), public_key) == (
        "it was trained on feature service risk_grade_v0, ours is risk_grade_v1",
    )


def test_a_rollback_goes_back_one_champion_at_a_time_and_moves_the_pointer(
    registry: ModelRegistry, register: Register, good, poor, fitted, tmp_path: Path
) -> None:
    first, second, third = register(poor), register(good), register(fitted(0.5))
    registry.promote(second)
    registry.promote(third)
    assert registry.roll_back().version == second
    assert json.loads((tmp_path / "bundles" / POINTER).read_text())["version"] == second
    assert registry.roll_back().version == first
    with pytest.raises(AlertError, match="no champion before this one"):
        registry.roll_back()


def test_a_retired_version_comes_back_by_no_way(
    registry: ModelRegistry, register: Register, good, poor, fitted
) -> None:
    first, second, third = register(poor), register(good), register(fitted(0.5))
    registry.promote(second)
    registry.promote(third)
    registry.retire(second)
    with pytest.raises(AlertError, match="is champion"):
        registry.retire(third)
    with pytest.raises(AlertError, match="is retired"):
        registry.promote(second)
    assert registry.roll_back().version == first
    assert [one.retired for one in registry.versions()] == [False, True, False]
