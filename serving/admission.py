"""One worker thread that grades what waits, in groups, and the door before it: what would be late is turned away."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any, Generic, NamedTuple, TypeVar

from serving.delivery import Deliver, Ticket, to_futures

T = TypeVar("T")


class _Part(NamedTuple):
    """Items that are answered together, and since when they wait."""

    since: float
    items: Sequence[Any]
    ticket: Ticket
    deliver: Deliver


class Overloaded(Exception):  # a state, not a fault
    """The queue is too old or too long; try again after ``retry_after`` whole seconds."""

    def __init__(self, waited: float, retry_after: int) -> None:
        super().__init__("more alerts wait than can be graded in time")
        self.waited, self.retry_after = waited, retry_after


@dataclass(frozen=True, slots=True)
class Limits:
    """When to turn work away: the oldest waiting item's age, and how many wait at most (a bound on memory).

    The age bounds what is to come as well: the items waiting, each at the lately usual time, may not take longer; one
    group may always come. ``group`` is how many items are taken at once: more share one transaction, and all of them
    wait for the last. Where fewer callers wait than the group that just ended had, they are given ``company_s`` to
    become as many. Where a group takes longer than the age (a slow machine), one and a half groups' time is the age, up
    to ``slow_age_s``: to wait for one group is no overload.
    """

    queue_age_s: float = 0.025
    slow_age_s: float = 0.25
    queue_length: int = 256
    group: int = 16
    company_s: float = 0.003


class ScoringQueue(Generic[T]):
    """Items are worked on in groups of whatever waits, in order of arrival, in a thread of its own.

    ``work`` gives one result an item, in order; whatever it raises is the answer to each of its group.

    >>> queue = ScoringQueue(lambda numbers: [6 * number for number in numbers], Limits())
    >>> queue.submit([7]).result()
    [42]
    >>> queue.close()
    """

    def __init__(
        self,
        work: Callable[[list[T]], Sequence[Any]],
        limits: Limits,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work, self._limits, self._now = work, limits, now
        self._waiting: deque[_Part] = deque()
        self._items = 0  # in all that waits
        self._changed = threading.Condition()
        self._usual = 0.0  # seconds an item takes lately
        self._before = 0  # callers in the last group
        self._ended = self._lasted = 0.0  # the last group: when, and seconds it took
        self._working = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
        self._thread.start()

    def oldest_wait(self) -> float:
        """Seconds that the oldest waiting item has waited; 0 where none waits."""
        with self._changed:
            return self._waited()

    def busy(self) -> bool:
        """Whether anybody waits for an answer."""
        with self._changed:
            return self._working or bool(self._waiting)

    def submit(self, items: Sequence[T], *, admitted: bool = False) -> Future[list[Any]]:
        """Queue items that are answered together; raises ``Overloaded`` unless ``admitted`` (the rest of a batch)."""
        future: Future[list[Any]] = Future()
        self.put(items, future, to_futures, admitted=admitted)
        self.wake()
        return future

    def put(self, items: Sequence[T], ticket: Ticket, deliver: Deliver, *, admitted: bool = False) -> None:
        """``submit`` for one who calls ``wake`` when all that came together is put.

        ``deliver`` is called in the thread, once a group, with the group's tickets that came with it and their results
        (or what was raised); a ticket that is ``cancelled()`` by then is not worked on.
        """
        with self._changed:
            waited = self._waited()
            if self._closed or not (admitted or self._has_room(waited)):
                raise Overloaded(waited, max(1, ceil(waited)))
            self._waiting.append(_Part(self._now(), items, ticket, deliver))
            self._items += len(items)

    def wake(self) -> None:
        """Have the thread look what waits."""
        with self._changed:
            self._changed.notify()

    def full(self) -> Overloaded | None:
        """Why one more item would be turned away now; ``None`` where it would not. Asked before it is even read."""
        with self._changed:
            waited = self._waited()
            return None if self._has_room(waited) else Overloaded(waited, max(1, ceil(waited)))

    def _waited(self) -> float:
        return self._now() - self._waiting[0].since if self._waiting else 0.0

    def _has_room(self, waited: float) -> bool:
        # The oldest item's age alone would let a burst in that takes many times as long to work off.
        expected = waited if self._items < self._limits.group else max(waited, self._items * self._usual)
        patience = min(1.5 * self._limits.group * self._usual, self._limits.slow_age_s)
        return self._items < self._limits.queue_length and expected <= max(self._limits.queue_age_s, patience)

    def close(self) -> None:
        """Let what waits finish, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            items = [item for part in group for item in part.items]
            started = self._now()
            try:
                results = list(self._work(items))
            except BaseException as error:  # whatever it is belongs to those who wait
                outcomes: list[Any] = [error] * len(group)
            else:
                rest = iter(results)
                outcomes = [list(islice(rest, len(part.items))) for part in group]
            self._took(started, len(items))
            done: dict[Deliver, list[tuple[Any, Any]]] = {}
            for part, outcome in zip(group, outcomes, strict=True):
                done.setdefault(part.deliver, []).append((part.ticket, outcome))
            for deliver, those in done.items():
                deliver(those)

    def _next_group(self) -> list[_Part]:
        """What waits, up to a group; blocks while nothing does, empty once closed."""
        group: list[_Part] = []
        taken = 0
        with self._changed:
            self._working = False
            while not group:
                while not self._waiting:
                    if self._closed:
                        return []
                    self._changed.wait()
                self._wait_for_company()
                while self._waiting and (not group or taken + len(self._waiting[0].items) <= self._limits.group):
                    part = self._waiting.popleft()
                    self._items -= len(part.items)
                    if not part.ticket.cancelled():
                        group.append(part)
                        taken += len(part.items)
            self._working = True
            self._before = len(group)
        return group

    def _wait_for_company(self) -> None:
        """Where the group just ended had more callers than wait, they are about to ask again: a moment for them."""
        if self._now() - self._ended > max(self._limits.company_s, self._lasted):
            return
        until = time.monotonic() + self._limits.company_s
        while len(self._waiting) < self._before and not self._closed and (left := until - time.monotonic()) > 0:
            self._changed.wait(left)

    def _took(self, started: float, items: int) -> None:
        self._ended = self._now()
        self._lasted = self._ended - started
        took = self._lasted / max(items, 1)  # a caller may have asked for nothing
        self._usual = 0.8 * self._usual + 0.2 * took if self._usual else took
