"""Which tables the rules need: those of which a person is told that no rule does are named by none."""

from __future__ import annotations

from alertgrade.commands.faults import NO_RULE_NEEDS
from features.events.schema import TABLES
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.catalogue import intraday_rules


def test_what_no_rule_needs_makes_no_answer_unknown() -> None:
    rules, screens = intraday_rules(), after_close_screens()
    needed = {name for one in (*rules, *screens) for name in one.needs}
    helping = {name.partition(".")[0] for screen in screens for name in screen.helps}
    assert not set(NO_RULE_NEEDS) & (needed | helping)
    # asked for by row, where the row's absence leaves the answer open as the table's does
    by_row = {name for rule in rules for name in rule.reads} | {"position_limits"}
    assert needed | helping | by_row | set(NO_RULE_NEEDS) >= set(TABLES) - {"contracts"}
