"""A classifier without skill is silent: it grades as before any label, and its bundle says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.bundle import BundleRefused, load_bundle, read_manifest, save_bundle
from models.scorer import AlertScorer, ScoreInput
from models.signing import public_key_of, sign
from models.skill import Skill

from .conftest import World

KEY = bytes(32)
SHOWN = Skill(318, 42, 0.5, 0.8, -0.3, -0.4, -0.2)
UNSHOWN = Skill(318, 42, 0.81, 0.8, 0.01, -0.03, 0.05)


@pytest.mark.parametrize(
    ("high", "shown"),
    [(-1e-9, True), (0.0, False), (1e-9, False), (None, False)],
    ids=["just below zero", "at zero", "just above", "too few to judge by"],
)
def test_skill_is_shown_where_the_whole_interval_lies_below_zero(high: float | None, shown: bool) -> None:
    figures = (None,) * 4 if high is None else (0.5, 0.8, -0.3, -0.4)
    found = Skill(318, 42, *figures, high)
    assert found.shown is shown
    assert Skill.from_facts(json.loads(json.dumps(found.to_facts()))) == found


@pytest.fixture(scope="module")
def silent(scorer: AlertScorer) -> AlertScorer:
    return scorer.judged_by(UNSHOWN)


def test_a_silent_classifier_grades_bit_for_bit_as_a_scorer_without_labels(
    silent: AlertScorer, inputs: list[ScoreInput], scorer: AlertScorer, world: Callable[[int, int], World]
) -> None:
    cold = AlertScorer.without_labels(world(600, 1)[0], seed=7).with_versions(**scorer.versions.model_dump())
    for one, as_cold in zip(silent.grade(inputs), cold.grade(inputs), strict=True):
        (why,) = [reason for reason in one.reasons if reason.voice == "classifier"]
        assert why.key == "no_skill"
        assert "判别力未证实" in why.text_zh
        assert "RPS +0.010 [-0.030, +0.050]" in why.text_en
        kept = [reason for reason in one.reasons if reason != why]
        assert one.model_copy(update={"reasons": kept}) == as_cold
        assert (one.probabilities, one.severity, one.decided_by.classifier) == (None, None, None)


def test_skill_shown_changes_no_grade(scorer: AlertScorer, inputs: list[ScoreInput]) -> None:
    assert scorer.judged_by(SHOWN).grade(inputs) == scorer.grade(inputs)


def kept(scorer: AlertScorer, folder: Path) -> tuple[str, AlertScorer]:
    digest = save_bundle(scorer, folder, manifest={}, private_key=KEY)
    return digest, load_bundle(folder, public_key_of(KEY))


def test_a_bundle_keeps_the_skill_in_its_digest_and_one_from_before_speaks_as_it_did(
    scorer: AlertScorer, silent: AlertScorer, inputs: list[ScoreInput], tmp_path: Path
) -> None:
    before, old = kept(scorer, tmp_path / "old")
    shown, new = kept(scorer.judged_by(SHOWN), tmp_path / "new")
    quiet, again = kept(silent, tmp_path / "silent")
    assert len({before, shown, quiet}) == 3
    assert "skill" not in read_manifest(tmp_path / "old", public_key_of(KEY))
    assert (old.skill, new.skill, again.skill) == (None, SHOWN, UNSHOWN)
    said = [[one.model_dump(exclude={"versions"}) for one in made.grade(inputs)] for made in (old, new)]
    assert said[0] == said[1]
    assert said[0][0]["probabilities"] is not None
    named = silent.with_versions(model=again.versions.model, digest=quiet)
    assert again.grade(inputs) == named.grade(inputs)


def test_a_bundle_that_calls_shown_what_its_figures_do_not_is_refused(silent: AlertScorer, tmp_path: Path) -> None:
    save_bundle(silent, tmp_path / "bundle", manifest={}, private_key=KEY)
    manifest = tmp_path / "bundle" / "manifest.json"
    text = manifest.read_bytes().replace(b'"shown": false', b'"shown": true')
    manifest.write_bytes(text)
    (tmp_path / "bundle" / "manifest.sig").write_bytes(sign(KEY, text))
    with pytest.raises(BundleRefused, match="shown=True"):
        load_bundle(tmp_path / "bundle", public_key_of(KEY))
