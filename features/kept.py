"""Small tables that several families are made of: computed once from the raw tables, then kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.types as ir

from features.events.events import Events

_KEPT: WeakKeyDictionary[Events, dict[str, ir.Table]] = WeakKeyDictionary()


def kept(events: Events, name: str, make: Callable[[], ir.Table]) -> ir.Table:
    """The rows of ``make()`` under ``name``, computed at the first call for these ``events``.

    For what is much smaller than the raw rows (a row an account and day, say) and does not read ``alerts`` or
    ``dispositions``, which may still be added to. Gone with ``events``.
    """
    tables = _KEPT.setdefault(events, {})
    if name not in tables:
        expression = make()
        tables[name] = ibis.memtable(events.backend.to_pyarrow(expression), schema=expression.schema())
    return tables[name]
