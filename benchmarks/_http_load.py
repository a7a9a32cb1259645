"""HTTP load on loopback: callers who wait for their answers, or alerts at a rate, and what both sides spent.

One thread over bare sockets, with requests that are made before they are due: a request costs the generator some 30
microseconds of processor, so that on two cores the service is measured and not the generator. What it did spend is in
``Seen.own_cpu``.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

Request = Callable[[int], bytes]
_PATIENCE_S = 20.0  # for the last answers, after the last alert was sent


@dataclass
class Seen:
    """What came back: seconds of each 200 with the moment it was sent, how often each status, how long it all took."""

    sent_at: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    by_rules: int = 0
    without_retry: int = 0  # 429 or 503 without Retry-After
    unanswered: int = 0  # connections cut, or silent to the end
    wall: float = 0.0
    cpu: float = 0.0  # processor seconds of the service
    own_cpu: float = 0.0  # processor seconds of the generator

    def add(self, started: float, status: int, head: bytes, body: bytes) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.sent_at.append(started)
            self.seconds.append(time.perf_counter() - started)
            self.by_rules += b'"probabilities":null' in body
        elif status in (429, 503):
            self.without_retry += b"retry-after" not in head.lower()

    def percentile(self, share: float) -> float:
        """In milliseconds, over the answers with 200; NaN without any."""
        if not self.seconds:
            return float("nan")
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000

    @property
    def rate(self) -> float:
        """Answers with 200 a second."""
        return self.statuses[200] / self.wall

    @property
    def cpu_ms(self) -> float:
        """Processor time of the service for each answer, of whatever status, in milliseconds."""
        return 1000 * self.cpu / max(1, self.statuses.total())


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """One HTTP/1.1 answer with a content length: status, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head[9:12]), head, await reader.readexactly(_length(head))


def _length(head: bytes) -> int:
    at = head.lower().index(b"\r\ncontent-length:") + 17
    return int(head[at : head.index(b"\r\n", at)])


class _Line:
    """One connection: at most one request is under way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""
        self.moment = 0.0

    def send(self, asked: bytes, moment: float) -> None:
        self.moment = moment
        self.socket.sendall(asked)

    def answer(self) -> tuple[int, bytes, bytes] | None:
        """The answer once all of it is here; ``ConnectionError`` where the other side hung up."""
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError
        self._read += part
        end = self._read.find(b"\r\n\r\n") + 4
        if end < 4 or len(self._read) < end + (length := _length(self._read[:end])):
            return None
        found = int(self._read[9:12]), self._read[:end], self._read[end : end + length]
        self._read = b""
        return found


class _Lines:
    """A pool of connections, and which of them have an answer."""

    def __init__(self, port: int, many: int) -> None:
        self._selector = selectors.DefaultSelector()
        self.idle = [_Line(port) for _ in range(many)]
        self.busy = 0
        for line in self.idle:
            self._selector.register(line.socket, selectors.EVENT_READ, line)

    def send(self, asked: bytes, moment: float) -> None:
        self.idle.pop().send(asked, moment)
        self.busy += 1

    def answered(self, seen: Seen, timeout: float) -> None:
        """Take what came within ``timeout``; a line that is done is idle again, one that was cut is opened anew."""
        for key, _ in self._selector.select(max(0.0, timeout)):
            line: _Line = key.data
            waiting = line.moment > 0.0
            try:
                if (found := line.answer()) is None:
                    continue
                seen.add(line.moment, *found)
                if b"connection: close" in found[1].lower():
                    self._reopen(line)
            except ConnectionError:
                seen.unanswered += waiting
                self._reopen(line)
            if waiting:
                line.moment = 0.0
                self.busy -= 1
                self.idle.append(line)

    def _reopen(self, line: _Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()
        line.open()
        self._selector.register(line.socket, selectors.EVENT_READ, line)

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()


@contextmanager
def _lines(port: int, many: int, seen: Seen) -> Iterator[_Lines]:
    """The pool while it is measured."""
    lines = _Lines(port, many)
    gc.disable()
    started, worked = time.perf_counter(), time.process_time()
    try:
        yield lines
    finally:
        seen.wall, seen.own_cpu = time.perf_counter() - started, time.process_time() - worked
        seen.unanswered += lines.busy
        gc.enable()
        lines.close()


def closed(port: int, request: Request, first: int, count: int, connections: int, limit_s: float = 20.0) -> Seen:
    """``connections`` callers, each waiting for its answer, until ``count`` were graded or ``limit_s`` are over.

    One turned away sends its next alert at once.
    """
    seen, numbers = Seen(), itertools.count(first)
    with _lines(port, connections, seen) as lines:
        until = time.perf_counter() + limit_s
        while seen.statuses[200] < count and (now := time.perf_counter()) < until:
            while lines.idle:
                lines.send(request(next(numbers)), time.perf_counter())
            lines.answered(seen, until - now)
    return seen


def at_rate(port: int, request: Request, first: int, rate: float, seconds: float, connections: int = 256) -> Seen:
    """Alerts every ``1 / rate`` seconds over idle connections of a pool, whether or not earlier ones were answered.

    A latency begins when the alert was due, so that a service that stalls cannot hide what it kept waiting.
    """
    seen, due, sent, whole = Seen(), deque[float](), 0, int(rate * seconds)
    with _lines(port, connections, seen) as lines:
        started = time.perf_counter()
        until = started + seconds + _PATIENCE_S
        while (sent < whole or due or lines.busy) and (now := time.perf_counter()) < until:
            while sent < whole and started + sent / rate <= now:
                due.append(started + sent / rate)
                sent += 1
            while due and lines.idle:
                lines.send(request(first + sent - len(due)), due.popleft())
            lines.answered(seen, started + sent / rate - now if sent < whole else 0.1)
    return seen


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far."""
    root = psutil.Process(pid)
    times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def resident(pid: int) -> int:
    """Bytes of memory of a process and its children."""
    root = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (root, *root.children(recursive=True)))
