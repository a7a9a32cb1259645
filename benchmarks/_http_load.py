"""HTTP load on loopback: callers who wait for their answers, or alerts at a rate, and what the service spent."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

Request = Callable[[int], bytes]


@dataclass
class Seen:
    """What came back: seconds of each 200 with the moment it was sent, how often each status, how long it all took."""

    sent_at: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    by_rules: int = 0
    without_retry: int = 0  # 429 or 503 without Retry-After
    wall: float = 0.0
    cpu: float = 0.0  # processor seconds of the service

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
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return int(head[9:12]), head, await reader.readexactly(length)


async def closed(port: int, request: Request, first: int, count: int, connections: int, limit_s: float = 20.0) -> Seen:
    """``connections`` callers, each waiting for its answer, until ``count`` were graded or ``limit_s`` are over.

    One turned away sends its next alert at once.
    """
    seen, numbers, until = Seen(), itertools.count(first), time.perf_counter() + limit_s

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while seen.statuses[200] < count and time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(request(next(numbers)))
            seen.add(started, *await answer(reader))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(connections)))
    seen.wall = time.perf_counter() - started
    return seen


async def at_rate(port: int, request: Request, first: int, rate: float, seconds: float, connections: int = 256) -> Seen:
    """Alerts every ``1 / rate`` seconds over idle connections of a pool, whether or not earlier ones were answered.

    A latency begins when the alert was due, so that a service that stalls cannot hide what it kept waiting.
    """
    seen, numbers = Seen(), itertools.count(first)
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (moment := await due.get()) is not None:
            asked = request(next(numbers))
            if reader.at_eof():  # idle for longer than the server keeps a connection
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked)
            seen.add(moment, *await answer(reader))
        writer.close()

    callers = [asyncio.create_task(caller()) for _ in range(connections)]
    started = time.perf_counter()
    for number in range(int(rate * seconds)):
        moment = started + number / rate
        if (ahead := moment - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        due.put_nowait(moment)
    for _ in callers:
        due.put_nowait(None)
    await asyncio.gather(*callers)
    seen.wall = time.perf_counter() - started
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
