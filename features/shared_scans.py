"""What several families read of the raw tables, computed once a session."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from features.compiled import keep
from features.events.events import Events

_KEPT: WeakKeyDictionary[Events, dict[str, ir.Table]] = WeakKeyDictionary()


def once(events: Events, key: str, make: Callable[[], ir.Table]) -> ir.Table:
    """``make()`` as a temporary table of the session of ``events``, made when first asked for under ``key``.

    It goes with the session. On an engine without temporary tables the expression itself is given back: the same
    values, computed again by each family.
    """
    if events.backend.name != "duckdb":
        return make()
    kept = _KEPT.setdefault(events, {})
    if key not in kept:
        kept[key] = keep(events.backend, f"features_{key}{events.part}", make())
    return kept[key]
