"""The scenes of some rules, asked of the broken code: which of them says something else than the oracle."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from tests.oracles import after_close_scenes, intraday_scenes
from tests.oracles.counting import Alert, Finding
from tests.oracles.market import Market
from tests.oracles.oracle import AFTER_CLOSE, INTRADAY, oracle
from tests.oracles.scene import together

WHERE = "tests/oracles/test_hand_cases.py::scene "  # all of them at once are one test there
DIFFERS = "AssertionError in call"
Names = tuple[str, ...]


class Scenes:
    """By the rules asked for: the market, what it should raise and how every subject should be answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._every = [*intraday_scenes.scenes(), *after_close_scenes.scenes()]
        self._told: dict[Names, tuple[Market, list[Alert], list[Finding]]] = {}

    def prepare(self, wanted: Collection[Names]) -> None:
        """Work out the right answers once; ``("intraday",)`` and ``("screens",)`` stand for all of a kind."""
        for names in sorted(wanted):
            rules = self._rules(names)
            told = together(scene for scene in self._every if scene.rules & rules).tables
            market = Market({"orders": [], "trades": [], **told})
            alerts, findings = oracle(market)
            ours = [found for found in alerts if found.rule_id in rules]
            self._told[names] = (market, ours, [found for found in findings if found.rule_id in rules])

    @property
    def names(self) -> list[Names]:
        """What was prepared."""
        return list(self._told)

    def _rules(self, names: Names) -> set[str]:
        kinds = {"intraday": set(INTRADAY), "screens": set(AFTER_CLOSE)}
        return {rule for name in names for rule in kinds.get(name, {name})}

    def differ(self, names: Names, folder: Path) -> tuple[str, str]:
        """The first scene that differs and how, or empty texts."""
        from tests.oracles import product

        if not names:
            return "", ""
        market, alerts, findings = self._told[names]
        shutil.rmtree(folder, ignore_errors=True)
        rules = self._rules(names)
        try:
            said = product.ask(market, folder, only=rules)
        except Exception as error:  # a fault that stops the run is noticed by any test
            return f"{WHERE.removesuffix('scene ')}any scene", f"{type(error).__name__} in call"
        for what in sorted(set(said.alerts) ^ set(product.expected(alerts)), key=str):
            return WHERE + _scene(what[0].split(":")[-1]), DIFFERS
        kept, wanted = product.frozen(said, alerts)
        for name in (name for name in wanted if kept[name] != wanted[name]):
            return WHERE + _scene(name.split(":")[-1]), DIFFERS
        told, answers = product.told(findings, rules), product.said_of(said, rules)
        for key in sorted({*told, *answers}, key=str):
            if not product.same(answers.get(key), told.get(key)):
                return WHERE + _scene(key[3]), DIFFERS
        return "", ""


def _scene(subject: str) -> str:
    return subject.split("|")[0].split(".")[0]
