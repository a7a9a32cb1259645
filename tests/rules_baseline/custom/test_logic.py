"""and / or of conditions that are met, not met or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

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
