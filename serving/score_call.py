"""``POST /v1/scores`` before BentoML's shell and FastAPI: routing, spans and dependencies cost more than a grade."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access import admit, secret_of
from serving.body import read_body
from serving.headers import HEADERS, refuse_multipart
from serving.judge import Question
from serving.metrics import Metrics
from serving.parts import Parts
from serving.refusals import error_text, refusal_of
from serving.requests import Refused, ScoreRequest, parse

PATH = "/v1/scores"
SCORERS = ("scorer", "admin")
_LIMIT_S = 300.0  # a ledger that hangs; the shell's own limit does not reach here
_ALWAYS = [(name.lower().encode(), text.encode()) for name, text in HEADERS.items()]
_ALWAYS.append((b"content-type", b"application/json"))


async def graded(parts: Parts, headers: Headers, receive: Receive) -> str:
    """``admitted_graded`` for a caller whose key was not looked at yet."""
    await admit(parts.keyring, secret_of(headers), SCORERS)
    return await admitted_graded(parts, headers, receive)


async def admitted_graded(parts: Parts, headers: Headers, receive: Receive) -> str:
    """The recorded answer to one alert, as canonical JSON; raises ``Refused`` or what ``refusal_of`` knows."""
    asked = parse(ScoreRequest, await read_body(headers, receive, parts.max_body))
    (answer,) = await parts.grade([question_of(asked)])
    if isinstance(answer, Exception):
        raise answer
    return str(answer)


def question_of(asked: ScoreRequest) -> Question:
    """What is asked of the grader."""
    return Question(asked.trigger(), asked.intraday, asked.explain)


class ScoreCall:
    """ASGI application: answers ``POST /v1/scores`` as its route does, and passes all else to ``shell``."""

    def __init__(self, shell: ASGIApp, parts: Callable[[], Parts], metrics: Metrics) -> None:
        self._shell, self._parts = shell, parts
        self._answered = metrics.answered("POST", PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request or pass it on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._shell(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        try:
            status, headers, body = await self._answer(Headers(scope=scope), receive)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        finally:
            self._answered(status, time.perf_counter() - started)

    async def _answer(self, headers: Headers, receive: Receive) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        status, more = 200, {}
        try:
            body = (await self._graded(headers, receive)).encode()
        except Exception as error:
            refused = refusal_of(error)
            status, more, body = refused.status, refused.headers, error_text(refused)
        lines = [*_ALWAYS, (b"content-length", b"%d" % len(body))]
        return status, lines + [(name.lower().encode(), text.encode()) for name, text in more.items()], body

    async def _graded(self, headers: Headers, receive: Receive) -> str:
        parts = self._parts()
        refuse_multipart(headers)
        if (overload := parts.queue.full()) is not None:
            raise overload
        try:
            async with asyncio.timeout(_LIMIT_S):
                return await graded(parts, headers, receive)
        except TimeoutError:
            seen = f"no answer in {_LIMIT_S:.0f} s"
            raise Refused(503, seen, "", "send the same alert again", headers={"Retry-After": "5"}) from None
