"""Everything a run is judged by: the intraday rules and after-close screens, and their dated limits, as one version."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alertgrade.errors import AlertError
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.after_close.choices import Choices, load_choices
from rules_baseline.after_close.screen import Screen
from rules_baseline.catalogue import intraday_rules
from rules_baseline.custom.load import load_custom
from rules_baseline.limits import Limits, load_limits
from rules_baseline.rule import Rule
from rules_baseline.scope import Scope


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules and limits of a run; ``limits.version`` covers both kinds of limits and is what every alert records."""

    rules: tuple[Rule, ...]
    limits: Limits
    screens: tuple[Screen, ...]
    choices: Choices

    def within(self, scope: Scope) -> Rulebook:
        """Only the rules of ``scope``; the limits stay whole, since screens read each other's.

        Raises ``AlertError`` naming those ids that do not exist, and listing all that do.
        """
        if scope.only is None:
            return self
        known = self.titles()
        unknown = scope.only - set(known)
        if not scope.only or unknown:
            seen = f"--only {','.join(sorted(unknown))}: no such rule" if unknown else "--only names no rule"
            raise AlertError(seen, f"wanted ids of {', '.join(known)}")
        rules = tuple(rule for rule in self.rules if rule.id in scope.only)
        return dataclasses.replace(
            self, rules=rules, screens=tuple(screen for screen in self.screens if screen.id in scope.only)
        )

    def titles(self) -> Mapping[str, tuple[str, str]]:
        """Chinese and English name of every rule and screen, by id: the intraday rules first."""
        titles = {rule.id: (rule.title_zh, rule.title_en) for rule in self.rules}
        return titles | {screen.id: (screen.title_zh, screen.title_en) for screen in self.screens}


def own_screens(book: Rulebook) -> tuple[Screen, ...]:
    """The screens of ``book`` that are a broker's own; none without a custom folder."""
    shipped = {screen.id for screen in after_close_screens()}
    return tuple(screen for screen in book.screens if screen.id not in shipped)


def own_rules(book: Rulebook) -> tuple[Rule, ...]:
    """The intraday rules of ``book`` that are a broker's own; none without a custom folder."""
    shipped = {rule.id for rule in intraday_rules()}
    return tuple(rule for rule in book.rules if rule.id not in shipped)


def load_rulebook(folder: Path | None = None, custom: Path | None = None) -> Rulebook:
    """All rules and screens with the limits of a parameters folder (None: the shipped one).

    ``custom`` is a folder of the broker's own rules; where it has any, the version covers them. Raises ``AlertError``
    as ``load_limits``, ``load_choices`` and ``load_custom`` do.
    """
    rules, screens = intraday_rules(), after_close_screens()
    limits, choices = load_limits(rules, folder), load_choices(screens, folder)
    version = choices.version_with(limits.version)
    book = Rulebook(rules, dataclasses.replace(limits, version=version), screens, choices)
    return book if custom is None else _with_custom(book, custom)


def _with_custom(book: Rulebook, folder: Path) -> Rulebook:
    pack = load_custom(folder, tuple(book.titles()))
    if pack.digest is None:
        return book
    version = f"{book.limits.version}.{pack.digest[:12]}"
    return Rulebook(
        (*book.rules, *pack.rules),
        dataclasses.replace(book.limits, entries=(*book.limits.entries, *pack.entries), version=version),
        (*book.screens, *pack.screens),
        dataclasses.replace(book.choices, entries={**book.choices.entries, **pack.choices}),
    )
