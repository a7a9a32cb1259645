"""The screens that exist: every module of ``rules_baseline.after_close`` with a ``SCREEN``."""

from __future__ import annotations

import importlib
import pkgutil

from rules_baseline import after_close
from rules_baseline.after_close.screen import Screen


def after_close_screens() -> tuple[Screen, ...]:
    """All after-close screens, by id.

    >>> [screen.id for screen in after_close_screens()][:3]
    ['benefit_transfer', 'frequent_trading', 'funding_jump']
    """
    names = [module.name for module in pkgutil.iter_modules(after_close.__path__)]
    modules = [importlib.import_module(f"{after_close.__name__}.{name}") for name in names]
    return tuple(sorted((m.SCREEN for m in modules if hasattr(m, "SCREEN")), key=lambda screen: screen.id))
