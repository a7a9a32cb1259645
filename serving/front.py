"""The first look at what comes in: an alert that there is no time for costs some microseconds, not a request."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from starlette.types import ASGIApp
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from serving.admission import Overloaded
from serving.headers import HEADERS
from serving.metrics import Metrics
from serving.parts import Parts
from serving.refusals import error_text, refusal_of_overload
from serving.score_call import PATH, ScoreCall

_FIRST = f"POST {PATH} HTTP/1.1\r\n".encode()
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?=\r\n)")
_REST_S = 0.003  # what comes meanwhile is refused in one go: the interpreter changes threads that much less often
_UNUSUAL = re.compile(rb"\r\n(?:transfer-encoding:|expect:|connection:(?![ \t]*keep-alive[ \t]*\r\n))")
_PLAIN = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9a-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+")  # what every parser reads alike


class Front(HttpToolsProtocol):
    """uvicorn's protocol, with ``ScoreCall`` before the application and 429 before the parser.

    Only a whole ``POST /v1/scores`` that comes in one piece between two others is refused unparsed, so that both sides
    agree where the next request begins; what is refused here is counted like any other answer.
    """

    full: ClassVar[Callable[[], Overloaded | None]]
    call: ClassVar[Callable[[ASGIApp], ASGIApp]]  # puts the scoring call before an application, once
    count: ClassVar[Callable[[int, float], None]]
    _resting: ClassVar[bool] = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.app = type(self).call(self.app)
        self._inside = False  # a message
        self._refused_at = 0.0

    def on_message_begin(self) -> None:
        """``httptools``: a request begins."""
        self._inside = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """``httptools``: it is all here."""
        self._inside = False
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """``asyncio.Protocol``: refuse what there is no time for, parse the rest, and all of who does not read."""
        if data.startswith(_FIRST) and not self._inside and (self.cycle is None or self.cycle.response_complete):
            overload = type(self).full()
            if overload is not None and not self.flow.write_paused and _is_whole(data):
                self._refuse(overload)
                return
        super().data_received(data)

    def _refuse(self, overload: Overloaded) -> None:
        self.transport.write(_refusal(overload))
        type(self).count(429, 0.0)
        self._refused_at = self.loop.time()
        if not type(self)._resting:
            type(self)._resting = True
            self.loop.call_soon(type(self)._rest)
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_handler()

    @classmethod
    def _rest(cls) -> None:
        """Leave the interpreter to the thread that grades, once a sweep over the connections."""
        time.sleep(_REST_S)
        cls._resting = False

    def timeout_keep_alive_handler(self) -> None:
        """``uvicorn``: close an idle connection; one that was refused something lately is not idle."""
        left = self._refused_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()


def front_of(
    parts: Callable[[], Parts], metrics: Metrics, call: Callable[[ASGIApp], ASGIApp] | None = None
) -> type[Front]:
    """A ``Front`` before one service; ``call`` puts something else than ``ScoreCall`` before its application."""
    named = {
        "full": staticmethod(lambda: parts().queue.full()),
        "call": staticmethod(cache(call or (lambda shell: ScoreCall(shell, parts, metrics)))),
        "count": staticmethod(metrics.answered("POST", PATH)),
    }
    return type("Front", (Front,), named)


def look_first(parts: Callable[[], Parts], metrics: Metrics) -> None:
    """Have every server that this process starts from here on use a ``Front``."""
    HTTP_PROTOCOLS["auto"] = front_of(parts, metrics)  # type: ignore[assignment]  # it takes a class as well


def _is_whole(data: bytes) -> bool:
    """Whether these bytes are one request that says so plainly, no more and no less."""
    end = data.find(b"\r\n\r\n") + 2
    head = data[:end].lower()
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or head.count(b"\r\ncontent-length:") != 1:
        return False
    if _UNUSUAL.search(head) or not _PLAIN.fullmatch(head, len(_FIRST)):
        return False
    return len(data) == end + 2 + int(lengths[0])


def _refusal(overload: Overloaded) -> bytes:
    made = _REFUSALS.get(overload.retry_after)
    if made is None:
        refused = refusal_of_overload(overload)
        body = error_text(refused)
        told = {**HEADERS, "Content-Type": "application/json", "Content-Length": str(len(body)), **refused.headers}
        lines = "".join(f"{name.lower()}: {text}\r\n" for name, text in told.items())
        made = _REFUSALS[overload.retry_after] = STATUS_LINE[429] + lines.encode() + b"\r\n" + body
    return made


_REFUSALS: dict[int, bytes] = {}  # by Retry-After: a few
