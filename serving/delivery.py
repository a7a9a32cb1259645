"""How the scoring thread hands results over: once a group, to futures of threads or of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

Done = list[tuple[Any, Any]]  # a ticket, and its results or what was raised
Deliver = Callable[[Done], None]


class Ticket(Protocol):
    """Whom a result is for: a future of threads or of an event loop."""

    def cancelled(self) -> bool:
        """Whether nobody waits any more."""


def to_futures(done: Done) -> None:
    """``Deliver`` to futures of ``concurrent.futures``."""
    for future, outcome in done:
        if future.set_running_or_notify_cancel():
            _set(future, outcome)


def to_loop(done: Done) -> None:
    """``Deliver`` to futures of event loops: one call a loop, not one an alert."""
    loops: dict[asyncio.AbstractEventLoop, Done] = {}
    for future, outcome in done:
        loops.setdefault(future.get_loop(), []).append((future, outcome))
    for loop, those in loops.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_set_all, those)


def _set_all(done: Done) -> None:
    for future, outcome in done:
        if not future.done():
            _set(future, outcome)


def _set(future: Any, outcome: Any) -> None:
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
