"""Cases counted by hand: the oracle says what the rules page says, and the product says the same of all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles import after_close_scenes, intraday_scenes
from tests.oracles.oracle import AFTER_CLOSE as AFTER
from tests.oracles.oracle import INTRADAY as DURING
from tests.oracles.oracle import after_close, intraday, oracle
from tests.oracles.product import ask, expected, frozen, said_of, same_findings, told
from tests.oracles.scene import Scene, together

INTRADAY = intraday_scenes.scenes()
AFTER_CLOSE = after_close_scenes.scenes()


@pytest.mark.parametrize("scene", INTRADAY, ids=[scene.name for scene in INTRADAY])
def test_a_scene_raises_what_was_counted_by_hand(scene: Scene) -> None:
    alerts, _ = intraday(scene.market())
    prefix = f"{scene.name}."
    raised = {
        (found.rule_id, found.level, found.subject.id.removeprefix(prefix), float(found.measured or 0))
        for found in alerts
        if found.rule_id in scene.rules
    }
    assert raised == scene.expected


def test_the_names_of_scenes_are_different() -> None:
    assert len({scene.name for scene in INTRADAY + AFTER_CLOSE}) == len(INTRADAY + AFTER_CLOSE)


@pytest.mark.parametrize("scene", AFTER_CLOSE, ids=[scene.name for scene in AFTER_CLOSE])
def test_a_screen_raises_on_the_last_day_what_was_counted_by_hand(scene: Scene) -> None:
    market = scene.market()
    alerts, _ = after_close(market)
    prefix = f"{scene.name}."
    raised = {
        (
            found.rule_id,
            found.level,
            found.subject.id.replace(prefix, ""),
            None if found.measured is None else float(found.measured),
        )
        for found in alerts
        if found.rule_id in scene.rules and found.trading_day == max(market.trading_days())
    }
    assert raised == scene.expected


@pytest.mark.parametrize(
    ("scenes", "rules", "batches"),
    [(INTRADAY, DURING, 1), (INTRADAY, DURING, 7), (AFTER_CLOSE, AFTER, 1)],
    ids=["intraday", "batches", "after_close"],
)
def test_the_product_says_the_same_of_all_scenes_at_once(
    scenes: list[Scene], rules: list[str], batches: int, tmp_path: Path
) -> None:
    market = together(scenes)
    alerts, findings = oracle(market)
    answer = ask(market, tmp_path, batches=batches)
    assert answer.alerts == expected(alerts)
    same_findings(said_of(answer, rules), told(findings, rules))
    kept, wanted = frozen(answer, alerts)
    assert kept == wanted
