"""`alertgrade policy explain` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.commands.context import console
from alertgrade.errors import AlertError
from models.policy import Policy
from models.policy_steps import StatedAlert, steps
from rules_baseline.grade import BaselineGrade

EVIDENCE = ["--probabilities", "0,0.1,0.2,0.3,0.4", "--share", "0.97", "--rule", "frequent_cancel"]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "width", 260)  # whoever imported it first decided its width


def typed(*words: str) -> Result:
    return CliRunner().invoke(build_app(), ["policy", "explain", *words])


def test_without_evidence_it_shows_the_policy_in_force_in_both_languages() -> None:
    shown = typed().output
    policy = Policy.read()
    assert f"policy {policy.version}" in shown
    for clause in (*policy.file.floors, policy.file.strange_and_unsure):
        assert clause is not None
        assert clause.id in shown
        assert clause.zh[:8] in shown
        assert clause.en[:20] in shown
    assert "step by step" not in shown


@pytest.mark.parametrize(("occurrence", "grade"), [("2", "grade: 3 medium"), ("3", "grade: 2 high")])
def test_with_evidence_it_tells_every_step(occurrence: str, grade: str) -> None:
    shown = typed(*EVIDENCE, "--occurrence", occurrence).output
    assert "expected costs 1: 4.750  2: 2.750  3: 1.600  4: 1.700  5: 3.500; the least: 3 medium" in shown
    assert grade in shown
    assert "suspected_violation: does not hold" in shown
    assert "结论" in shown


def test_without_probabilities_it_starts_from_the_baseline() -> None:
    assert "no classifier: starts from the rules baseline, 4 low-medium" in typed("--baseline", "4").output


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--probabilities", "0.5,0.5"], "five numbers"),
        (["--probabilities", "1,1,0,0,0"], "five numbers"),
        (["--probabilities", "a,0,0,0,1"], "five numbers"),
        (["--level", "breech"], "breech"),
        ([*EVIDENCE, "--grade-set", "1,3"], "neighbouring"),
        ([*EVIDENCE, "--grade-set", "0,1"], "neighbouring"),
        (["--file", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_mistake_is_named(words: list[str], named: str) -> None:
    failed = typed(*words).exception
    assert isinstance(failed, AlertError)
    assert named in str(failed)


def test_another_policy_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(Policy.read().write().replace(Policy.read().version, "trial-7"), encoding="utf-8")
    assert "policy trial-7" in typed("--file", str(path)).output


def test_the_steps_end_in_the_grade_that_the_policy_decides() -> None:
    policy, alert = Policy.read(), StatedAlert("self_trade", "breach", 4)
    for baseline in range(1, 6):
        for p in ([1.0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0], None):
            for share in (None, 0.5, 1.0):
                stated = BaselineGrade(baseline, None, "stated")
                decision, told = steps(policy, p, share, stated, alert, [1, 2, 3])
                assert decision == policy.decide(p, share, stated, alert, [1, 2, 3])
                assert told[-1].en.startswith(f"grade: {decision.grade} ")
                assert sum("moves to it" in step.en for step in told) == len(decision.moved_by)
