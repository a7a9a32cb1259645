"""One worker thread that grades, and the door before it: a queue too old, or sure to become so, turns work away."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

T = TypeVar("T")


class Overloaded(Exception):  # a state, not a fault
    """The queue is too old or too long; try again after ``retry_after`` whole seconds."""

    def __init__(self, waited: float, retry_after: int) -> None:
        super().__init__(f"the oldest request has waited {waited * 1000:.0f} ms")
        self.waited, self.retry_after = waited, retry_after


@dataclass(frozen=True, slots=True)
class Limits:
    """When to turn work away: the oldest waiting job's age, and how many wait at most (a bound on memory).

    The age bounds what is to come as well: the jobs waiting, each at the lately usual time, may not take longer. At
    5 to 9 ms a job the default holds sixteen callers who each wait for their answer, and some more.
    """

    queue_age_s: float = 0.25
    queue_length: int = 256


class ScoringQueue:
    """Jobs run one at a time, in order of arrival, in a thread of their own.

    >>> queue = ScoringQueue(Limits())
    >>> queue.submit(lambda: 6 * 7).result()
    42
    >>> queue.close()
    """

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._now = limits, now
        self._waiting: deque[tuple[float, Callable[[], Any], Future[Any]]] = deque()
        self._changed = threading.Condition()
        self._usual = 0.0  # seconds a job takes lately
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="scoring", daemon=True)
        self._thread.start()

    def oldest_wait(self) -> float:
        """Seconds that the oldest waiting job has waited; 0 where none waits."""
        with self._changed:
            return self._now() - self._waiting[0][0] if self._waiting else 0.0

    def submit(self, job: Callable[[], T], *, admitted: bool = False) -> Future[T]:
        """Queue a job; raises ``Overloaded`` unless it was ``admitted`` before (the rest of a batch)."""
        future: Future[T] = Future()
        with self._changed:
            waited = self._now() - self._waiting[0][0] if self._waiting else 0.0
            if self._closed or not (admitted or self._has_room(waited)):
                raise Overloaded(waited, max(1, ceil(waited)))
            self._waiting.append((self._now(), job, future))
            self._changed.notify()
        return future

    def _has_room(self, waited: float) -> bool:
        # The oldest job's age alone would let a burst in that takes many times as long to work off.
        expected = max(waited, len(self._waiting) * self._usual)
        return len(self._waiting) < self._limits.queue_length and expected <= self._limits.queue_age_s

    def close(self) -> None:
        """Let what waits finish, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closed:
                        return
                    self._changed.wait()
                _, job, future = self._waiting.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            started = self._now()
            try:
                result = job()
            except BaseException as error:  # whatever it is belongs to the one who waits
                self._took(started)
                future.set_exception(error)
            else:
                self._took(started)
                future.set_result(result)

    def _took(self, started: float) -> None:
        took = self._now() - started
        self._usual = 0.8 * self._usual + 0.2 * took if self._usual else took
