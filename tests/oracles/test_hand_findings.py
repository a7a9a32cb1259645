"""What is missing is UNKNOWN, unless what is known is a HIT already."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.oracles import rows
from tests.oracles.oracle import oracle
from tests.oracles.scene import Scene


def _answers(scene: Scene, rule: str) -> set[str]:
    return {found.answer for found in oracle(scene.market())[1] if found.rule_id == rule}


@pytest.mark.parametrize(
    ("scene", "rule", "said"),
    [
        (Scene("nosize", "DCE", max_order_volume=None).orders(1, volume=900), "large_cancel", {"UNKNOWN"}),
        (Scene("size", "DCE").orders(1, volume=900), "large_cancel", {"MISS"}),
        (Scene("hedged", "DCE", max_order_volume=None).orders(1, hedge="hedging"), "large_cancel", {"MISS"}),
        (Scene("nocontract", known=False).orders(1, volume=900), "large_cancel", {"MISS"}),
        (Scene("nokind", "CFFEX", known=False).orders(1), "frequent_cancel", {"UNKNOWN"}),
        (Scene("nofee", known=False).orders(1), "frequent_cancel", {"UNKNOWN"}),
        (Scene("nofeefak", known=False).orders(500, time_in_force="FAK"), "frequent_cancel", {"HIT"}),
        (Scene("early", "CZCE", known=False, day=date(2018, 9, 16)).orders(1), "frequent_cancel", {"MISS"}),
        (Scene("noday", "CZCE").orders(1, price=Decimal(110)), "limit_price_cancel", {"UNKNOWN"}),
        (Scene("noprice", "CZCE").orders(1, price=None), "limit_price_cancel", {"MISS"}),
        (Scene("nogroups").matches(1), "group_trade", {"UNKNOWN"}),
        (Scene("groups").matches(1).group("B"), "group_trade", {"MISS"}),
        (Scene("noaccounts").orders(1), "programme_reporting", {"UNKNOWN"}),
        (Scene("nolimits").matches(1), "intraday_open", {"UNKNOWN"}),
        (Scene("limits").matches(1).add("opening_limits", rows.opening_limit("x", 1)), "intraday_open", {"MISS"}),
        (Scene("rejected").orders(1, event="rejected"), "frequent_cancel", set()),
    ],
    ids=lambda value: value.name if isinstance(value, Scene) else None,
)
def test_a_missing_input_is_unknown_and_never_a_miss(scene: Scene, rule: str, said: set[str]) -> None:
    assert _answers(scene, rule) == said


def test_a_missing_limit_leaves_only_its_own_side_open() -> None:
    scene = Scene("oneside", "CZCE")
    day = rows.contract_day("CZCE", contract=scene.contract, upper_limit=None, low_price=Decimal(90))
    scene.add("contract_days", day).orders(99, side="sell", price=Decimal(90)).orders(1, price=Decimal(110))
    assert _answers(scene, "limit_price_cancel") == {"UNKNOWN"}
    scene.orders(1, side="sell", price=Decimal(90))
    assert _answers(scene, "limit_price_cancel") == {"HIT"}
