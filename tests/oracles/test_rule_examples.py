"""The examples of the rule catalogue: each is a scene, counted by the engine, and raises what the page says."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from rules_baseline.fee_tiers import fee, load_tariffs
from rules_baseline.rule_examples import RuleNotes, rule_notes
from rules_baseline.rulebook import load_rulebook
from tests.oracles import after_close_scenes, intraday_scenes
from tests.oracles.product import ask
from tests.oracles.scene import Scene, together

NOTES = rule_notes()
BOOK = load_rulebook()
SCENES = {scene.name: scene for scene in intraday_scenes.scenes() + after_close_scenes.scenes()}
INTRADAY = sorted(rule.id for rule in BOOK.rules)
SCREENS = sorted(screen.id for screen in BOOK.screens)
Raised = dict[tuple[str, str], dict[str, float | None]]


def scenes_of(rules: list[str]) -> list[Scene]:
    names = {one["scene"] for rule in rules for one in NOTES[rule].examples}
    return [SCENES[name] for name in sorted(names)]


def raised_in(scenes: list[Scene], rules: list[str], folder: Path) -> Raised:
    """By rule and scene the measured value of each level, on the scene's own day, of all scenes run at once."""
    found: Raised = defaultdict(dict)
    for alert in ask(together(scenes), folder, only=rules).records:
        name = alert.subject_id.split(".")[0]
        if alert.trading_day == max(SCENES[name].market().trading_days()):
            found[alert.rule_id, name][alert.level] = alert.measured
    return found


@pytest.mark.parametrize("rules", [INTRADAY, SCREENS], ids=["intraday", "after_close"])
def test_every_example_is_what_the_engine_raises(rules: list[str], tmp_path: Path) -> None:
    found = raised_in(scenes_of(rules), rules, tmp_path)
    said = {(rule, one["scene"]): one["raises"] for rule in rules for one in NOTES[rule].examples}
    assert {key: found.get(key, {}) for key in said} == said


@pytest.mark.parametrize("rule_id", [*INTRADAY, *SCREENS])
def test_every_rule_has_an_example_that_raises_and_one_that_does_not(rule_id: str) -> None:
    raises = ["breach" in one["raises"] for one in NOTES[rule_id].examples]
    assert True in raises
    assert False in raises


@pytest.mark.parametrize("example", NOTES["message_fee"].examples, ids=lambda one: one["fee"])
def test_every_example_of_a_fee_is_what_the_tariff_gives(example: dict[str, Any]) -> None:
    where = (example["exchange"], example["day"], example["kind"], example["product"])
    [tariff] = [one for one in load_tariffs() if one.holds(*where)]
    assert fee(example["messages"], example["filled"], tariff) == int(example["fee"])
    orders = example.get("orders", example["messages"])  # a FOK order without a fill is two messages
    assert f"{orders:,}" in example["when"]
    assert example["messages"] in (orders, 2 * orders)
    assert f"{example['filled']:,} orders with a fill" in example["when"] or example["filled"] == 0


@pytest.mark.parametrize("rule_id", [*INTRADAY, "message_fee"])
def test_every_mark_of_a_choice_stands_on_a_value_of_the_table(rule_id: str) -> None:
    values = _values(rule_id)
    notes: RuleNotes = NOTES[rule_id]
    assert notes.choices
    for says, marks in notes.choices:
        for mark in marks:
            assert mark in values, f"{says}: {mark}"


def _values(rule_id: str) -> set[str]:
    if rule_id == "message_fee":
        return {f"effective_from@{tariff.exchange}" for tariff in load_tariffs()}
    entries = [entry for entry in BOOK.limits.entries if entry.rule_id == rule_id]
    found = set()
    for entry in entries:
        for name in ("effective_from", "limit", *(n for n, value in entry.values.items() if value is not None)):
            found |= {name, f"{name}@{entry.exchange}", f"{name}@{entry.exchange}:{entry.starts}"}
    return found
