"""The rules that exist: every module of ``rules_baseline.intraday`` with a ``RULE``."""

from __future__ import annotations

import importlib
import pkgutil

from rules_baseline import intraday
from rules_baseline.rule import Rule


def intraday_rules() -> tuple[Rule, ...]:
    """All intraday rules, by id.

    >>> [rule.id for rule in intraday_rules()][:4]
    ['frequent_cancel', 'group_trade', 'intraday_open', 'large_cancel']
    """
    modules = [
        importlib.import_module(f"{intraday.__name__}.{m.name}") for m in pkgutil.iter_modules(intraday.__path__)
    ]
    return tuple(sorted((module.RULE for module in modules if hasattr(module, "RULE")), key=lambda rule: rule.id))
