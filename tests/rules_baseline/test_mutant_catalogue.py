"""The catalogue of mutants fits the code: a fault that can no longer be made would be counted as caught by nobody."""

from __future__ import annotations

from pathlib import Path

from benchmarks.mutating.mutant import catalogue, stale
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.catalogue import intraday_rules


def test_every_fragment_occurs_exactly_once_in_its_file() -> None:
    assert stale(catalogue()) == []


def test_every_rule_and_screen_has_mutants_and_each_names_a_file_of_tests(repository: Path) -> None:
    mutants = catalogue()
    named = {rule.id for rule in intraday_rules()} | {screen.id for screen in after_close_screens()}
    assert named | {"message_fee", "occurrence", "baseline grade"} <= {one.rule for one in mutants}
    files = {test.split("::")[0] for one in mutants for test in one.tests}
    assert [name for name in sorted(files) if not (repository / name).is_file()] == []
    assert len({(one.file, one.old, one.new) for one in mutants}) == len(mutants)
