"""A training from labels to a registered version, with many labels, few and none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from models.bundle import load_bundle, read_manifest
from models.scorer import ScoreInput
from models.signing import public_key_of
from rules_baseline.day_baseline import AlertHistory
from training.bundle_contract import broken
from training.dataset import Dataset
from training.fit import train
from training.registry import ModelRegistry
from training.result import TrainResult
from training.search import Budget

from .conftest import KEY, History

Train = Callable[..., TrainResult]


def run(registry: ModelRegistry, past: History, labels: int | None = None, **more: object) -> TrainResult:
    return train(
        past.labelled[:labels], AlertHistory(past.triggers), past.store, registry,
        known_by=past.known_by, private_key=KEY, code_version="test", seed=3, author="quant-1", **more,
    )  # fmt: skip


@pytest.fixture
def learn(registry: ModelRegistry) -> Train:
    return partial(run, registry)


@dataclass(frozen=True)
class Desk:
    """A registry with a first version made without a label and a second one made with all."""

    registry: ModelRegistry
    first: TrainResult
    second: TrainResult


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, empty_store: Path, past: History) -> Desk:
    home = tmp_path_factory.mktemp("desk")
    shutil.copy2(empty_store, home / "mlflow.db")
    registry = ModelRegistry(f"sqlite:///{home / 'mlflow.db'}", home / "artifacts", home / "bundles")
    return Desk(registry, run(registry, past, 0), run(registry, past, curve=True))


def test_with_labels_every_voice_stands_in_the_table_and_the_version_keeps_its_papers(desk: Desk) -> None:
    found = desk.second
    assert set(found.table) == {
        *("alertgrade", "classifier only", "rules only", "rules regraded by cost", "anomaly only"),
        *("most frequent", "logistic", "multiclass LightGBM"),
    }
    assert found.notes == ()
    assert found.table["alertgrade"]["quadratic_kappa"].low > found.table["anomaly only"]["quadratic_kappa"].value
    assert found.judged.voices["without classifier"]["expected_cost"].high < 0
    kept = {name: str(desk.registry.kept(found.version, name)) for name in ("model_card.md", "importance.svg")}
    assert "# Model card 模型卡" in kept["model_card.md"]
    assert "二次加权一致性" in kept["model_card.md"]
    assert kept["importance.svg"].lstrip().startswith("<?xml")


def test_slices_name_rule_exchange_account_type_and_reviewer(desk: Desk) -> None:
    table = desk.second.judged.slices
    assert set(table["by"]) == {"rule", "exchange", "account type", "reviewer"}
    assert set(table.loc[table["by"] == "reviewer", "slice"]) == {"r1", "r2"}
    assert set(table.loc[table["by"] == "account type", "slice"]) == {"individual", "institution", "product"}
    for by in ("rule", "account type", "reviewer"):
        assert table.loc[table["by"] == by, "rows"].sum() == desk.second.rows["test"]


def test_the_same_inputs_give_the_same_digest(desk: Desk, past: History, learn: Train) -> None:
    assert learn(past).digest == desk.second.digest, "with a learning curve beside it or without"


def test_the_first_classifier_is_held_against_the_rules_and_detectors_before_it(desk: Desk) -> None:
    assert desk.first.champion
    assert not desk.second.champion
    assert desk.second.gate is not None
    assert desk.second.gate.open
    assert desk.second.gate.differences["expected_cost"].high < 0


@pytest.mark.parametrize(
    ("labels", "why"),
    [(25, "trading days with labelled alerts"), (60, "a classifier wants 30")],
    ids=["two days of them", "too few to train on"],
)
def test_with_too_few_labels_the_version_says_what_is_missing(
    history: Callable[..., History], learn: Train, labels: int, why: str
) -> None:
    found = learn(history(rows=800, days=80) if labels == 60 else history(), labels)
    assert "rules and detectors only, no classifier" in found.notes[0]
    assert why in found.notes[0]


def test_without_any_label_the_bundle_keeps_its_contract_and_its_card_says_so(desk: Desk) -> None:
    assert desk.first.notes == ("rules and detectors only, no classifier: no disposition is on record yet",)
    bundle, reference = desk.registry.bundle(desk.first.version)
    assert broken(bundle, reference, public_key_of(KEY)) == ()
    assert "仅含规则与异常检测" in str(desk.registry.kept(desk.first.version, "model_card.md"))


def test_a_bundle_without_a_classifier_explains_itself_and_leaves_the_probabilities_open(
    desk: Desk, later_alerts: Callable[..., tuple[Dataset, list[ScoreInput]]]
) -> None:
    scorer = load_bundle(desk.registry.bundle(desk.first.version)[0], public_key_of(KEY))
    assert scorer.classifier is None
    for one in scorer.grade(later_alerts(5, 5)[1]):
        assert (one.probabilities, one.severity, one.decided_by.classifier) == (None, None, None)
        assert one.grade_set == [1, 2, 3, 4, 5]
        assert one.anomaly.share is not None
        assert {reason.voice for reason in one.reasons} >= {"rules", "anomaly"}
        assert one.versions.model is not None
        assert one.grade <= one.baseline.grade


def test_a_classifier_without_skill_is_silent_and_every_paper_says_so(
    history: Callable[..., History], learn: Train, registry: ModelRegistry
) -> None:
    found = learn(history(rows=400, noise=1.0))
    assert found.skill is not None
    assert not found.skill.shown
    assert "no classifier: the one fitted is silent, its skill is not shown" in found.notes[0]
    assert "classifier only" not in found.table
    assert registry.version(found.version).skill == found.skill.words()[1]
    bundle, _ = registry.bundle(found.version)
    assert read_manifest(bundle, public_key_of(KEY))["skill"]["shown"] is False
    card = str(registry.kept(found.version, "model_card.md"))
    assert "分类模型未证实判别力" in card
    assert "has shown no skill and is silent" in card


def test_the_learning_curve_and_the_slices_are_signed_with_the_bundle_and_drawn_beside_it(desk: Desk) -> None:
    judged = desk.second.judged
    points = judged.curve
    assert [point.labels for point in points] == sorted(point.labels for point in points)
    assert points[-1].labels == desk.second.rows["train"] + desk.second.rows["calibration"]
    assert points[-1].classifier
    assert points[-1].figures["expected_cost"].value == judged.table["alertgrade"]["expected_cost"].value
    told = read_manifest(desk.registry.bundle(desk.second.version)[0], public_key_of(KEY))["judgement"]
    assert [point["labels"] for point in told["learning_curve"]] == [point.labels for point in points]
    assert {row["by"] for row in told["slices"]} == {"rule", "exchange", "account type", "reviewer"}
    assert set(told["voices"]) == set(desk.second.table)
    for name in ("slices.svg", "learning_curve.svg"):
        assert str(desk.registry.kept(desk.second.version, name)).lstrip().startswith("<?xml")


def test_no_alert_at_all_is_one_clear_error(past: History, learn: Train) -> None:
    with pytest.raises(AlertError, match="0 alerts by"):
        learn(History([], [], past.store, past.known_by))


def test_a_search_that_finds_nothing_better_keeps_the_defaults_and_is_on_record(
    history: Callable[..., History], learn: Train, registry: ModelRegistry
) -> None:
    found = learn(history(rows=300), budget=Budget(2))
    text = registry.kept(found.version, "search.csv")
    assert text is not None
    assert len(text.strip().splitlines()) == 3
    bundle: Path = registry.bundle(found.version)[0]
    assert read_manifest(bundle, public_key_of(KEY))["parameters"] == registry.parameters(found.version)
