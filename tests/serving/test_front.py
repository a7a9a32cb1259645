"""The first look: what there is no time for is refused unparsed, and nothing else is touched by it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from serving.admission import Overloaded
from serving.front import Front, front_of
from serving.headers import HEADERS
from serving.metrics import Metrics

BODY = b'{"alert_id": "a"}'
HEAD = b"POST /v1/scores HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(BODY)
ALERT = HEAD + b"\r\n" + BODY
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


class Behind:
    """What is behind the front: it answers 200 to everything that reaches it and keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


class Front200(Behind):
    """A service whose queue is full or not, and its metrics."""

    def __init__(self, full: bool) -> None:
        super().__init__()
        self.fronts: list[Front] = []  # one a connection
        self.metrics = Metrics()
        parts = SimpleNamespace(queue=SimpleNamespace(full=lambda: Overloaded(1.2, 2) if full else None))
        self.kind: type[Front] = front_of(lambda: parts, self.metrics, call=lambda _shell: self)  # type: ignore[arg-type, return-value]

    async def talk(self, talk: Talk) -> Any:
        config, state = Config(self, log_config=None, timeout_keep_alive=1), ServerState()
        config.load()
        loop = asyncio.get_running_loop()

        def made() -> Front:
            self.fronts.append(self.kind(config, state, {}))
            return self.fronts[-1]

        server = await loop.create_server(made, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            return await talk(reader, writer)
        finally:
            writer.close()
            server.close()

    def refused(self) -> float:
        text = self.metrics.text().decode()
        line = 'alertgrade_requests_total{method="POST",route="/v1/scores",status="429"} '
        return sum(float(one.removeprefix(line)) for one in text.splitlines() if one.startswith(line))


async def status(reader: asyncio.StreamReader) -> tuple[int, str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(line[15:] for line in head.lower().split("\r\n") if line.startswith("content-length:"))
    return int(head[9:12]), head, await reader.readexactly(int(length))


def asked(full: bool, *pieces: bytes, answers: int = 1) -> tuple[list[int], Front200]:
    """Statuses of ``answers`` to bytes sent piece by piece over one connection."""
    service = Front200(full)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[int]:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.02)
        return [(await status(reader))[0] for _ in range(answers)]

    return asyncio.run(service.talk(talk)), service


def test_a_full_queue_is_429_in_the_shape_and_with_the_headers_of_every_error():
    service = Front200(full=True)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, str, bytes]:
        writer.write(ALERT)
        return await status(reader)

    code, head, body = asyncio.run(service.talk(talk))
    assert code == 429
    assert "\r\nretry-after: 2\r\n" in head
    assert all(f"\r\n{name.lower()}: {value}\r\n" in head for name, value in HEADERS.items())
    assert json.loads(body)["error"].keys() == {"seen", "wanted", "do", "fields"}
    assert service.bodies == []
    assert service.refused() == 1.0


def test_one_after_another_over_the_same_connection_is_each_refused():
    found, service = asked(True, ALERT, ALERT, ALERT, answers=3)
    assert found == [429, 429, 429]
    assert service.refused() == 3.0


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET /v1/scores HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",),
        (b"POST /v1/scores:batch HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",),
        (b"POST /v1/scores HTTP/1.0\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",),
        (HEAD + b"Connection: close\r\n\r\n" + BODY,),
        (HEAD + b"Connection:close\r\n\r\n" + BODY,),
        (HEAD + b"Connection: keep-alive, close\r\n\r\n" + BODY,),
        (HEAD + b"Expect: 100-continue-not\r\n\r\n" + BODY,),
        (HEAD + b"\r\n" + BODY[:5], BODY[5:]),
        (b"POST /v1/scores HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",),
        (HEAD[:20], HEAD[20:] + b"\r\n" + BODY),
    ],
    ids=[
        "GET",
        "batch",
        "1.0",
        "close",
        "close unspaced",
        "close second",
        "expect",
        "in two pieces",
        "chunked",
        "head in two pieces",
    ],
)
def test_what_is_not_plainly_one_whole_alert_is_parsed_even_where_the_queue_is_full(pieces):
    found, service = asked(True, *pieces)
    assert found == [200]
    assert service.refused() == 0.0


@pytest.mark.parametrize(
    "line",
    [b"Content-Length: +17\r\n", b"X\0: y\r\n", b"X: a\n", b"X: a\r\n\tb\r\n", b"X: a\rb\r\n", b"no colon\r\n"],
    ids=["a second length", "NUL", "bare LF", "folded", "bare CR", "no colon"],
)
def test_a_head_that_parsers_might_read_differently_is_left_to_the_parser(line):
    found, service = asked(True, HEAD + line + b"\r\n" + BODY)
    assert found in ([200], [400])
    assert service.refused() == 0.0


def test_keep_alive_said_aloud_is_nothing_unusual():
    found, _ = asked(True, HEAD + b"Connection: keep-alive\r\n\r\n" + BODY)
    assert found == [429]


def test_who_does_not_read_is_sent_no_more_refusals():
    service = Front200(full=True)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, str, bytes]:
        await asyncio.sleep(0.02)
        service.fronts[0].pause_writing()  # as asyncio says it where the buffer is full
        writer.write(ALERT)
        await asyncio.sleep(0.02)
        service.fronts[0].resume_writing()
        return await status(reader)

    assert asyncio.run(service.talk(talk))[0] == 200
    assert service.refused() == 0.0


def test_an_alert_within_the_body_of_another_request_is_no_request():
    outer = b"POST /v1/other HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(ALERT)
    found, service = asked(True, outer, ALERT)
    assert found == [200]
    assert service.bodies == [ALERT]


def test_an_alert_within_a_header_of_another_request_is_no_request():
    head = b"GET / HTTP/1.1\r\nHost: x\r\nX-Told: "
    found, service = asked(True, head, b"POST /v1/scores HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    assert found == [200]
    assert service.refused() == 0.0


def test_two_alerts_in_one_piece_are_both_parsed():
    found, service = asked(True, ALERT + ALERT, answers=2)
    assert found == [200, 200]
    assert service.bodies == [BODY, BODY]


def test_while_there_is_room_every_alert_goes_on():
    found, service = asked(False, ALERT, ALERT, answers=2)
    assert found == [200, 200]
    assert service.refused() == 0.0


def test_a_connection_that_is_only_ever_refused_is_closed_when_it_falls_silent():
    service = Front200(full=True)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ALERT)
        await status(reader)
        return await reader.read()  # until the other side closes

    assert asyncio.run(service.talk(talk)) == b""
