"""and / or of conditions that are met, not met or unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

from rules_baseline.explain import explained

LEAVES = {
    "HIT": {"threshold": {"measure": "orders", "op": ">=", "value": 1}},
    "MISS": {"threshold": {"measure": "orders", "op": ">=", "value": 2}},
    "UNKNOWN": {"threshold": {"measure": "logins", "op": ">=", "value": 1}},  # no table of logins
}


TABLE = [  # one, other, and, or
    ("HIT", "HIT", "HIT", "HIT"),
    ("HIT", "MISS", "MISS", "HIT"),
    ("HIT", "UNKNOWN", "UNKNOWN", "HIT"),
    ("MISS", "MISS", "MISS", "MISS"),
    ("MISS", "UNKNOWN", "MISS", "UNKNOWN"),
    ("UNKNOWN", "UNKNOWN", "UNKNOWN", "UNKNOWN"),
]


def test_three_values_are_joined_in_either_order(
    book: Any, judge: Callable[..., Any], folder: Any, new_rule: Callable[..., dict[str, Any]]
) -> None:
    files, wanted, parts_of = {}, {}, {}
    for one, other, both, either in TABLE:
        for parts in ((one, other), (other, one)):
            for how, answer in (("and", both), ("or", either)):
                name = "_".join(("r", how, *parts)).lower()
                rule = new_rule({how: [LEAVES[part] for part in parts]}, id=name)
                files[f"{name}__yaml"] = yaml.safe_dump(rule, allow_unicode=True)
                wanted[name], parts_of[name] = answer, list(parts)
    said = judge(book.orders(1), home=folder(**files))
    assert {row["rule_id"]: row["answer"] for row in said.findings} == wanted
    assert {alert.rule_id for alert in said.alerts} == {name for name, answer in wanted.items() if answer == "HIT"}
    for number, alert in enumerate(said.alerts):
        assert [c["result"] for c in said.evidence(number)["conditions"]] == parts_of[alert.rule_id]
        assert (alert.measured, alert.threshold) == (1.0, 1.0)  # of the first condition that is met


def test_conditions_nest(book: Any, judge: Callable[..., Any]) -> None:
    book.orders(1)
    inner = {"or": [LEAVES["MISS"], LEAVES["HIT"]]}
    said = judge(book, {"and": [LEAVES["HIT"], inner, {"or": [LEAVES["UNKNOWN"], inner]}]})
    assert said.answers() == {"A": "HIT"}
    assert [c["result"] for c in said.evidence()["conditions"]] == ["HIT", "MISS", "HIT", "UNKNOWN", "MISS", "HIT"]
    assert said.evidence()["logic"] == (
        "(orders >= 1 on the day and (orders >= 2 on the day or orders >= 1 on the day) and (logins >= 1 on the day or "
        "(orders >= 2 on the day or orders >= 1 on the day)))"
    )


RISEN = {"change": {"measure": "cancels", "op": ">=", "factor": 3, "when_previous_is_zero": "met"}}
ONE_LOT = {"threshold": {"measure": "lots", "op": ">=", "value": 1}}


def test_value_and_limit_are_of_one_condition_also_where_it_has_no_value(book: Any, judge: Callable[..., Any]) -> None:
    book.calendar(2).orders(1, day=0).cancels(1, day=1).at("trades", day=1, volume=2)
    for parts, wanted in (([RISEN, ONE_LOT], (None, 3.0)), ([ONE_LOT, RISEN], (2.0, 1.0))):
        [alert] = judge(book, {"or": parts}).alerts
        assert (alert.measured, alert.threshold) == wanted
        assert json.loads(alert.evidence)["limit"] == wanted[1]


def test_a_condition_that_is_not_met_or_open_decides_nothing(book: Any, judge: Callable[..., Any]) -> None:
    book.calendar(2).orders(1, day=0).at("trades", day=1, volume=2)
    for before in (LEAVES["UNKNOWN"], RISEN):
        [alert] = judge(book, {"or": [before, ONE_LOT]}).alerts
        assert (alert.measured, alert.threshold) == (2.0, 1.0)


def test_what_decides_is_told_without_the_figure_of_another_condition(book: Any, judge: Callable[..., Any]) -> None:
    book.calendar(2).orders(1, day=0).cancels(1, day=1).at("trades", day=1, volume=2)
    [alert] = judge(book, {"or": [RISEN, ONE_LOT]}).alerts
    told = "\n".join(explained(alert, language="en"))
    assert "with 2" not in told
    assert "left to the limit" not in told
